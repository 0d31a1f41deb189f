import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../simulate.ts';
import { advanceConformal, conformalLog, conformalP, initialConformalState, simpleJumper } from './conformal.ts';

describe('conformalP', () => {
  it('is the share of windows at least as strange, the window itself among them', () => {
    expect(conformalP([1, 2, 3, 4], 3.5, 0)).toBe(2 / 5);
    expect(conformalP([1, 2, 3, 4], 5, 0)).toBe(1 / 5);
    expect(conformalP([1, 2, 3, 3], 3, 0.5)).toBe(1.5 / 5);
  });

  it('is never 0, so that no window takes or makes all wealth', () => {
    expect(conformalP([1, 2], 9, 0.999999)).toBeGreaterThan(0);
  });
});

describe('the conformal detector', () => {
  /** 600 exchangeable windows, none of which were known before. */
  const exchangeable = (random: () => number, weight: number): number => {
    let state = initialConformalState([]);
    let highest = Number.NEGATIVE_INFINITY;
    for (let window = 0; window < 600; window++) {
      state = advanceConformal(state, normal(random), { tie: random(), weight, bag: 'grows' });
      highest = Math.max(highest, conformalLog(state));
    }
    return highest;
  };

  it('as a test passes 20 on exchangeable windows with a chance of at most 1 in 20', () => {
    const random = seededRandom(9);
    const runs = 300;
    const passed = Array.from({ length: runs }, () => exchangeable(random, 0)).filter((log) => log >= Math.log(20));
    expect(passed.length / runs).toBeLessThan(0.05);
  });

  it('as a detector alarms at 2000 in 600 windows with a chance of at most 0.3', () => {
    const random = seededRandom(10);
    const runs = 200;
    const passed = Array.from({ length: runs }, () => exchangeable(random, 1)).filter((log) => log >= Math.log(2_000));
    expect(passed.length / runs).toBeLessThan(0.3);
  });

  it('sees windows that moved by half of what windows differ by in clusters, and the frozen bag does not get used to it', () => {
    const random = seededRandom(11);
    const reference = Array.from({ length: 100 }, () => Math.abs(normal(random)));
    let state = initialConformalState(reference);
    let windows = 0;
    while (conformalLog(state) < Math.log(2_000)) {
      state = advanceConformal(state, Math.abs(normal(random) + 4), { tie: random(), weight: 1, bag: 'frozen' });
      windows++;
    }
    expect(windows).toBeGreaterThanOrEqual(3);
    expect(windows).toBeLessThanOrEqual(13);
    expect(state.bag).toHaveLength(100);
  });
});

describe('simpleJumper', () => {
  it('keeps its wealth on average when p-values are uniform', () => {
    const wealth: [number, number, number] = [0.5, 0.2, 0.3];
    const grid = Array.from({ length: 1_000 }, (_, i) => (i + 0.5) / 1_000);
    const mean = grid.reduce((sum, p) => sum + simpleJumper(wealth, p).reduce((a, b) => a + b), 0) / grid.length;
    expect(mean).toBeCloseTo(1, 12);
  });

  it('grows on small p-values as on large ones', () => {
    for (const p of [0.05, 0.95]) {
      let wealth: [number, number, number] = [1 / 3, 1 / 3, 1 / 3];
      for (let window = 0; window < 30; window++) wealth = simpleJumper(wealth, p);
      expect(wealth.reduce((a, b) => a + b)).toBeGreaterThan(1_000);
    }
  });
});
