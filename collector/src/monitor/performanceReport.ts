import type { PerformanceReport } from '../http/api.ts';
import { overallConfusion, type Profile, profileTotals } from '../profile/index.ts';
import { performanceStatistics } from './performanceStatistics.ts';
import { latestFindings, mergedProfile, type ReportInput } from './reportInput.ts';
import { errorRateSignal } from './streams.ts';

/**
 * How good a version's predictions were, over everything and window by window. A window is final when every outcome
 * that keeps the model's outcome delay has had the time to arrive: `watermark` is the newest event time seen.
 */
export function performanceReport(input: ReportInput & { readonly watermark: number }): PerformanceReport {
  const { settings, version, from, to, watermark } = input;
  const merged = mergedProfile(input);
  const isFinal = (end: number): boolean => end + settings.outcomeDelay <= watermark;
  const totals = merged === null ? { rows: 0, labelled: 0 } : profileTotals(merged);
  return {
    model: settings.name,
    version,
    from,
    to,
    rows: totals.rows,
    labelledRows: totals.labelled,
    final: input.profiles.every((window) => isFinal(window.to)),
    statistics: merged === null ? {} : { ...performanceStatistics(merged) },
    confusion: merged === null ? null : confusionOf(merged),
    windows: input.profiles.map((window) => {
      const { rows, labelled } = profileTotals(window.profile);
      const statistics = { ...performanceStatistics(window.profile) };
      return { from: window.from, to: window.to, rows, labelledRows: labelled, final: isFinal(window.to), statistics };
    }),
    evidence: latestFindings(input).get(errorRateSignal)?.evidence ?? null,
  };
}

function confusionOf(profile: Profile): PerformanceReport['confusion'] {
  if (profile.shape.task !== 'binary_classification' || profile.shape.positive === null) return null;
  const { truePositive, falsePositive, falseNegative, trueNegative } = overallConfusion(profile);
  return { truePositive, falsePositive, falseNegative, trueNegative };
}
