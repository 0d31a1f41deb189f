import { beforeAll, describe, expect, it } from 'vitest';
import { multinomial, seededRandom } from '../simulate.ts';
import { normalCdf } from '../special/normalCdf.ts';
import { normalQuantile } from '../special/normalQuantile.ts';
import { orient } from './bets.ts';
import { buildDetector } from './buildDetector.ts';
import { advance, createDetector, type Detector, evidenceOf, initialState } from './detector.ts';
import { defaultTolerance, type Tolerance } from './nullBounds.ts';
import { numericScores } from './numericScores.ts';
import { scoreMoments } from './score.ts';

/** Cells of ten deciles: below, 10 bins, above, missing, invalid; 2 % of values are missing. */
const deciles = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9];
const cleanShares = [0, ...Array<number>(10).fill(0.098), 0, 0.02, 0];
const noTolerance: Tolerance = { standardDeviations: 0, relativeShare: 0, absoluteShare: 0 };

const features = 200;
/** Over all features together: 10 000 windows to the first false alarm. */
const alarmLog = Math.log(features * 10_000);

describe('false alarms of 200 clean features in 1000 windows', () => {
  const windows = 1_000;
  const rows = 1_000;
  const detectors = {
    withTolerance: (referenceCounts: Float64Array) => detectorOf(referenceCounts, defaultTolerance),
    withoutTolerance: (referenceCounts: Float64Array) => detectorOf(referenceCounts, noTolerance),
    withReferenceAsTruth: (referenceCounts: Float64Array) =>
      createDetector(
        referenceCounts.length,
        numericScores(referenceCounts, deciles).flatMap((score) => {
          const { n, mean, variance } = scoreMoments(score, referenceCounts);
          return orient(score, { lower: mean, upper: mean, mean, standardDeviation: Math.sqrt(variance), n }, 1);
        }),
      ),
  };
  const alarming: Record<string, number> = {};

  beforeAll(() => {
    const random = seededRandom(2_026);
    for (let feature = 0; feature < features; feature++) {
      const referenceCounts = multinomial(random, 10_000, cleanShares);
      const seen = Array.from({ length: windows }, () => multinomial(random, rows, cleanShares));
      for (const [name, detectorFor] of Object.entries(detectors)) {
        alarming[name] = (alarming[name] ?? 0) + (alarms(detectorFor(referenceCounts), seen) ? 1 : 0);
      }
    }
  }, 120_000);

  it('there are none, whether or not small drift is tolerated', () => {
    expect(alarming).toMatchObject({ withTolerance: 0, withoutTolerance: 0 });
  });

  it('most features would have one if the reference were taken for the truth', () => {
    expect(alarming.withReferenceAsTruth).toBeGreaterThan(0.9 * features);
  });

  function alarms(detector: Detector, seen: readonly Float64Array[]): boolean {
    let state = initialState(detector);
    return seen.some((counts) => {
      state = advance(detector, state, counts, 1);
      return evidenceOf(detector, state).log >= alarmLog;
    });
  }
});

function detectorOf(referenceCounts: Float64Array, tolerance: Tolerance): Detector {
  return buildDetector({
    scores: numericScores(referenceCounts, deciles),
    referenceCounts,
    designEffects: {},
    tolerance,
    streams: features,
  });
}

describe('delay of real shifts at the same alarm level', () => {
  const inner = Array.from({ length: 9 }, (_, i) => normalQuantile((i + 1) / 10));
  /** Shares of the reference's deciles when the values are scale * N(0, 1) + mean. */
  const shifted = (mean: number, scale: number): number[] => {
    const below = [0, ...inner.map((edge) => normalCdf((edge - mean) / scale)), 1];
    return [0, ...below.slice(1).map((share, i) => share - below[i]!), 0, 0, 0];
  };
  const decileUp = (factor: number): number[] => {
    const all = 1 + 0.1 * (factor - 1);
    return [0, ...Array.from({ length: 10 }, (_, i) => (i === 4 ? 0.1 * factor : 0.1) / all), 0, 0, 0];
  };

  /** Median windows to the alarm over 21 runs. */
  function medianDelay(shares: number[], m: number, n: number, tolerance: Tolerance): number {
    const random = seededRandom(7);
    const delays = Array.from({ length: 21 }, () => {
      const referenceCounts = multinomial(random, m, shifted(0, 1));
      const detector = detectorOf(referenceCounts, tolerance);
      let state = initialState(detector);
      for (let window = 1; window <= 60; window++) {
        state = advance(detector, state, multinomial(random, n, shares), 1);
        if (evidenceOf(detector, state).log >= alarmLog) return window;
      }
      return Number.POSITIVE_INFINITY;
    });
    return delays.sort((a, b) => a - b)[10]!;
  }

  /** Medians published for these shifts, without and with tolerance (201 runs); `null`: never, by design. */
  it.each([
    ['mean by 0.1 sd', shifted(0.1, 1), 10_000, 1_000, 15, null],
    ['mean by 0.2 sd', shifted(0.2, 1), 10_000, 1_000, 2, 5],
    ['mean by 0.5 sd', shifted(0.5, 1), 10_000, 1_000, 1, 1],
    ['scale by 1.1', shifted(0, 1.1), 10_000, 1_000, 14, null],
    ['scale by 1.25', shifted(0, 1.25), 10_000, 1_000, 2, 3],
    ['one decile by 1.3', decileUp(1.3), 100_000, 1_000, 8, 27.5],
    ['mean by 0.1 sd in large windows', shifted(0.1, 1), 100_000, 5_000, 1, 7.5],
  ])('%s', (_, shares, m, n, without, withTolerance) => {
    const measured = [
      medianDelay(shares, m, n, noTolerance),
      medianDelay(shares, m, n, { ...defaultTolerance, absoluteShare: 0 }),
    ];
    for (const [i, published] of [without, withTolerance].entries()) {
      if (published === null) {
        expect(measured[i]).toBe(Number.POSITIVE_INFINITY);
      } else {
        expect(measured[i]).toBeLessThanOrEqual(published * 1.5 + 1);
        expect(measured[i]).toBeGreaterThanOrEqual(published / 2);
      }
    }
  });
});
