import type { ModelSettings } from '../../config/settings.ts';
import { labelSignal, type Reference } from '../../profile/index.ts';
import { boundTail, noTolerance, nullBounds, orient } from '../../statistics/evidence/index.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import { steadyDetector } from './steadyDetector.ts';
import type { StreamDetector } from './streamDetector.ts';
import type { Stream } from './streams.ts';

/**
 * Do labels lie above the predicted quantile more often than it promises, or less often? What may be is what is promised,
 * 1 - `quantile`, and what the reference had: a model that was off from the start is told by its numbers, one that gets worse
 * alarms. Labels count by their arrival.
 *
 * Cells: not above, above.
 */
export function exceedanceDetector(
  settings: ModelSettings,
  reference: Reference,
  quantile: number,
  stream: Stream,
  streams: number,
): StreamDetector {
  const { signal, scores, counts } = labelSignal(reference.profile, stream.id);
  const past = counts(reference.profile);
  const designEffect = signalDesignEffect(reference, signal);
  const promised = 1 - quantile;
  const tolerated = settings.tolerance.relativeShare * Math.min(promised, quantile);
  const oriented = scores.flatMap((score) => {
    const bounds = nullBounds(score, past, { tail: boundTail(1, streams), designEffect, tolerance: noTolerance });
    const lower = Math.min(promised, bounds.lower) - tolerated;
    const upper = Math.max(promised, bounds.upper) + tolerated;
    return orient(score, { ...bounds, lower, upper }, designEffect);
  });
  return steadyDetector(stream, oriented, { scores, counts: past }, (_, { overall: { labelled }, above = 0 }) => [
    labelled - above,
    above,
  ]);
}
