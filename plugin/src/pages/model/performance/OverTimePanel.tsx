import { Text } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { SeriesChart } from '../../../components/chart/SeriesChart';
import { Panel } from '../../../components/Panel';
import { StatisticPicker } from '../../../components/StatisticPicker';
import { statisticName, unitOf } from '../../../format/statistic';
import { t } from '../../../i18n';
import { useParameter } from '../useReportQuery';
import { expectedEstimate } from './expectedEstimate';

/** One statistic over the windows; where labels are missing, beside what scores let expect of it. */
export function OverTimePanel({ report: { windows } }: { readonly report: PerformanceReport }) {
  const [chosen, choose] = useParameter('statistic');
  const names = [...new Set(windows.flatMap(({ statistics }) => Object.keys(statistics)))];
  const name = names.find((known) => known === chosen) ?? names[0];
  return (
    <Panel
      title={t('performance.over-time', 'Over time')}
      actions={
        <StatisticPicker label={t('performance.statistic', 'Statistic')} names={names} value={name} onChange={choose} />
      }
    >
      {name === undefined ? (
        <Text color="secondary">{t('performance.no-window', 'No window has closed yet.')}</Text>
      ) : (
        <SeriesChart
          name={statisticName(name)}
          unit={unitOf(name)}
          points={windows.map(({ from, to, final, statistics, expected }) => ({
            from,
            to,
            final,
            estimate: statistics[name],
            expected: expectedEstimate(expected, name),
          }))}
        />
      )}
    </Panel>
  );
}
