import { Grid } from '@grafana/ui';
import type { UsageReport } from '@plumbline/collector/api';
import { SeriesChart, type SeriesPoint } from '../../../components/chart/SeriesChart';
import { Panel } from '../../../components/Panel';
import { StatisticPicker } from '../../../components/StatisticPicker';
import { amountName, amountUnit } from '../../../format/amount';
import { t } from '../../../i18n';
import { useParameter } from '../useReportQuery';

type Amount = NonNullable<UsageReport['amounts'][number]['all']>;

const failedCalls = 'failed';

/** One amount over the windows: since when calls have taken more, and how much that is. */
export function UsagePanel({ report }: { readonly report: UsageReport }) {
  const [chosen, choose] = useParameter('statistic');
  const names = [...report.amounts.flatMap(({ signal, all }) => (all === null ? [] : [signal])), failedCalls];
  const name = names.find((known) => known === chosen) ?? names[0] ?? failedCalls;
  return (
    <Panel
      title={t('usage.over-time', 'Over time')}
      actions={
        <StatisticPicker
          label={t('usage.amount', 'Amount')}
          names={names}
          nameOf={nameOf}
          value={name}
          onChange={choose}
        />
      }
    >
      <Grid columns={{ xs: 1, lg: 2 }} gap={2}>
        {seriesOf(report, name).map(({ title, points }) => (
          <SeriesChart
            key={title}
            name={title}
            points={points}
            unit={name === failedCalls ? 'share' : amountUnit(name)}
          />
        ))}
      </Grid>
    </Panel>
  );
}

function nameOf(name: string): string {
  return name === failedCalls ? t('usage.failed', 'Failed calls') : amountName(name);
}

interface Series {
  readonly title: string;
  readonly points: readonly SeriesPoint[];
}

/** What is said of a call, and of all calls of a window. */
function seriesOf({ windows, failed, amounts }: UsageReport, name: string): readonly Series[] {
  const points = (valueAt: (index: number) => SeriesPoint['estimate']) =>
    windows.map(({ from, to }, index) => ({ from, to, estimate: valueAt(index) }));
  if (name === failedCalls) {
    return [{ title: t('usage.failed', 'Failed calls'), points: points((index) => failed.windows[index]) }];
  }
  const inWindow = amounts.find(({ signal }) => signal === name)?.windows ?? [];
  const bare = (pick: (amount: Amount) => number | null) =>
    points((index) => {
      const amount = inWindow[index];
      return amount ? { value: pick(amount), low: null, high: null, n: amount.mean.n } : undefined;
    });
  return amountUnit(name) === 'time'
    ? [
        { title: t('usage.series.median', 'Median'), points: bare(({ median }) => median) },
        { title: t('usage.series.slow', '95 % of the calls within'), points: bare(({ percentile95 }) => percentile95) },
      ]
    : [
        { title: t('usage.series.mean', 'A call'), points: points((index) => inWindow[index]?.mean) },
        { title: t('usage.series.total', 'All calls of a window'), points: bare(({ total }) => total) },
      ];
}
