import {
  asSampled,
  expectedErrors,
  labelledShare,
  labelSignal,
  sampledErrorScore,
  sampledErrorSignal,
} from '../../profile/index.ts';
import { type Score, scoreMoments } from '../../statistics/evidence/index.ts';
import { total } from '../../statistics/total.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import { steadyDetector } from './steadyDetector.ts';
import type { StreamDetector } from './streamDetector.ts';
import { arrivedErrors, squaredRise, upwards, type WatchedErrors, type WayToWatch } from './waysToWatchErrors.ts';

/**
 * Where labels are declared to come for a random sample of predictions: those of a window together, once its outcomes are due,
 * the labelled ones by what they were and the others by what their scores let expect (`sampledErrorScore`). `null` where no
 * rate is declared, or the reference knows of no expected errors or did not measure how they vary with labels.
 *
 * Cells: right, wrong, as they arrived; then those of `ExpectedErrors.outcomes`. None of the latter where too few labels came
 * for the declared rate: then they say more about what is expected than about what is.
 */
export function errorsOfSample(errors: WatchedErrors): WayToWatch | null {
  const { settings, reference, stream, boundsOf, past, effect } = errors;
  const rate = settings.labels?.rate;
  const expected = expectedErrors(reference.profile);
  if (rate === undefined || expected === null || reference.designEffects[sampledErrorSignal] === undefined) return null;

  const score = behindArrivals(sampledErrorScore(expected, rate));
  const outcomes = expected.outcomes(reference.profile);
  const sampled = [...past, ...asSampled(outcomes, rate)];
  const { mean, variance } = scoreMoments(score, sampled);
  // What is common to a window is measured against the noise of the reference's own sample. A smaller sample has more of that.
  const { scores } = labelSignal(reference.profile, sampledErrorSignal);
  const noisier = Math.max(1, scoreMoments(scores[0]!, outcomes).variance / variance);
  const measured = 1 + (signalDesignEffect(reference, sampledErrorSignal) - 1) * noisier;
  const designEffect = Math.max(effect, measured);
  const labels = outcomes.reduce((sum, count, cell) => sum + (cell % 3 === 0 ? 0 : count), 0);
  const { upper } = boundsOf([labels * (1 - mean), labels * mean], effect);
  const bounds = { lower: 0, upper, mean, standardDeviation: Math.sqrt(variance), n: labels };

  const countsOf: StreamDetector['countsOf'] = (_, { overall }, __, due) => {
    const counts = new Float64Array(sampled.length);
    counts.set(arrivedErrors(overall));
    if (due === null) return counts;
    const came = expected.outcomes(due);
    if (!hasTooFewLabels(came, rate)) counts.set(came, arrived);
    return counts;
  };
  return {
    speed: (squaredRise(mean, upper, mean) / designEffect) * ((mean * (1 - mean)) / (rate * variance)),
    detector: () =>
      steadyDetector(stream, upwards(score, bounds, designEffect), { scores: [score], counts: sampled }, countsOf),
  };
}

/** Is the declared rate not true of these? By more than five standard deviations: of a true one once in three million windows. */
export function hasTooFewLabels(outcomes: ArrayLike<number>, rate: number): boolean {
  const n = total(Float64Array.from(outcomes));
  return n > 0 && labelledShare(outcomes) < rate - 5 * Math.sqrt((rate * (1 - rate)) / n);
}

/** Right and wrong ones that arrived, which are told and not betted on. */
const arrived = 2;

function behindArrivals(score: Score): Score {
  return {
    ...score,
    values: Float64Array.of(...new Float64Array(arrived), ...score.values),
    considered: Uint8Array.of(...new Uint8Array(arrived), ...score.considered),
  };
}
