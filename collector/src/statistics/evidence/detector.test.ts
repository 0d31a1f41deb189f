import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multinomial, seededRandom } from '../simulate.ts';
import type { OrientedScore } from './bets.ts';
import {
  advance,
  createDetector,
  type DetectorState,
  evidenceOf,
  initialState,
  lifetimeWeight,
  resetAfterAlarm,
} from './detector.ts';

const values = Float64Array.from({ length: 10 }, (_, i) => (2 * i - 9) / 10);
const location: OrientedScore = {
  score: 'location',
  direction: 'up',
  values,
  considered: new Uint8Array(10).fill(1),
  nullMean: 0.02,
  low: -1,
  bets: [0.03, 0.06, 0.12, 0.25, 0.5, 1].map((bet) => Math.min(bet / Math.sqrt(0.33), 0.9 / 0.92)),
  designEffect: 1,
};

describe('detector', () => {
  it('reproduces the worked example', () => {
    const detector = createDetector(10, [location]);
    const first = advance(detector, initialState(detector), [90, 95, 100, 105, 110, 100, 95, 105, 120, 80], 1);
    const afterFirst = [-1.108945, -3.085292, -9.718371, -37.735604, -180.077097, -265.394534];
    for (const [i, log] of afterFirst.entries()) expect(Math.log(first.wealth[i]!)).toBeCloseTo(log, 6);
    expect(Math.exp(evidenceOf(detector, first).log)).toBeCloseTo(0.062614, 6);

    const second = advance(detector, first, [60, 70, 80, 90, 100, 110, 120, 120, 125, 125], 1);
    const gained = [5.165019, 9.490485, 15.628505, 16.872347, -49.7183, -101.680785];
    for (const [i, log] of gained.entries()) {
      expect(Math.log(second.wealth[i]! / (first.wealth[i]! + 1))).toBeCloseTo(log, 6);
    }
    expect(Math.exp(evidenceOf(detector, second).log)).toBeCloseTo(4_567_233.20506, 6);
    expect(evidenceOf(detector, second).leading).toBeNull();
  });

  it('multiplies wealth by at most 1 on average when the mean is at its bound, by exact enumeration', () => {
    // Three cells with scores -1, 0, 1 and probabilities whose mean is the null mean.
    const shares = [0.25, 0.35, 0.4];
    const detector = createDetector(3, [
      {
        ...location,
        values: Float64Array.of(-1, 0, 1),
        nullMean: 0.15,
        considered: Uint8Array.of(1, 1, 1),
        bets: [0.1, 0.4, 0.78],
      },
    ]);
    const means = [0, 0, 0];
    for (const { counts, probability } of allCounts(shares, 5)) {
      // From no wealth and weight 1 the new wealth is e itself.
      const { wealth } = advance(detector, initialState(detector), counts, 1);
      for (let bet = 0; bet < 3; bet++) means[bet] = means[bet]! + probability * wealth[bet]!;
    }
    for (const mean of means) expect(mean).toBeCloseTo(1, 12);
  });

  it('still does so when each event is repeated as often as the design effect says', () => {
    const shares = [0.25, 0.35, 0.4];
    const scores = {
      ...location,
      values: Float64Array.of(-1, 0, 1),
      nullMean: 0.15,
      considered: Uint8Array.of(1, 1, 1),
      bets: [0.6],
    };
    const expectation = (designEffect: number): number => {
      const detector = createDetector(3, [{ ...scores, designEffect }]);
      let mean = 0;
      for (const { counts, probability } of allCounts(shares, 4)) {
        const repeated = counts.map((count) => count * 3);
        mean += probability * advance(detector, initialState(detector), repeated, 1).wealth[0]!;
      }
      return mean;
    };
    expect(expectation(3)).toBeCloseTo(1, 12);
    expect(expectation(4)).toBeLessThan(1);
    expect(expectation(1)).toBeGreaterThan(1.5);
  });

  it('does not bet on cells that the score is not about', () => {
    const detector = createDetector(10, [
      { ...location, considered: Uint8Array.from(values, (_, i) => (i < 5 ? 1 : 0)) },
    ]);
    const state = advance(detector, initialState(detector), [0, 0, 0, 0, 0, 9, 9, 9, 9, 9], 1);
    expect([...state.wealth]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('decides the same for any sharding of the counts', () => {
    const detector = createDetector(10, [location]);
    const counts = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 6 }), (shards) => {
        const sum = (parts: number[][]): number[] => parts.reduce((a, b) => a.map((count, i) => count + b[i]!));
        const forwards = advance(detector, initialState(detector), sum(shards), 1);
        const backwards = advance(detector, initialState(detector), sum(shards.toReversed()), 1);
        expect(backwards).toEqual(forwards);
      }),
    );
  });

  it('weighs windows that multiply wealth beyond what a number holds, and forgets them again', () => {
    const detector = createDetector(10, [location]);
    const up = Float64Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1e9);
    const gain = 1e9 * Math.log1p(location.bets[5]! * (0.9 - location.nullMean));
    let state = initialState(detector);
    for (let window = 0; window < 50; window++) {
      state = advance(detector, state, up, 1);
      const { log } = evidenceOf(detector, state);
      expect(log).toBeGreaterThan(gain - 2);
      expect(log).toBeLessThan(gain + 600);
    }
    for (let window = 0; window < 200; window++) state = advance(detector, state, up.toReversed(), 1);
    expect(evidenceOf(detector, state).log).toBe(Number.NEGATIVE_INFINITY);
    expect(evidenceOf(detector, advance(detector, state, new Float64Array(10), 1)).log).toBeCloseTo(0, 12);
  });

  it('names the score that gained most also where every score gained beyond what a number holds', () => {
    const isHigh = (cell: number): number => (cell === 9 ? 1 : 0);
    const highest = {
      ...location,
      score: 'highest',
      values: values.map((_, cell) => isHigh(cell)),
      low: 0,
      bets: [2, 9],
    };
    const detector = createDetector(10, [location, highest]);
    const state = advance(detector, initialState(detector), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1e5], 1);
    expect(evidenceOf(detector, state)).toEqual({
      log: expect.closeTo(1e5 * Math.log1p(9 * 0.98) - Math.log(8), 6),
      leading: { score: 'highest', direction: 'up' },
    });
  });

  it('collects only its weight while nothing arrives', () => {
    const detector = createDetector(10, [location]);
    let state = initialState(detector);
    for (let window = 0; window < 7; window++) state = advance(detector, state, new Float64Array(10), 2);
    expect(Math.exp(evidenceOf(detector, state).log)).toBeCloseTo(14, 10);
  });

  it('starts again after an alarm, but does not start its lifetime again', () => {
    const detector = createDetector(10, [location]);
    const state = resetAfterAlarm(detector, advance(detector, initialState(detector), values, 1));
    expect(evidenceOf(detector, state).log).toBe(Number.NEGATIVE_INFINITY);
    expect(state.steps).toBe(1);
  });

  it('has lifetime weights that sum to 1', () => {
    let sum = 0;
    const last = 1_000_000;
    for (let step = 1; step <= last; step++) sum += lifetimeWeight(step);
    const rest = 1 / (2.1097428 * Math.log(last + 1.5));
    expect(sum + rest).toBeCloseTo(1, 6);
  });

  it('waits at least A hours for its first false alarm on average, with the mean at its bound', () => {
    const random = seededRandom(21);
    const detector = createDetector(2, [
      {
        ...location,
        values: Float64Array.of(0, 1),
        considered: Uint8Array.of(1, 1),
        low: 0,
        nullMean: 0.3,
        bets: [0.2, 0.5, 1, 2],
      },
    ]);
    const level = 100;
    const times = Array.from({ length: 300 }, () => {
      let state: DetectorState = initialState(detector);
      for (let window = 1; ; window++) {
        state = advance(detector, state, multinomial(random, 20, [0.7, 0.3]), 1);
        if (evidenceOf(detector, state).log >= Math.log(level)) return window;
      }
    });
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const error = Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0)) / times.length;
    expect(mean + 2.33 * error).toBeGreaterThan(level);
    // Not wildly conservative either.
    expect(mean).toBeLessThan(4 * level);
  });
});

/** Every result of n draws, as counts with its probability. */
function allCounts(shares: readonly number[], n: number): { counts: number[]; probability: number }[] {
  let results = [{ counts: shares.map(() => 0), probability: 1 }];
  for (let draw = 0; draw < n; draw++) {
    results = results.flatMap(({ counts, probability }) =>
      shares.map((share, cell) => ({
        counts: counts.map((count, i) => (i === cell ? count + 1 : count)),
        probability: probability * share,
      })),
    );
  }
  return results;
}
