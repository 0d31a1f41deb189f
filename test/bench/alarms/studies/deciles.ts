import {
  buildDetector,
  createDetector,
  type Detector,
  defaultTolerance,
  numericScores,
  orient,
  scoreMoments,
  type Tolerance,
} from '../../../../collector/src/statistics/evidence/index.ts';
import { normalCdf } from '../../../../collector/src/statistics/special/normalCdf.ts';
import { normalQuantile } from '../../../../collector/src/statistics/special/normalQuantile.ts';

/** One numeric feature as counts: below, ten deciles of N(0, 1), above, missing, invalid. */

const deciles = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9];
const innerEdges = Array.from({ length: 9 }, (_, i) => normalQuantile((i + 1) / 10));

/** Shares when values are scale * N(0, 1) + mean. */
export function shifted(mean: number, scale = 1): number[] {
  const below = [0, ...innerEdges.map((edge) => normalCdf((edge - mean) / scale)), 1];
  return [0, ...below.slice(1).map((share, i) => share - below[i]!), 0, 0, 0];
}

/** Shares when rows of the fifth decile come `factor` times as often as before, and all others as often. */
export function decileTimes(factor: number): number[] {
  const all = 1 + 0.1 * (factor - 1);
  return [0, ...Array.from({ length: 10 }, (_, i) => (i === 4 ? 0.1 * factor : 0.1) / all), 0, 0, 0];
}

export const noTolerance: Tolerance = { standardDeviations: 0, relativeShare: 0, absoluteShare: 0 };
/** As published with the delays: no least share. */
export const smallTolerance: Tolerance = { ...defaultTolerance, absoluteShare: 0 };

export const features = 200;
/** One false alarm in 10 000 windows over 200 features. */
export const alarmLog = Math.log(features * 10_000);

export function scoresOf(referenceCounts: ArrayLike<number>) {
  return numericScores(referenceCounts, deciles);
}

export function detectorOf(
  referenceCounts: Float64Array,
  tolerance: Tolerance,
  designEffects: Readonly<Record<string, number>> = {},
): Detector {
  return buildDetector({
    scores: scoresOf(referenceCounts),
    referenceCounts,
    designEffects,
    tolerance,
    streams: features,
  });
}

/** What nobody should use: the reference taken for the truth. */
export function detectorWithoutBounds(referenceCounts: Float64Array): Detector {
  return createDetector(
    referenceCounts.length,
    scoresOf(referenceCounts).flatMap((score) => {
      const { n, mean, variance } = scoreMoments(score, referenceCounts);
      return orient(score, { lower: mean, upper: mean, mean, standardDeviation: Math.sqrt(variance), n }, 1);
    }),
  );
}
