import type { ModelSettings } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import { expectedErrors, type Reference } from '../../profile/index.ts';
import { scoreMoments } from '../../statistics/evidence/index.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import { detectorOver } from './detectorByHour.ts';
import type { StreamDetector } from './streamDetector.ts';
import type { Stream } from './streams.ts';

/**
 * Are predictions more likely to be wrong than those of the reference, by their scores alone? Seen before any label comes. The
 * guarantee is on this proxy: that its mean has grown by more than the error rate may. Whether scores still mean what they
 * meant, only labels say.
 */
export function expectedErrorDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream,
  streams: number,
): StreamDetector {
  const expected = expectedErrors(reference.profile);
  if (expected === null) throw new PlumblineError('INTERNAL', 'the reference does not say what scores are worth');
  const { signal, score, counts } = expected;
  const referenceCounts = counts(reference.profile);
  const standardDeviation = Math.sqrt(scoreMoments(score, referenceCounts).variance);
  const watched = detectorOver(reference, signal, [score], referenceCounts, {
    // In points of the error rate, as of the error rate itself.
    tolerance: {
      standardDeviations: settings.tolerance.errorRate / standardDeviation,
      relativeShare: 0,
      absoluteShare: 0,
    },
    streams,
    designEffectOf: () => signalDesignEffect(reference, signal),
    directions: ['up'],
  });
  return { stream, ...watched, scores: [score], referenceCounts, countsOf: counts };
}
