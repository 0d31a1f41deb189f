import { describe, expect, it } from 'vitest';
import { addis, lordPlusPlus, type OnlineDecision, saffron } from './onlineFdr.ts';

/** The sample of the R package onlineFDR, and the p-values of its tests. */
const sample = [
  2.9e-8, 0.06743, 0.01514, 0.08174, 0.00171, 3.6e-5, 0.79149, 0.27201, 0.28295, 7.59e-8, 0.69274, 0.30443, 0.00136,
  0.72342, 0.54757,
];
const rejected = (decisions: readonly OnlineDecision[]): number[] =>
  decisions.flatMap((decision, index) => (decision.rejected ? [index + 1] : []));

describe('online control of false discoveries over p-values', () => {
  it.each([
    [
      'LORD++',
      lordPlusPlus,
      { 1: 0.0002676, 2: 0.002466, 3: 0.0005733, 4: 0.0004873, 5: 0.0004059, 6: 0.0003447, 7: 0.002975 },
      [1, 6, 10],
    ],
    ['SAFFRON', saffron, { 1: 0.005469, 2: 0.01094, 6: 0.02187, 7: 0.03281 }, [1, 5, 6, 10, 13]],
    ['ADDIS', addis, { 1: 0.002734, 2: 0.005469, 7: 0.01641 }, [1, 5, 6, 10, 13]],
  ] as const)('%s gives the published levels and decisions', (_, method, levels, rejections) => {
    const decisions = method(sample, 0.05);
    for (const [test, level] of Object.entries(levels)) {
      expect(Number(decisions[Number(test) - 1]!.level.toPrecision(4)), `test ${test}`).toBe(level);
    }
    expect(rejected(decisions)).toEqual(rejections);
  });

  it.each([
    ['LORD++', lordPlusPlus, [1e-7, 0.1, 2.5e-4, 0.07], [1, 3]],
    ['SAFFRON', saffron, [1e-7, 3e-4, 0.1, 6e-4], [1, 2, 4]],
    ['ADDIS', addis, [1e-7, 3e-4, 0.1, 6e-4], [1, 2, 4]],
  ] as const)("%s passes the package's test", (_, method, pValues, rejections) => {
    expect(rejected(method(pValues, 0.05))).toEqual(rejections);
  });
});
