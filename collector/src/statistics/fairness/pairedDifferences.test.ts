import { describe, expect, it } from 'vitest';
import { advance, createDetector, evidenceOf, initialState, orient } from '../evidence/index.ts';
import type { Score } from '../evidence/score.ts';
import { binomial, seededRandom } from '../simulate.ts';
import { expectedPairs, pairedDifferences } from './pairedDifferences.ts';

const gap: Score = {
  name: 'gap',
  kind: 'mean',
  values: Float64Array.of(-1, 0, 1),
  considered: Uint8Array.of(1, 1, 1),
};

function detectorOf(tolerance: number, deviation: number) {
  const bounds = { lower: -1, upper: tolerance, mean: 0, standardDeviation: deviation, n: 10_000 };
  return createDetector(
    3,
    orient(gap, bounds, 1).filter(({ direction }) => direction === 'up'),
  );
}

describe('pairedDifferences', () => {
  it('pairs everybody of the smaller group once', () => {
    const random = seededRandom(1);
    for (const [a, b] of [
      [50, 200],
      [200, 50],
      [70, 70],
      [0, 9],
    ] as const) {
      const [less, same, more] = pairedDifferences({ events: a / 2, n: a }, { events: b / 5, n: b }, random);
      expect(less + same + more).toBe(Math.min(a, b));
      expect(Math.min(less, same, more)).toBeGreaterThanOrEqual(0);
    }
  });

  it('draws the same pairs again from the same seed', () => {
    const [a, b] = [
      { events: 130, n: 400 },
      { events: 700, n: 1_500 },
    ];
    expect(pairedDifferences(a, b, seededRandom(9))).toEqual(pairedDifferences(a, b, seededRandom(9)));
  });

  it('has the pairs that are expected on average', () => {
    const random = seededRandom(2);
    const [a, b] = [
      { events: 30, n: 90 },
      { events: 60, n: 100 },
    ];
    const sums = [0, 0, 0];
    const runs = 20_000;
    for (let run = 0; run < runs; run++)
      pairedDifferences(a, b, random).forEach((count, cell) => {
        sums[cell]! += count;
      });
    const expected = expectedPairs(a, b);
    for (const [cell, sum] of sums.entries()) expect(sum / runs).toBeCloseTo(expected[cell]!, 0);
  });

  it('makes bets that are worth nothing on average when the gap is what it may be: E[e] <= 1, enumerated', () => {
    // Two people of a, three of b: every outcome with its probability, every pairing alike.
    const tolerance = 0.1;
    for (const [rateA, rateB] of [
      [0.5, 0.4],
      [0.1, 0],
      [1, 0.9],
      [0.3, 0.35],
    ] as const) {
      for (const bet of [0.1, 0.4, 0.8]) {
        const payoff = (difference: number) => 1 + bet * (difference - tolerance);
        let expectation = 0;
        for (let outcome = 0; outcome < 32; outcome++) {
          const person = (index: number) => (outcome >> index) & 1;
          const share = (index: number, rate: number) => (person(index) === 1 ? rate : 1 - rate);
          const probability = share(0, rateA) * share(1, rateA) * share(2, rateB) * share(3, rateB) * share(4, rateB);
          for (const [first, second] of [
            [2, 3],
            [3, 2],
            [2, 4],
            [4, 2],
            [3, 4],
            [4, 3],
          ] as const) {
            expectation += (probability / 6) * payoff(person(0) - person(first)) * payoff(person(1) - person(second));
          }
        }
        expect(expectation).toBeLessThanOrEqual(1 + 1e-12);
      }
    }
  });
});

/** Events until the detector passes 10^6 events of patience; `null` when it never does. */
function eventsToAlarm(
  seed: number,
  { gap: difference, tolerance, minority, most }: { gap: number; tolerance: number; minority: number; most: number },
): number | null {
  const random = seededRandom(seed);
  const detector = detectorOf(tolerance, 0.7);
  let state = initialState(detector);
  const window = 500;
  for (let events = window; events <= most; events += window) {
    const n = binomial(random, window, minority);
    const a = { events: binomial(random, n, 0.4 + difference), n };
    const b = { events: binomial(random, window - n, 0.4), n: window - n };
    state = advance(detector, state, pairedDifferences(a, b, random), window);
    if (evidenceOf(detector, state).log >= Math.log(1e6)) return events;
  }
  return null;
}

describe('pairs of rows with weights', () => {
  it('are whole, whatever the rows are worth', () => {
    const random = seededRandom(8);
    for (let run = 0; run < 200; run++) {
      const proportion = (): { events: number; n: number } => {
        const n = 40 * random();
        return { events: n * random(), n };
      };
      const [a, b] = [proportion(), proportion()];
      const pairs = pairedDifferences(a, b, random);
      expect(pairs.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
      expect(pairs[0] + pairs[1] + pairs[2]).toBe(Math.floor(Math.min(a.n, b.n)));
    }
  });
});

describe('a fairness gap that is watched by pairs, at one false alarm in 10^6 events', () => {
  const runs = 40;
  const alarms = (options: Parameters<typeof eventsToAlarm>[1]) =>
    Array.from({ length: runs }, (_, seed) => eventsToAlarm(seed + 1, options)).filter((at) => at !== null);
  const median = (options: Parameters<typeof eventsToAlarm>[1]) =>
    alarms(options).sort((a, b) => a - b)[Math.floor(runs / 2)];

  it('is never seen where there is none, and within the bound where it is just what it may be', () => {
    // The bound is 0.4 in 400 k events; with nothing there it is far from reached.
    expect(alarms({ gap: 0, tolerance: 0.05, minority: 0.1, most: 400_000 }).length).toBeLessThanOrEqual(runs * 0.05);
    expect(alarms({ gap: 0, tolerance: 0.05, minority: 0.5, most: 400_000 }).length).toBeLessThanOrEqual(runs * 0.05);
    expect(alarms({ gap: 0.05, tolerance: 0.05, minority: 0.1, most: 400_000 }).length).toBeLessThanOrEqual(runs * 0.4);
  });

  it('is seen as soon as the published study saw it with a queue', () => {
    // Medians in events of the study that paired by a queue; windows of 500 events add to them.
    const most = 200_000;
    const half = { tolerance: 0.05, minority: 0.5, most };
    const tenth = { tolerance: 0.05, minority: 0.1, most };
    expect(median({ ...tenth, gap: 0.1 })).toBeLessThan(20_800 * 1.4);
    expect(median({ ...tenth, gap: 0.2 })).toBeLessThan(3_400 * 1.4);
    expect(median({ ...half, gap: 0.1 })).toBeLessThan(5_900 * 1.4);
    expect(median({ ...tenth, tolerance: 0, gap: 0.1 })).toBeLessThan(6_700 * 1.4);
  });
});
