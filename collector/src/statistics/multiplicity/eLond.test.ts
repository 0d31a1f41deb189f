import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../simulate.ts';
import { eLond, noTests, type OnlineTests } from './eLond.ts';

describe('eLond', () => {
  /** e-values 1 / p give the levels and decisions of LOND. */
  const run = (pValues: readonly number[]) => {
    let tests: OnlineTests = noTests(0.05);
    return pValues.map((p) => {
      const decision = eLond(tests, -Math.log(p));
      tests = decision.tests;
      return decision;
    });
  };
  const sample = [
    2.9e-8, 0.06743, 0.01514, 0.08174, 0.00171, 3.6e-5, 0.79149, 0.27201, 0.28295, 7.59e-8, 0.69274, 0.30443, 0.00136,
    0.72342, 0.54757,
  ];

  it('reproduces the worked example of onlineFDR', () => {
    const decisions = run(sample);
    const levels = decisions.map(({ level }) => 1 / level);
    expect(levels[0]).toBeCloseTo(0.002676, 6);
    expect(levels[1]).toBeCloseTo(0.001164, 6);
    expect(levels[2]).toBeCloseTo(0.0009912, 7);
    expect(decisions.flatMap(({ rejected }, index) => (rejected ? [index + 1] : []))).toEqual([1, 6, 10]);
  });

  it('reproduces the test of the R package', () => {
    expect(run([1e-7, 0.1, 6e-4]).map(({ rejected }) => rejected)).toEqual([true, false, true]);
  });

  it('keeps the share of false discoveries with e-values that depend on each other', () => {
    const random = seededRandom(4);
    let share = 0;
    const runs = 400;
    for (let repeat = 0; repeat < runs; repeat++) {
      const common = normal(random);
      let tests = noTests(0.1);
      let wrong = 0;
      for (let test = 0; test < 40; test++) {
        const isNull = test % 2 === 0;
        const z = 0.7 * common + Math.sqrt(1 - 0.49) * normal(random) + (isNull ? 0 : 4);
        const decision = eLond(tests, 3 * z - 4.5);
        tests = decision.tests;
        if (decision.rejected && isNull) wrong++;
      }
      share += wrong / Math.max(1, tests.rejected) / runs;
    }
    expect(share).toBeLessThan(0.1);
  });
});
