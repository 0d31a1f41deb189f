import type { ModelSettings } from '../../config/settings.ts';
import {
  classConfusion,
  overallConfusion,
  overallErrors,
  overallResiduals,
  type Profile,
  type Residuals,
  rankingSumsOf,
  type ScoreDistribution,
  scoreDistribution,
} from '../../profile/index.ts';
import { areaUnderCurve } from '../../statistics/areaUnderCurve.ts';
import { confusionMetrics } from '../../statistics/confusionMetrics.ts';
import type { Estimated } from '../../statistics/estimated.ts';
import { averagePrecision } from '../../statistics/performance/averagePrecision.ts';
import { balancedAccuracy } from '../../statistics/performance/balancedAccuracy.ts';
import { calibrationError, calibrationSquaredError, reliability } from '../../statistics/performance/calibration.ts';
import { errorMetrics, pinballLossOfSums } from '../../statistics/performance/errorMetrics.ts';
import { matthewsCorrelation } from '../../statistics/performance/matthewsCorrelation.ts';
import { type MulticlassMetrics, multiclassMetrics } from '../../statistics/performance/multiclassMetrics.ts';
import { probabilityLosses } from '../../statistics/performance/probabilityLosses.ts';
import { meanWithInterval, residualMetrics } from '../../statistics/residualMetrics.ts';
import type { Estimate } from '../finding.ts';
import { finite, share, suppressed } from './estimates.ts';

/** How good the labelled predictions of a profile are. What cannot be said yet is `null` with the reason. */
export function performanceStatistics(
  profile: Profile,
  settings: Pick<ModelSettings, 'quantile'>,
): Readonly<Record<string, Estimate>> {
  const { task, positive } = profile.shape;
  const residuals = overallResiduals(profile);
  if (residuals !== null) return errorStatistics(profile, residuals, settings.quantile);
  const rankings = rankingSumsOf(profile);
  if (rankings !== null) {
    return Object.fromEntries(Object.entries(rankings).map(([name, sums]) => [name, meanOfSums(sums)]));
  }
  const confusion = overallConfusion(profile);
  const labelled = confusion.right + confusion.wrong;
  const errorRate = labelled === 0 ? noLabels : share({ events: confusion.wrong, n: labelled });
  if (task === 'multiclass_classification' || positive === null) {
    const accuracy = labelled === 0 ? noLabels : share({ events: confusion.right, n: labelled });
    return { errorRate, accuracy, ...estimates(classStatistics(profile)) };
  }
  const { truePositive, falsePositive, falseNegative, trueNegative } = confusion;
  const scores = scoreDistribution(profile);
  return {
    errorRate,
    ...estimates({
      ...confusionMetrics(confusion),
      balancedAccuracy: balancedAccuracy(confusion),
      matthewsCorrelation: matthewsCorrelation([trueNegative, falseNegative, falsePositive, truePositive], 2),
      ...(scores === null ? {} : scoreStatistics(scores, profile.shape.scoreBins?.kind === 'logit')),
    }),
  };
}

function errorStatistics(
  profile: Profile,
  residuals: Residuals,
  quantile: number | undefined,
): Record<string, Estimate> {
  const errors = overallErrors(profile, residuals.n);
  return estimates({
    ...residualMetrics(residuals),
    ...(errors === null ? {} : errorMetrics({ ...residuals, ...errors })),
    ...(quantile === undefined ? {} : { pinballLoss: pinballLossOfSums(residuals, quantile) }),
  });
}

/** Of a measure in [0, 1], one a ranking. */
function meanOfSums({ n, sum, squareSum }: { readonly n: number; readonly sum: number; readonly squareSum: number }) {
  return n === 0 ? suppressed(0, 'no labels') : finite(meanWithInterval(sum, squareSum, n));
}

/** Means over the classes with a name of their own; `null` unless there are several. */
export function classMetrics(profile: Profile): (MulticlassMetrics & { readonly names: readonly string[] }) | null {
  const named = namedClasses(profile);
  return named === null
    ? null
    : { ...multiclassMetrics(named.counts, named.size, named.names.length), names: named.names };
}

function classStatistics(profile: Profile): Record<string, Estimated> {
  const named = namedClasses(profile);
  const metrics = classMetrics(profile);
  if (named === null || metrics === null) return {};
  const { macroPrecision, macroRecall, macroF1, weightedPrecision, weightedF1 } = metrics;
  return {
    macroF1,
    weightedF1,
    macroPrecision,
    macroRecall,
    weightedPrecision,
    matthewsCorrelation: matthewsCorrelation(named.counts, named.size),
  };
}

/**
 * Predictions and labels of other classes become two classes, one that is only predicted and one that is only a label:
 * whether two of them are the same class is not known here, so no such row counts as right.
 */
function namedClasses(
  profile: Profile,
): { readonly names: readonly string[]; readonly counts: Float64Array; readonly size: number } | null {
  const confusion = classConfusion(profile);
  if (confusion === null) return null;
  const known = confusion.classes.length;
  const size = known + 2;
  const counts = new Float64Array(size * size);
  for (let predicted = 0; predicted <= known; predicted++) {
    for (let label = 0; label <= known; label++) {
      const column = label === known ? known + 1 : label;
      counts[predicted * size + column] = confusion.counts[predicted * (known + 1) + label] ?? 0;
    }
  }
  return { names: confusion.classes, counts, size };
}

/** `isProbability`: scores lie in [0, 1], so they can be compared with what happened. */
function scoreStatistics(
  scores: ScoreDistribution,
  isProbability: boolean,
): Record<string, Omit<Estimate, 'suppressed'>> {
  const precision = averagePrecision(scores.positives, scores.negatives);
  const { value, binLow, binHigh } = precision;
  const hidden = value === null || binLow === null || binHigh === null ? 0 : Math.max(value - binLow, binHigh - value);
  const ranking = {
    areaUnderCurve: areaUnderCurve(scores.positives, scores.negatives),
    averagePrecision: { ...precision, binError: hidden },
  };
  if (!isProbability) return ranking;
  const bins = reliability(scores);
  return {
    ...ranking,
    ...probabilityLosses(scores),
    calibrationSquaredError: calibrationSquaredError(bins),
    calibrationError: calibrationError(bins),
  };
}

const noLabels = suppressed(0, 'no labels');

function estimates(values: Readonly<Record<string, Omit<Estimate, 'suppressed'>>>): Record<string, Estimate> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value.n === 0 ? noLabels : finite(value)]),
  );
}
