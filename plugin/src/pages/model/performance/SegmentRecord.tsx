import { Text } from '@grafana/ui';
import type { WeakSegmentReport } from '@plumbline/collector/api';
import { Disclosure } from '../../../components/Disclosure';
import { PlainTable } from '../../../components/PlainTable';
import { formatShare } from '../../../format/number';
import { formatDuration, formatRange } from '../../../format/time';
import { t } from '../../../i18n';

interface SegmentRecordProps {
  readonly record: NonNullable<WeakSegmentReport['record']>;
  readonly falseDiscoveryRate: number;
}

/** What regular searches have confirmed: looking again and again at one's own time would confirm something by chance. */
export function SegmentRecord({ record, falseDiscoveryRate }: SegmentRecordProps) {
  const { periodMs, periods, tested, confirmed } = record;
  return (
    <>
      <Text color="secondary" variant="bodySmall">
        {t(
          'weak.record',
          'On record: {{periods}} periods of {{length}} searched, {{tested}} segments tested. Of all that are ever confirmed at most {{rate}} are expected to be no weak segments, however often somebody looks.',
          {
            periods,
            length: formatDuration(periodMs),
            tested,
            rate: formatShare(falseDiscoveryRate),
          },
        )}
      </Text>
      {confirmed.length === 0 ? (
        <Text color="secondary" variant="bodySmall">
          {t('weak.none-on-record', 'None was confirmed yet.')}
        </Text>
      ) : (
        <Disclosure title={t('weak.on-record', 'Confirmed on record: the latest {{n}}', { n: confirmed.length })}>
          <PlainTable
            label={t('weak.record-label', 'Segments on record')}
            columns={[t('weak.column.period', 'Period'), t('weak.column.sentence', 'Segment')]}
            rows={confirmed.map(({ from, to, sentence }) => ({
              key: `${from} ${sentence}`,
              cells: [formatRange(from, to), sentence],
            }))}
          />
        </Disclosure>
      )}
    </>
  );
}
