import { Text } from '@grafana/ui';
import type { FairnessReport } from '@plumbline/collector/api';
import { IntervalChart, type IntervalRow } from '../../../components/chart/IntervalChart';
import { Panel } from '../../../components/Panel';
import { StatisticPicker } from '../../../components/StatisticPicker';
import { formatCount, formatShare, nothing } from '../../../format/number';
import { statisticName, statisticScale, unitOf } from '../../../format/statistic';
import { formatRange } from '../../../format/time';
import { t } from '../../../i18n';
import { useParameter } from '../useReportQuery';

type Attribute = FairnessReport['attributes'][number];
type Group = Attribute['groups'][number];

interface RatesPanelProps {
  readonly report: FairnessReport;
  readonly attribute: Attribute;
}

/** Below this part of the reference group's selection rate, US agencies presume adverse impact (EEOC, 1978). */
const fourFifths = 0.8;

/** One rate of every group, with its interval; the four-fifths line where it applies. */
export function RatesPanel({
  report: { from, to, favourable },
  attribute: { attribute, referenceGroup, groups },
}: RatesPanelProps) {
  const [chosen, choose] = useParameter('rate');
  const names = [...new Set(groups.flatMap(({ rates }) => Object.keys(rates)))];
  const rate = names.find((name) => name === chosen) ?? names[0];
  if (rate === undefined) {
    return (
      <Panel title={attribute}>
        <Text color="secondary">{t('fairness.no-rates', 'No group has a rate yet.')}</Text>
      </Panel>
    );
  }
  const referenceRate = groups.find(({ group }) => group === referenceGroup)?.rates[rate]?.value ?? null;
  const isSelection = rate === 'selectionRate';
  return (
    <Panel
      title={t('fairness.rates', '{{rate}} by {{attribute}}', { rate: statisticName(rate), attribute })}
      description={rateMeaning(rate, favourable)}
      actions={<StatisticPicker label={t('fairness.rate', 'Rate')} names={names} value={rate} onChange={choose} />}
    >
      <IntervalChart
        label={t('fairness.chart', '{{rate}} of each group of {{attribute}}, with 95 % intervals', {
          rate: statisticName(rate),
          attribute,
        })}
        unit={unitOf(rate)}
        rows={groups.map((group) => rowOf(group, rate, referenceGroup))}
        {...(isSelection && referenceRate !== null
          ? {
              line: {
                at: fourFifths * referenceRate,
                text: t('fairness.four-fifths', 'Four fifths of {{group}}: {{share}}', {
                  group: referenceGroup,
                  share: formatShare(fourFifths * referenceRate),
                }),
              },
            }
          : {})}
      />
      <Text color="secondary" variant="bodySmall">
        {t('fairness.range', '{{range}}. Bars are 95 % intervals.', { range: formatRange(from, to) })}
      </Text>
    </Panel>
  );
}

function rowOf(
  { group, rows, rates, suppressed, verdict }: Group,
  rate: string,
  referenceGroup: string | null,
): IntervalRow {
  const estimate = rates[rate];
  const why = suppressed ?? estimate?.suppressed;
  if (estimate === undefined || estimate.value === null) {
    return {
      name: group,
      note:
        why === undefined
          ? t('fairness.no-value', 'n {{n}}: no value', { n: rows === null ? nothing : formatCount(rows) })
          : t('fairness.suppressed', 'hidden: {{why}}', { why }),
      estimate: null,
      tone: 'neutral',
    };
  }
  const isReference = group === referenceGroup;
  return {
    name: group,
    note: isReference
      ? t('fairness.reference-group', 'reference group, n {{n}}', { n: formatCount(estimate.n) })
      : t('fairness.group-n', 'n {{n}}', { n: formatCount(estimate.n) }),
    estimate,
    tone: isReference ? 'neutral' : toneOf(verdict),
  };
}

function toneOf(verdict: Group['verdict']): IntervalRow['tone'] {
  switch (verdict) {
    case 'alarm':
    case 'watch':
      return verdict;
    case 'clear':
      return 'ok';
    case 'insufficient_data':
      return 'neutral';
  }
}

function rateMeaning(rate: string, favourable: string | null): string {
  const good = favourable ?? t('fairness.favourable', 'the favourable one');
  switch (rate) {
    case 'selectionRate':
      return t('fairness.meaning.selection', 'Share of the group whose prediction is {{good}}.', { good });
    case 'truePositiveRate':
      return t('fairness.meaning.true-positive', 'Of those who deserve it, the share who get {{good}}.', { good });
    case 'falsePositiveRate':
      return t('fairness.meaning.false-positive', 'Of those who do not deserve it, the share who get {{good}}.', {
        good,
      });
    case 'falseNegativeRate':
      return t('fairness.meaning.false-negative', 'Of those who deserve it, the share who do not get {{good}}.', {
        good,
      });
    case 'trueNegativeRate':
      return t('fairness.meaning.true-negative', 'Of those who do not deserve it, the share who do not get {{good}}.', {
        good,
      });
    case 'positivePredictiveValue':
      return t('fairness.meaning.positive-predictive', 'Of those who get {{good}}, the share who deserve it.', {
        good,
      });
    case 'negativePredictiveValue':
      return t(
        'fairness.meaning.negative-predictive',
        'Of those who do not get {{good}}, the share who do not deserve it.',
        {
          good,
        },
      );
    case 'falseDiscoveryRate':
      return t('fairness.meaning.false-discovery', 'Of those who get {{good}}, the share who do not deserve it.', {
        good,
      });
    case 'falseOmissionRate':
      return t('fairness.meaning.false-omission', 'Of those who do not get {{good}}, the share who deserve it.', {
        good,
      });
    default: {
      const scale = statisticScale(rate);
      const labelled = t('fairness.meaning.labelled', 'Over the labelled rows of the group');
      return scale === null ? `${labelled}.` : `${labelled}: ${scale}.`;
    }
  }
}
