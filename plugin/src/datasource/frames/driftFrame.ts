import { type DataFrame, toDataFrame } from '@grafana/data';
import type { DriftReport } from '@plumbline/collector/api';
import { formatSignal } from '../../format/name';
import { appLink, narrowingOf, seriesField, statisticConfig, windowField } from './field';

/** What a drift report has for every window. */
export const driftStatistics = ['evidenceLevel', 'populationStabilityIndex'] as const;

/** One series a signal, ranked as the collector ranks them; `signals` empty: all. */
export function driftFrame(report: DriftReport, statistic: string, signals: readonly string[]): DataFrame {
  const { model, windows } = report;
  const about = narrowingOf(report);
  const series = statistic === 'populationStabilityIndex' ? 'populationStabilityIndex' : 'evidenceLevel';
  const config = statisticConfig(series);
  return toDataFrame({
    name: model,
    fields: [
      windowField(windows),
      ...report.signals
        .filter(({ signal }) => signals.length === 0 || signals.includes(signal))
        .map((found) =>
          seriesField(
            found.signal,
            found[series],
            { model, ...about, signal: found.signal, statistic: series },
            {
              ...config,
              displayName: formatSignal(found.signal),
              links: [appLink(model, 'drift', { signal: found.signal, ...about })],
            },
          ),
        ),
    ],
  });
}
