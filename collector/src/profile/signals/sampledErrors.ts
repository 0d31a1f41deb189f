import type { Score } from '../../statistics/evidence/index.ts';
import { total } from '../../statistics/total.ts';
import type { Profile } from '../profile.ts';
import { type ExpectedErrors, expectedErrors } from './expectedErrors.ts';
import type { LabelSignal } from './labelSignals.ts';

/** How wrong predictions are where only a random sample of them gets labels: as scores over `ExpectedErrors.outcomes`. */
export const sampledErrorSignal = 'performance:sampled_error';

export const sampledErrorName = 'wrong, by a sample';

/**
 * Of each prediction e + (xi / rate) (l - e), in [1 - 1 / rate, 1 / rate]: e how wrong its score lets expect, l whether it was
 * wrong, xi whether that is known, which has the chance `rate` and does not depend on l. Its mean is that of l whatever e is
 * worth; its variance is that of l, divided by `rate`, times 1 - R^2 (1 - rate), where e explains R^2 of l.
 *
 * Source: prediction-powered risk monitoring, arXiv 2602.02229; Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023.
 */
export function sampledErrorScore({ score: expected }: ExpectedErrors, rate: number): Score {
  const values = Float64Array.from({ length: 3 * expected.values.length }, (_, cell) => {
    const error = expected.values[Math.floor(cell / 3)]!;
    const outcome = cell % 3;
    return outcome === unknown ? error : error + ((outcome === wrong ? 1 : 0) - error) / rate;
  });
  const range = [1 - 1 / rate, 1 / rate] as const;
  return { name: sampledErrorName, kind: 'mean', values, range, considered: new Uint8Array(values.length).fill(1) };
}

/** As windows of the reference have it, with the share of labels that the reference has. `null` where errors are not expected. */
export function sampledErrors(reference: Profile): LabelSignal | null {
  const expected = expectedErrors(reference);
  if (expected === null) return null;
  const counts = expected.outcomes;
  const score = sampledErrorScore(expected, labelledShare(counts(reference)));
  return { signal: sampledErrorSignal, scores: [score], counts };
}

/** Of predictions by cell of `ExpectedErrors.outcomes`, in [0, 1]; NaN of none. */
export function labelledShare(outcomes: ArrayLike<number>): number {
  const counts = Float64Array.from(outcomes);
  return total(counts.filter((_, cell) => cell % 3 !== unknown)) / total(counts);
}

/**
 * What windows like the reference would count if labels came for the share `rate`: the labels that it has, each among as many
 * predictions of the same score without one as belong to it. Their mean is the reference's error rate.
 */
export function asSampled(outcomes: Float64Array, rate: number): Float64Array {
  return outcomes.map((count, cell) => {
    if (cell % 3 !== unknown) return count;
    return (outcomes[cell + right]! + outcomes[cell + wrong]!) * (1 / rate - 1);
  });
}

const unknown = 0;
const right = 1;
const wrong = 2;
