import { areaUnderCurve } from '../../statistics/areaUnderCurve.ts';
import { confusionMetrics } from '../../statistics/confusionMetrics.ts';
import type { ExpectedPerformance } from '../../statistics/performance/expectedPerformance.ts';
import { normalQuantile } from '../../statistics/special/normalQuantile.ts';
import { total } from '../../statistics/total.ts';
import type { Estimate } from '../finding.ts';
import { distance, suppressed } from './estimates.ts';
import {
  confusionOf,
  type LabelFreeEstimates,
  type LabelFreeMethod,
  type LabelledDecisions,
  labelFreeMethods,
} from './labelFreeEstimates.ts';

type StatisticName = keyof ExpectedPerformance;

export const statisticNames = ['accuracy', 'precision', 'recall', 'f1', 'areaUnderCurve'] as const;

/**
 * Mean absolute errors over stretches of windows, `n` of them; `high`: below this in 95 % of cases where scores mean what they did and
 * only labels are drawn.
 */
export interface LabelFreeBackTest {
  readonly methods: Readonly<Record<LabelFreeMethod, Estimate>>;
  readonly statistics: Readonly<Record<StatisticName, Estimate>>;
}

/**
 * How far off were estimates without labels, on predictions whose labels came after all? `windows` oldest first: those that are
 * final and later than the reference. They are taken together until they have 1,000 labels, what remains with the last ones: a
 * share of fewer is often off by 0.03 by chance alone.
 *
 * Source: the mean absolute deviation of a normal variable, sqrt(2 / pi) standard deviations.
 */
export function labelFreeBackTest(
  estimates: LabelFreeEstimates,
  windows: readonly LabelledDecisions[],
): LabelFreeBackTest {
  const tests = stretches(windows).map((stretch) => errorsOf(estimates, stretch));
  const over = (of: (test: (typeof tests)[number]) => Off) => meanAbsolute(tests.map(of));
  return {
    methods: byName(labelFreeMethods, (method) => over(({ methods }) => methods[method])),
    statistics: byName(statisticNames, (name) => over(({ statistics }) => statistics[name])),
  };
}

/** Of one stretch; `null` where there was no estimate, or labels say nothing. */
interface Off {
  readonly error: number | null;
  /** Standard deviation of the error where scores mean what they did. */
  readonly deviation: number;
}

function errorsOf(estimates: LabelFreeEstimates, stretch: LabelledDecisions) {
  const rows = stretch.right.map((count, cell) => count + stretch.wrong[cell]!);
  const expected = estimates.performance(rows);
  const rates = estimates.errorRates(rows);
  const confusion = confusionMetrics(confusionOf(stretch));
  const actual = { ...confusion, areaUnderCurve: areaUnderCurve(...labelsByBin(stretch)) };
  const errorRate = total(stretch.wrong) / total(rows);
  return {
    methods: byName(labelFreeMethods, (method): Off => {
      const rate = rates[method].value;
      return { error: rate === null ? null : errorRate - rate, deviation: expected.accuracy.labelDeviation };
    }),
    statistics: byName(statisticNames, (name): Off => {
      const [was, should] = [actual[name].value, expected[name].value];
      const error = was === null || should === null ? null : was - should;
      return { error, deviation: expected[name].labelDeviation };
    }),
  };
}

function stretches(windows: readonly LabelledDecisions[]): LabelledDecisions[] {
  const found: LabelledDecisions[] = [];
  for (const window of windows) {
    const last = found.at(-1);
    if (last === undefined || labelsOf(last) >= fullStretch) found.push(window);
    else found[found.length - 1] = together(last, window);
  }
  const [before, last] = found.slice(-2);
  if (before !== undefined && last !== undefined && labelsOf(last) < fullStretch) {
    found.splice(-2, 2, together(before, last));
  }
  return found.filter((stretch) => labelsOf(stretch) >= fewestLabels);
}

/** A share of 1,000 labels is off by more than 0.03 in at most 6 % of cases: 0.03 is 1.9 times sqrt(0.25 / 1,000). */
const fullStretch = 1_000;
const fewestLabels = 30;

function together(a: LabelledDecisions, b: LabelledDecisions): LabelledDecisions {
  const sum = (left: Float64Array, right: Float64Array) => left.map((count, cell) => count + right[cell]!);
  return { right: sum(a.right, b.right), wrong: sum(a.wrong, b.wrong) };
}

function labelsOf({ right, wrong }: LabelledDecisions): number {
  return total(right) + total(wrong);
}

function labelsByBin({ right, wrong }: LabelledDecisions): [positives: Float64Array, negatives: Float64Array] {
  const positives = new Float64Array(right.length / 2);
  const negatives = new Float64Array(right.length / 2);
  for (let bin = 0; bin < positives.length; bin++) {
    positives[bin] = wrong[2 * bin]! + right[2 * bin + 1]!;
    negatives[bin] = right[2 * bin]! + wrong[2 * bin + 1]!;
  }
  return [positives, negatives];
}

function meanAbsolute(tests: readonly Off[]): Estimate {
  if (tests.length === 0) return suppressed(0, `fewer than ${fewestLabels} labels in final windows`);
  const known = tests.filter(({ error }) => error !== null);
  const n = known.length;
  if (n === 0) return suppressed(0, 'nothing was estimated where labels came');
  const deviations = known.map(({ deviation }) => deviation);
  const byChance = total(deviations) * Math.sqrt(2 / Math.PI);
  const spread = Math.sqrt(total(deviations.map((one) => one * one)) * (1 - 2 / Math.PI));
  const value = total(known.map(({ error }) => Math.abs(error!))) / n;
  return distance(value, (byChance - normalQuantile(0.05) * spread) / n, n);
}

export function byName<Name extends string, Value>(
  names: readonly Name[],
  of: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
}
