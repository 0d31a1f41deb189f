import { Badge, Stack, Text } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { BeyondChance } from '../../../components/BeyondChance';
import { Disclosure } from '../../../components/Disclosure';
import { EstimateText } from '../../../components/EstimateText';
import { PlainTable } from '../../../components/PlainTable';
import { formatCount, formatPoints, formatShare } from '../../../format/number';
import { statisticFormat, statisticName, unitOf } from '../../../format/statistic';
import { t } from '../../../i18n';

type BeforeLabels = NonNullable<NonNullable<PerformanceReport['expectedErrors']>['beforeLabels']>;
type Method = BeforeLabels['methods'][number]['method'];

/** What labels may turn out to say of the windows that are not final: by statistic, and the error rate by each method. */
export function ExpectedTables({ before: { rows, chosen, methods, statistics } }: { readonly before: BeforeLabels }) {
  const expected = t('before.column.expected', 'Expected');
  const off = t('before.column.off', 'Was off by');
  return (
    <Stack direction="column" gap={1.5}>
      <Text>{summary(rows, chosen, methods)}</Text>
      <PlainTable
        label={t('before.statistics', 'Expected performance')}
        columns={[t('before.column.statistic', 'Statistic'), expected, off]}
        rows={Object.entries(statistics).map(([name, { estimate, backTest }]) => ({
          key: name,
          cells: [
            statisticName(name),
            <EstimateText key="expected" estimate={estimate} format={statisticFormat(name)} />,
            <BeyondChance
              key="off"
              estimate={backTest}
              format={unitOf(name) === 'share' ? formatPoints : statisticFormat(name)}
            />,
          ],
        }))}
      />
      <Disclosure title={t('before.methods', 'Error rate by method ({{count}})', { count: methods.length })}>
        <PlainTable
          label={t('before.methods-label', 'Error rate by method')}
          columns={[t('before.column.method', 'Method'), expected, off]}
          rows={methods.map(({ method, errorRate, backTest }) => ({
            key: method,
            cells: [
              <Stack key="method" gap={1} alignItems="baseline" wrap="wrap">
                <Text>{methodName(method)}</Text>
                {method === chosen && <Badge color="green" icon="check" text={t('before.least-off', 'Off least')} />}
              </Stack>,
              <EstimateText key="expected" estimate={errorRate} format={formatShare} />,
              <BeyondChance key="off" estimate={backTest} format={formatPoints} />,
            ],
          }))}
        />
      </Disclosure>
    </Stack>
  );
}

/** What is known, or why nothing is to be trusted and what would change that. */
function summary(rows: number, chosen: Method | null, methods: BeforeLabels['methods']): string {
  const best = methods.find(({ method }) => method === chosen);
  if (best !== undefined) {
    return t(
      'before.chosen',
      'Of {{rows}} predictions whose labels are still to come, {{share}} are expected to be wrong: by {{method}}, which was off least where labels came.',
      { rows: formatCount(rows), share: formatShare(best.errorRate.value), method: best.method },
    );
  }
  return methods.some(({ backTest }) => backTest.value !== null)
    ? t(
        'before.none-near',
        'No estimate for {{rows}} predictions whose labels are still to come: every method was off by more than 3 percentage points where labels came. Scores no longer mean what they did in the reference; wait for labels, or have a few predictions labelled that are drawn by lot.',
        { rows: formatCount(rows) },
      )
    : t(
        'before.none-tested',
        '{{rows}} predictions wait for their labels. No estimate for them has been tested yet: that needs more labels of windows that are final.',
        { rows: formatCount(rows) },
      );
}

function methodName(method: Method): string {
  switch (method) {
    case 'CBPE':
      return t('before.cbpe', 'Calibrated scores (CBPE)');
    case 'ATC':
      return t('before.atc', 'Confidence above a threshold (ATC)');
    case 'DoC':
      return t('before.doc', 'Difference of confidences (DoC)');
    case 'BBSE':
      return t('before.bbse', 'Label shift seen in decisions (BBSE)');
    case 'M-CBPE':
      return t('before.mcbpe', 'Calibrated scores of each segment (M-CBPE)');
  }
}
