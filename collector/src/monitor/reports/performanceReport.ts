import type { PerformanceReport } from '../../http/api.ts';
import {
  effectiveProfile,
  overallConfusion,
  type Profile,
  profileTotals,
  scoreDistribution,
} from '../../profile/index.ts';
import { confusionBounds, type LabelBounds } from '../../statistics/labelBounds.ts';
import { calibrationLine, reliability } from '../../statistics/performance/calibration.ts';
import { isClassification, outcomeSignal, ratingSignal } from '../detectors/streams.ts';
import type { SegmentWindows } from '../figures/errorsBySegment.ts';
import { finite } from '../figures/estimates.ts';
import { expectedErrorReport } from '../figures/expectedErrorReport.ts';
import { classMetrics, performanceStatistics } from '../figures/performanceStatistics.ts';
import type { Estimate, Finding } from '../finding.ts';
import { ratingTypes } from '../ratings.ts';
import { coverageOf } from './coverage.ts';
import { ratingReport } from './ratingReport.ts';
import { aboutOf, historyOf, isFinal, latestFindings, type ReportInput, sumOfWindows } from './reportInput.ts';

interface PerformanceInput extends ReportInput {
  /** The newest event time seen, of which it depends what is final. */
  readonly watermark: number;
  /** Windows before those of the report, for nothing but to test estimates on their labels. */
  readonly earlier?: ReportInput['profiles'];
  /** Segments that part all rows, over all of these windows: for estimates that know of them. */
  readonly segments?: readonly SegmentWindows[];
}

/** How good a version's predictions were, over everything and window by window. */
export function performanceReport(input: PerformanceInput): PerformanceReport {
  const { settings, from, to, watermark } = input;
  const all = sumOfWindows(input);
  const merged = all && effectiveProfile(all);
  const arrived = arrivedErrors(input);
  const expected = expectedErrorsOf(input);
  const totals = all === null ? { rows: 0, labelled: 0 } : profileTotals(all);
  return {
    ...aboutOf(input),
    from,
    to,
    rows: totals.rows,
    labelledRows: totals.labelled,
    final: input.profiles.every((window) => isFinal(settings, window.to, watermark)),
    statistics: merged === null ? {} : { ...performanceStatistics(merged, settings) },
    confusion: all === null ? null : confusionOf(all),
    bounds: merged === null ? {} : boundsOf(merged),
    calibration: merged === null ? null : calibrationOf(merged),
    classes: merged === null ? [] : classesOf(merged),
    windows: input.profiles.map((window) => {
      const { rows, labelled } = profileTotals(window.profile);
      const expectedOfWindow = expected?.byWindow.get(window.from);
      const statistics = { ...performanceStatistics(effectiveProfile(window.profile), settings) };
      return {
        from: window.from,
        to: window.to,
        rows,
        labelledRows: labelled,
        final: isFinal(settings, window.to, watermark),
        coverage: coverageOf(window.profile),
        statistics,
        bounds: boundsOf(window.profile),
        arrived: arrived.get(window.from) ?? null,
        ...(expectedOfWindow === undefined ? {} : { expected: expectedOfWindow }),
      };
    }),
    expectedErrors: expected?.report ?? null,
    evidence: latestFindings(input).get(outcomeSignal(settings.task))?.evidence ?? null,
    findings: outcomeFindings(input),
    ratings: ratingReport(input),
  };
}

function expectedErrorsOf({ settings, reference, profiles, earlier = [], segments = [], watermark }: PerformanceInput) {
  if (reference === null) return null;
  const reported = (windows: ReportInput['profiles']) =>
    windows.map(({ profile, from, to }) => ({ profile, from, isFinal: isFinal(settings, to, watermark) }));
  return expectedErrorReport(reference, reported(profiles), reported(earlier), segments);
}

/** The latest finding of each signal about being right, from outcomes or ahead of them; ratings have a report of their own. */
function outcomeFindings(input: ReportInput): Finding[] {
  const ratings = new Set(ratingTypes.map(ratingSignal));
  return [...latestFindings(input).values()].filter(
    ({ signal }) => signal.startsWith('performance:') && !ratings.has(signal),
  );
}

/** By window: the error rate of the labels that came in it, whichever window their predictions belong to. */
function arrivedErrors(input: ReportInput): Map<number, Estimate> {
  const signal = outcomeSignal(input.settings.task);
  return new Map(
    historyOf(input).flatMap(({ from, findings }) => {
      // Without evidence there was nothing to compare the labels with: they are those of the window's own rows.
      const found = findings.find((finding) => finding.signal === signal && finding.level !== null);
      const errorRate = found?.statistics?.errorRate;
      return errorRate === undefined ? [] : [[from, errorRate] as const];
    }),
  );
}

function confusionOf(profile: Profile): PerformanceReport['confusion'] {
  if (profile.shape.task !== 'binary_classification' || profile.shape.positive === null) return null;
  const { truePositive, falsePositive, falseNegative, trueNegative } = overallConfusion(profile);
  return { truePositive, falsePositive, falseNegative, trueNegative };
}

/** Where numbers will lie whatever the missing labels say; empty when none is missing. */
function boundsOf(profile: Profile): Record<string, LabelBounds> {
  const { task, positive } = profile.shape;
  if (!isClassification(task)) return {};
  const confusion = overallConfusion(profile);
  const unlabelled = confusion.unlabelledPositive + confusion.unlabelledNegative;
  if (unlabelled === 0) return {};
  const { right, wrong } = confusion;
  const n = right + wrong + unlabelled;
  const errorRate = { low: wrong / n, high: (wrong + unlabelled) / n };
  if (task !== 'binary_classification' || positive === null) {
    return { errorRate, accuracy: { low: right / n, high: (right + unlabelled) / n } };
  }
  const { accuracy, precision, recall, f1, falsePositiveRate, falseNegativeRate } = confusionBounds(confusion);
  const bounds = { errorRate, accuracy, precision, recall, f1, falsePositiveRate, falseNegativeRate };
  return Object.fromEntries(
    Object.entries(bounds).flatMap(([name, bound]) => (bound === null ? [] : [[name, bound] as const])),
  );
}

/** `null` unless scores are probabilities of the positive class and have labels. */
function calibrationOf(profile: Profile): PerformanceReport['calibration'] {
  const { task, positive, scoreBins } = profile.shape;
  const scores = scoreDistribution(profile);
  if (task !== 'binary_classification' || positive === null || scoreBins?.kind !== 'logit' || scores === null)
    return null;
  const bins = reliability(scores);
  if (bins.length === 0) return null;
  const { intercept, slope } = calibrationLine(scores);
  return {
    intercept: finite(intercept),
    slope: finite(slope),
    bins: bins.map(({ observed, ...bin }) => ({ ...bin, observed: finite(observed) })),
  };
}

function classesOf(profile: Profile): NonNullable<PerformanceReport['classes']> {
  const metrics = classMetrics(profile);
  if (metrics === null) return [];
  return metrics.classes.map(({ precision, recall, f1, labels, predictions }, index) => ({
    class: metrics.names[index] ?? '',
    labels,
    predictions,
    precision: finite(precision),
    recall: finite(recall),
    f1: finite(f1),
  }));
}
