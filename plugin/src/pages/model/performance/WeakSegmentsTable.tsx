import { Badge, Text } from '@grafana/ui';
import type { WeakSegmentReport } from '@plumbline/collector/api';
import { EstimateText } from '../../../components/EstimateText';
import { PlainTable } from '../../../components/PlainTable';
import { formatCount, formatShare, formatStatistic } from '../../../format/number';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';

/** Segments that were found, loudest first; how many rows say so, and what it means that one is confirmed. */
export function WeakSegmentsTable({ report }: { readonly report: WeakSegmentReport }) {
  const { segments, rate, from, to, falseDiscoveryRate } = report;
  return (
    <>
      <Text>
        {t('weak.all', '{{trouble}}: {{rate}} of {{n}} sampled rows with final outcomes, {{range}}.', {
          trouble: troubleText(report),
          rate: formatShare(rate.value),
          n: formatCount(rate.n),
          range: formatRange(from, to),
        })}
      </Text>
      <PlainTable
        label={t('weak.table', 'Weak segments')}
        columns={[
          t('weak.column.segment', 'Segment'),
          t('weak.column.share', 'Of the rows'),
          t('weak.column.here', '{{trouble}} here', { trouble: troubleText(report) }),
          t('weak.column.all', 'In all rows'),
          t('weak.column.confirmed', 'On other rows'),
        ]}
        rows={segments.map(({ conditions, share, tested, confirmed }) => {
          const where = conditions.map(({ text }) => text).join(t('weak.and', ' and '));
          return {
            key: where,
            cells: [
              where,
              formatShare(share),
              <EstimateText key="here" estimate={tested} format={formatShare} />,
              formatShare(rate.value),
              <ConfirmedBadge key="confirmed" isConfirmed={confirmed} />,
            ],
          };
        })}
      />
      <Text color="secondary" variant="bodySmall">
        {t(
          'weak.tried',
          '{{tested}} tested, {{confirmed}} confirmed: rows that had no part in the search say so too, by so much that of those confirmed at most {{rate}} are expected to be no weak segments. What is not confirmed may be chance.',
          {
            tested: segments.length,
            confirmed: segments.filter(({ confirmed }) => confirmed).length,
            rate: formatShare(falseDiscoveryRate),
          },
        )}
      </Text>
    </>
  );
}

function ConfirmedBadge({ isConfirmed }: { readonly isConfirmed: boolean }) {
  return isConfirmed ? (
    <Badge color="orange" icon="check" text={t('weak.confirmed', 'Confirmed')} />
  ) : (
    <Badge color="darkgrey" icon="question-circle" text={t('weak.unconfirmed', 'Not confirmed')} />
  );
}

/** What is more frequent in a segment. */
function troubleText({ trouble, threshold }: WeakSegmentReport): string {
  switch (trouble) {
    case 'large_error':
      return t('weak.large-error', 'Off by more than {{threshold}}', { threshold: formatStatistic(threshold) });
    case 'poor_ranking':
      return t('weak.poor-ranking', 'Poorly ranked');
    default:
      return t('weak.wrong', 'Wrong');
  }
}
