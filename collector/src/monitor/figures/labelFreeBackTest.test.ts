import { expect, it } from 'vitest';
import { expectedPerformance } from '../../statistics/performance/expectedPerformance.ts';
import { labelFreeBackTest } from './labelFreeBackTest.ts';
import type { LabelFreeEstimates } from './labelFreeEstimates.ts';

const nothing = { value: null, low: null, high: null, n: 0 };

/** Of two scores, one in ten is wrong: 90 rows with the lower one are decided negative, 10 with the higher one positive. */
const estimates: LabelFreeEstimates = {
  performance: (rows) => expectedPerformance({ probabilities: [0.1, 0.9], labels: [1e6, 1e6] }, rows),
  errorRates: () => ({
    CBPE: { ...nothing, value: 0.1 },
    ATC: { ...nothing, value: 0.3 },
    DoC: nothing,
    BBSE: nothing,
    'M-CBPE': nothing,
  }),
};

/** 100 labels, of which this many more were wrong than the ten that should be. */
function labelled(excess: number) {
  const wrong = Float64Array.of(9 + excess, 0, 0, 1);
  return { right: Float64Array.of(90, 0, 0, 10).map((count, cell) => count - wrong[cell]!), wrong, bySegment: null };
}

it('takes windows together until chance alone seldom makes 0.03, and what remains with the last ones', () => {
  // By hand: the deviation of a share of 0.1 is 0.0158 with (0.3 / 0.0158)^2 = 361 labels, four windows; the last two join.
  const windows = [1, 1, 1, 1, -4, -4, -4, -4, -4, -4].map(labelled);
  const { methods, statistics } = labelFreeBackTest(estimates, windows);
  expect(methods.CBPE).toMatchObject({ n: 2, value: expect.closeTo((0.01 + 0.04) / 2, 12) });
  expect(methods.ATC).toMatchObject({ n: 2, value: expect.closeTo((0.19 + 0.24) / 2, 12) });
  expect(methods.DoC).toMatchObject({ value: null, suppressed: 'nothing was estimated where labels came' });
  expect(statistics.accuracy.value).toBeCloseTo(methods.CBPE.value!, 12);
  // A tenth of the rows is decided positive: for precision all ten windows are not enough, and are taken together.
  expect(statistics.precision).toMatchObject({ n: 1, value: expect.closeTo(0, 12) });
  // By chance: of 400 and of 600 labels, each a normal variable's mean absolute deviation, with the 95 % end of their mean.
  const deviations = [0.3 / Math.sqrt(400), 0.3 / Math.sqrt(600)];
  const spread = Math.sqrt(deviations.reduce((sum, one) => sum + one ** 2, 0) * (1 - 2 / Math.PI));
  const mean = (deviations[0]! + deviations[1]!) * Math.sqrt(2 / Math.PI);
  expect(methods.CBPE.high).toBeCloseTo((mean + 1.644854 * spread) / 2, 6);
});

it('says that it takes 30 labels', () => {
  const few = { right: Float64Array.of(20, 0, 0, 5), wrong: Float64Array.of(2, 0, 0, 1), bySegment: null };
  for (const windows of [[], [few]]) {
    const { methods, statistics } = labelFreeBackTest(estimates, windows);
    for (const { value, suppressed } of [...Object.values(methods), ...Object.values(statistics)]) {
      expect({ value, suppressed }).toEqual({ value: null, suppressed: 'fewer than 30 labels in final windows' });
    }
  }
  expect(labelFreeBackTest(estimates, [few, few]).methods.CBPE.n).toBe(1);
});
