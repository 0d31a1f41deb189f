import { type DataFrame, toDataFrame } from '@grafana/data';
import type { PerformanceReport } from '@plumbline/collector/api';
import { statisticName } from '../../format/statistic';
import { t } from '../../i18n';
import { appLink, narrowingOf, seriesField, statisticConfig, windowField } from './field';

/** Counts that every window has, beside its statistics. */
const counts = ['rows', 'labelledRows'] as const;

/** Statistics that a report has, for a list to choose from. */
export function performanceStatistics({ statistics, windows }: PerformanceReport): string[] {
  const names = [statistics, ...windows.map((window) => window.statistics)].flatMap(Object.keys);
  return [...new Set([...names, ...counts])];
}

/** One statistic over windows with its 95 % interval, or one count. `chosen`: which; empty: the first there is. */
export function performanceFrame(report: PerformanceReport, chosen: string): DataFrame {
  const { model, windows } = report;
  const statistic = chosen || performanceStatistics(report)[0]!;
  const about = narrowingOf(report);
  const labels = { model, ...about, statistic };
  const links = [appLink(model, 'performance', about)];
  const count = counts.find((name) => name === statistic);
  if (count !== undefined) {
    const displayName =
      count === 'rows' ? t('source.field.window-rows', 'Rows') : t('source.field.labelled-rows', 'Labelled rows');
    const values = windows.map((window) => window[count]);
    return toDataFrame({
      name: model,
      fields: [windowField(windows), seriesField(count, values, labels, { displayName, unit: 'short', min: 0, links })],
    });
  }
  const config = statisticConfig(statistic);
  const of = (part: 'value' | 'low' | 'high') => windows.map(({ statistics }) => statistics[statistic]?.[part] ?? null);
  const name = statisticName(statistic);
  return toDataFrame({
    name: model,
    fields: [
      windowField(windows),
      seriesField(statistic, of('value'), labels, { ...config, links }),
      seriesField(`${statistic}Low`, of('low'), labels, {
        ...config,
        displayName: t('source.field.interval-low', '{{name}}, low end', { name }),
      }),
      seriesField(`${statistic}High`, of('high'), labels, {
        ...config,
        displayName: t('source.field.interval-high', '{{name}}, high end', { name }),
      }),
    ],
  });
}
