import type { ModelSettings } from '../../config/settings.ts';
import { errorRateIndicator, type Reference } from '../../profile/index.ts';
import { boundTail, nullBounds } from '../../statistics/evidence/index.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import { errorsByHour } from './errorsByHour.ts';
import { errorsOfSample } from './errorsOfSample.ts';
import { steadyDetector } from './steadyDetector.ts';
import type { StreamDetector } from './streamDetector.ts';
import type { Stream } from './streams.ts';
import { arrivedErrors, squaredRise, upwards, type WatchedErrors, type WayToWatch } from './waysToWatchErrors.ts';

const { signal, score, counts: countsIn } = errorRateIndicator;

/**
 * Are more predictions wrong than in the reference? Labels count by their arrival, all alike; or by the hour of their
 * predictions; or, where they are a random sample, together with what scores say of the predictions without. What sees
 * a doubled error rate soonest is taken.
 *
 * Cells: right, wrong, as they arrived; then those of the way that is taken, on which alone is betted then.
 */
export function errorRateDetector(
  settings: ModelSettings,
  reference: Reference,
  stream: Stream,
  streams: number,
): StreamDetector {
  const past = [...countsIn(reference.profile)];
  const effect = signalDesignEffect(reference, signal);
  const boundsOf: WatchedErrors['boundsOf'] = (counts, designEffect, buckets = 1) =>
    nullBounds(score, counts, {
      tail: boundTail(1, streams * buckets),
      designEffect,
      tolerance: { standardDeviations: 0, relativeShare: 0, absoluteShare: settings.tolerance.errorRate },
    });
  const errors = { settings, reference, stream, boundsOf, past, overall: boundsOf(past, effect), effect };
  const ways = [errorsOfAllHours(errors), errorsByHour(errors), errorsOfSample(errors)].filter((way) => way !== null);
  return ways.reduce((best, way) => (way.speed > best.speed ? way : best)).detector();
}

/** Each label against one bound. Where errors follow the hour, that is noise which the design effect holds. */
function errorsOfAllHours({ stream, past, overall, effect }: WatchedErrors): WayToWatch {
  return {
    speed: squaredRise(overall.mean, overall.upper, overall.mean) / effect,
    detector: () =>
      steadyDetector(
        stream,
        upwards(score, overall, effect),
        { scores: [score], counts: past },
        (_, { overall: came }) => arrivedErrors(came),
      ),
  };
}
