import { describe, expect, it } from 'vitest';
import type { Result } from '../result.ts';
import { dependence } from './dependence.ts';
import { season } from './season.ts';

/** The cures of the other two traps; that of the first, the reference taken for the truth, is proved beside the detectors. */
describe('200 clean features in 1000 windows', () => {
  const features = 200;
  const windows = 1_000;
  const seed = 2_026;
  const alarming = (results: readonly Result[], rule: string): number =>
    features * results.find((result) => result.rule === rule && result.metric.startsWith('runs'))!.value!;

  it.each([
    ['clusters of 20 equal rows', 0],
    ['windows wander, AR(.9) of .1 sd', 0.05 * features],
  ])(
    '%s: at most %d alarm, and nearly all would if rows were taken as independent',
    (scenario, most) => {
      const rules = ['rows taken as independent', 'measured design effects'] as const;
      const results = dependence(features, windows, seed, rules, (name) => name === scenario);
      expect(alarming(results, 'measured design effects')).toBeLessThanOrEqual(most);
      expect(alarming(results, 'rows taken as independent')).toBeGreaterThan(0.9 * features);
    },
    240_000,
  );

  it('rows that follow the hour of the day: none alarms, and nearly all would if rows were taken as independent', () => {
    const results = season(features, windows, seed);
    expect(alarming(results, 'a null for each hour of the day')).toBe(0);
    expect(alarming(results, 'rows taken as independent')).toBeGreaterThan(0.9 * features);
  }, 240_000);
});

it('half a standard deviation is seen in windows that wander about as late as published, after 23', () => {
  const scenario = 'windows wander, AR(.9) of .1 sd';
  const rule = 'and a long-run factor of batches';
  const results = dependence(200, 0, 2_026, [rule], (name) => name === scenario);
  const delay = results.find(({ metric }) => metric === 'median windows to see .5 sd')!.value!;
  // Where medians of 200 lie in 99.9 % of cases: the quantiles .5 -+ 3.29 * .5 / sqrt(200) of 2,000 others, whose median was 27.
  expect(delay).toBeGreaterThanOrEqual(19);
  expect(delay).toBeLessThanOrEqual(36);
});
