import { describe, expect, it } from 'vitest';
import { multinomial, seededRandom } from '../simulate.ts';
import { countedMeanSequence, hedgedSequence } from './index.ts';

const pairs = { values: [-1, 0, 1], low: -1, high: 1, alpha: 0.05, designEffect: 1 };

describe('countedMeanSequence', () => {
  it('says nothing without events', () => {
    const { low, high } = countedMeanSequence({ ...pairs, counts: [0, 0, 0] });
    expect(low).toBeCloseTo(-1, 9);
    expect(high).toBeCloseTo(1, 9);
  });

  it('is where the wealth of its bets is 2 / alpha', () => {
    const { low } = countedMeanSequence({
      values: [0, 1],
      low: 0,
      high: 1,
      alpha: 0.05,
      designEffect: 1,
      counts: [80, 20],
    });
    const wealth = Array.from({ length: 14 }, (_, i) => 2 ** -(i + 1)).map(
      (share) => (1 - share) ** 80 * (1 - share + share / low) ** 20,
    );
    expect(wealth.reduce((a, b) => a + b) / 14).toBeCloseTo(40, 6);
  });

  it('is about as tight as hedged bets that see every event', () => {
    const events = Array.from({ length: 1_000 }, (_, i) => (((i + 1) * 0.6180339887498949) % 1 < 0.1 ? 1 : 0));
    const hedged = hedgedSequence(events, 0.05);
    const counts = [900, 100];
    const { low, high } = countedMeanSequence({
      values: [0, 1],
      low: 0,
      high: 1,
      alpha: 0.05,
      designEffect: 1,
      counts,
    });
    expect((high - low) / (hedged.high - hedged.low)).toBeLessThan(1.15);
  });

  it('turns around with its values, and widens with the design effect', () => {
    const there = countedMeanSequence({ ...pairs, counts: [100, 700, 200] });
    const back = countedMeanSequence({ ...pairs, counts: [200, 700, 100] });
    expect(back.low).toBeCloseTo(-there.high, 9);
    expect(back.high).toBeCloseTo(-there.low, 9);
    const wide = countedMeanSequence({ ...pairs, counts: [100, 700, 200], designEffect: 4 });
    const fewer = countedMeanSequence({ ...pairs, counts: [25, 175, 50] });
    expect(wide.low).toBeCloseTo(fewer.low, 9);
    expect(wide.high - wide.low).toBeGreaterThan(there.high - there.low);
  });

  it('reaches the end at which every event lies', () => {
    expect(countedMeanSequence({ ...pairs, counts: [50, 0, 0] }).low).toBe(-1);
    expect(countedMeanSequence({ ...pairs, counts: [0, 0, 50] }).high).toBe(1);
    expect(countedMeanSequence({ ...pairs, counts: [50, 0, 0] }).high).toBeLessThan(-0.5);
  });

  it('stays inside its ends and finite for any counts', () => {
    for (const counts of [
      [0, 0, 1],
      [1, 0, 0],
      [0, 1e12, 0],
      [1e12, 0, 0],
      [1, 1e15, 1],
    ]) {
      const { low, high } = countedMeanSequence({ ...pairs, counts });
      expect(low).toBeGreaterThanOrEqual(-1);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(high);
    }
  });

  it('holds the mean at all times together as often as it says', () => {
    const random = seededRandom(23);
    const runs = 300;
    let missed = 0;
    for (let run = 0; run < runs; run++) {
      const counts = [0, 0, 0];
      for (let window = 0; window < 60; window++) {
        multinomial(random, 30, [0.15, 0.65, 0.2]).forEach((count, cell) => {
          counts[cell] = counts[cell]! + count;
        });
        const { low, high } = countedMeanSequence({ ...pairs, counts });
        if (low > 0.05 || high < 0.05) {
          missed++;
          break;
        }
      }
    }
    expect(missed / runs).toBeLessThan(0.05);
  });
});
