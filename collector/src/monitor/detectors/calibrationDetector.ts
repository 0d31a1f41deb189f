import type { ModelSettings } from '../../config/settings.ts';
import { labelSignal, type Reference } from '../../profile/index.ts';
import {
  boundTail,
  type NullBounds,
  noTolerance,
  nullBounds,
  orient,
  type Score,
  scoreMoments,
  shareScore,
} from '../../statistics/evidence/index.ts';
import { steadyDetector } from './steadyDetector.ts';
import type { StreamDetector } from './streamDetector.ts';
import type { Stream } from './streams.ts';

/**
 * Do scores come true more often than they did, or less often: over all of them, or in one band of them? Labels count by their
 * arrival, so it is taken for granted that when a label comes does not depend on what it says.
 *
 * Cells: those of `scoredCounts`.
 */
export function calibrationDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream,
  streams: number,
): StreamDetector {
  const { signal, scores, counts } = labelSignal(reference.profile, stream.id);
  const past = counts(reference.profile);
  const effects = reference.designEffects[signal] ?? {};
  const tail = boundTail(scores.length, streams);
  const oriented = scores.flatMap((score) => {
    const designEffect = effects[score.name] ?? 1;
    const bounds = calibrationBounds(score, past, { tail, designEffect, ...settings.tolerance });
    return orient(score, bounds, designEffect);
  });
  return steadyDetector(stream, oriented, { scores, counts: past }, (_, { scored = [] }) => {
    const came = new Float64Array(past.length);
    came.set(scored.slice(0, past.length));
    return came;
  });
}

/**
 * What label - score may be on average. Only the label is random: its share has the bounds of a share (Clopper and Pearson 1934),
 * which hold with few events too, also where rows have different probabilities (Hoeffding 1956), less what was predicted.
 */
export function calibrationBounds(
  score: Score,
  past: ArrayLike<number>,
  options: { readonly tail: number; readonly designEffect: number; readonly standardDeviations: number },
): NullBounds {
  const positives = Array.from(past, (_, cell) => cell).filter((cell) => cell % 2 === 1);
  const cameTrue = shareScore(score.name, past.length, positives, (cell) => score.considered[cell] !== 0);
  const share = nullBounds(cameTrue, past, { ...options, tolerance: noTolerance });
  const { mean } = scoreMoments(score, past);
  const predicted = share.mean - mean;
  // As if half a row more had come true, and half a row more had not: where none did some may.
  const likely = (share.mean * share.n + 0.5) / (share.n + 1);
  const standardDeviation = Math.sqrt(likely * (1 - likely));
  const tolerated = options.standardDeviations * standardDeviation;
  return {
    lower: share.lower - predicted - tolerated,
    upper: share.upper - predicted + tolerated,
    mean,
    standardDeviation,
    n: share.n,
  };
}
