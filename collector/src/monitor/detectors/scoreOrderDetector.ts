import type { ModelSettings } from '../../config/settings.ts';
import { byLabel, labelSignal, orderCounts, type Reference } from '../../profile/index.ts';
import { hash32 } from '../../profile/sketches/textHash.ts';
import { boundTail, nullBounds, orient } from '../../statistics/evidence/index.ts';
import { scorePairs } from '../../statistics/performance/scorePairs.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import { steadyDetector } from './steadyDetector.ts';
import type { StreamDetector } from './streamDetector.ts';
import type { Stream } from './streams.ts';

/**
 * Do positives score above negatives less often than they did: did the area under the curve fall? Labels that arrived are paired
 * at random, window by window, each positive with one negative as far as there are both. How often each class comes does not
 * matter, nor when its labels do. The bound of the reference is that of as many pairs, which is wider than that of its area.
 *
 * Cells: pairs in order, tied, in the wrong order.
 */
export function scoreOrderDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream,
  streams: number,
): StreamDetector {
  const { signal, scores } = labelSignal(reference.profile, stream.id);
  const past = orderCounts(reference.profile);
  const designEffect = signalDesignEffect(reference, signal);
  const { relativeShare } = settings.tolerance;
  const tolerance = { standardDeviations: 0, relativeShare, absoluteShare: smallestShare };
  const oriented = scores.flatMap((score) => {
    const bounds = nullBounds(score, past, { tail: boundTail(1, streams), designEffect, tolerance });
    return orient(score, bounds, designEffect).filter(({ direction }) => direction === 'up');
  });
  return steadyDetector(stream, oriented, { scores, counts: past }, (_, { scored = [] }, step) => {
    const { positives, negatives } = byLabel(scored);
    return scorePairs(positives, negatives, seededRandom(hash32(`${stream.id} ${step}`, 0)));
  });
}

/** A model that orders all but perfectly may err in one pair of a hundred more. */
const smallestShare = 0.01;
