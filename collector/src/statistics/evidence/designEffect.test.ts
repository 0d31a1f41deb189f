import { describe, expect, it } from 'vitest';
import { binomial, normal, seededRandom } from '../simulate.ts';
import { designEffect } from './designEffect.ts';
import type { ScoreMoments } from './score.ts';

/** Windows of an event with the given shares, `copies` of each independent event. */
function windows(random: () => number, shares: readonly number[], n: number, copies = 1): ScoreMoments[] {
  return shares.map((share) => {
    const mean = binomial(random, n / copies, share) / (n / copies);
    return { n, mean, variance: mean * (1 - mean) };
  });
}

/** The design effect, which these windows are enough for. */
function measured(parts: readonly ScoreMoments[]): number {
  return designEffect(parts) ?? Number.NaN;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

describe('designEffect', () => {
  it('is near its allowance of 1.5 for independent rows', () => {
    const random = seededRandom(1);
    const effect = measured(windows(random, Array<number>(200).fill(0.3), 1_000));
    expect(effect).toBeGreaterThan(1);
    expect(effect).toBeLessThan(2.5);
  });

  it('covers the size of clusters of equal rows nine times in ten', () => {
    const random = seededRandom(2);
    const effects = Array.from({ length: 300 }, () =>
      measured(windows(random, Array<number>(20).fill(0.3), 1_000, 20)),
    );
    expect(effects.filter((effect) => effect >= 20).length).toBeGreaterThan(0.86 * 300);
  });

  it('sees windows that wander slowly', () => {
    const random = seededRandom(3);
    let level = 0;
    const shares = Array.from({ length: 200 }, () => {
      level = 0.9 * level + Math.sqrt(1 - 0.81) * normal(random);
      return logistic(0.2 * level);
    });
    const wandering = measured(windows(random, shares, 1_000));
    const shuffled = measured(
      windows(
        random,
        shares.toSorted(() => random() - 0.5),
        1_000,
      ),
    );
    expect(wandering).toBeGreaterThan(3 * shuffled);
  });

  it('is the true one for clusters, but for its allowance: 1.5, and what chance makes of the order of windows', () => {
    const random = seededRandom(4);
    const effects = Array.from({ length: 200 }, () =>
      measured(windows(random, Array<number>(100).fill(0.3), 1_000, 20)),
    );
    const mean = effects.reduce((sum, effect) => sum + effect, 0) / effects.length;
    expect(mean).toBeGreaterThan(20 * 1.5);
    expect(mean).toBeLessThan(20 * 1.5 * 1.25);
  });

  it('comes near the long-run variance of windows that wander, 19 times that of one at AR(.9)', () => {
    const random = seededRandom(5);
    const effects = Array.from({ length: 100 }, () => {
      let level = normal(random);
      return measured(
        Array.from({ length: 200 }, () => {
          level = 0.9 * level + Math.sqrt(1 - 0.81) * normal(random);
          return { n: 100, mean: level / 10, variance: 1 };
        }),
      );
    }).sort((a, b) => a - b);
    // Each window of 100 rows is off by as much as its rows are anyway.
    expect(effects[50]).toBeGreaterThan(0.5 * 1.5 * 19);
    expect(effects[50]).toBeLessThan(1.5 * 19);
  });

  it('allows more for few windows', () => {
    const even = (count: number): ScoreMoments[] =>
      Array.from({ length: count }, (_, i) => ({ n: 100, mean: 0.5 + (i % 2 === 0 ? 0.1 : -0.1), variance: 0.24 }));
    expect(measured(even(4))).toBeGreaterThan(1.5 * measured(even(20)));
  });

  it('is unknown when nothing can be said', () => {
    const window = { n: 10, mean: 0.5, variance: 0.25 };
    expect(designEffect([])).toBeNull();
    expect(designEffect([window, window, window])).toBeNull();
    expect(designEffect(Array<ScoreMoments>(9).fill({ n: 10, mean: 0, variance: 0 }))).toBeNull();
    expect(designEffect(Array<ScoreMoments>(9).fill({ n: 0, mean: 0, variance: 0 }))).toBeNull();
  });
});
