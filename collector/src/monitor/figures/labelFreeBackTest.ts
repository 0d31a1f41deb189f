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
 * final and later than the reference. For each number they are taken together until chance alone seldom makes it off by 0.03,
 * and what remains with the last ones; all of them where they do not suffice.
 *
 * Source: the mean absolute deviation of a normal variable, sqrt(2 / pi) standard deviations.
 */
export function labelFreeBackTest(
  estimates: LabelFreeEstimates,
  windows: readonly LabelledDecisions[],
): LabelFreeBackTest {
  const stretchesFor = byName(statisticNames, (name) =>
    stretches(windows, (rows) => {
      const { value, labelDeviation } = estimates.performance(rows)[name];
      return value !== null && labelDeviation <= smallDeviation;
    }),
  );
  return {
    methods: byName(labelFreeMethods, (method) =>
      meanAbsolute(stretchesFor.accuracy.map((one) => methodError(estimates, one, method))),
    ),
    statistics: byName(statisticNames, (name) =>
      meanAbsolute(stretchesFor[name].map((one) => statisticError(estimates, one, name))),
    ),
  };
}

/** Of one stretch; `null` where there was no estimate, or labels say nothing. */
interface Off {
  readonly error: number | null;
  /** Standard deviation of the error where scores mean what they did. */
  readonly deviation: number;
}

function methodError(estimates: LabelFreeEstimates, stretch: LabelledDecisions, method: LabelFreeMethod): Off {
  const rows = rowsOf(stretch);
  const { value } = estimates.errorRates(rows, stretch.bySegment)[method];
  const error = value === null ? null : total(stretch.wrong) / total(rows) - value;
  return { error, deviation: estimates.performance(rows).accuracy.labelDeviation };
}

function statisticError(estimates: LabelFreeEstimates, stretch: LabelledDecisions, name: StatisticName): Off {
  const { value, labelDeviation } = estimates.performance(rowsOf(stretch))[name];
  const { value: actual } =
    name === 'areaUnderCurve' ? areaUnderCurve(...labelsByBin(stretch)) : confusionMetrics(confusionOf(stretch))[name];
  return { error: actual === null || value === null ? null : actual - value, deviation: labelDeviation };
}

function stretches(
  windows: readonly LabelledDecisions[],
  suffices: (rows: Float64Array) => boolean,
): LabelledDecisions[] {
  const full: LabelledDecisions[] = [];
  let rest: LabelledDecisions | null = null;
  for (const window of windows) {
    rest = rest === null ? window : together(rest, window);
    if (labelsOf(rest) < fewestLabels || !suffices(rowsOf(rest))) continue;
    full.push(rest);
    rest = null;
  }
  if (rest === null) return full;
  const last = full.pop();
  const all = last === undefined ? rest : together(last, rest);
  return labelsOf(all) < fewestLabels ? full : [...full, all];
}

/** 0.03 is 1.9 of these: chance alone makes a number off by more in 6 % of cases. Of a share, 1,000 labels or fewer. */
const smallDeviation = 0.0158;
const fewestLabels = 30;

function rowsOf({ right, wrong }: LabelledDecisions): Float64Array {
  return right.map((count, cell) => count + wrong[cell]!);
}

function together(a: LabelledDecisions, b: LabelledDecisions): LabelledDecisions {
  const sum = (left: Float64Array, right: Float64Array) => left.map((count, cell) => count + right[cell]!);
  return {
    right: sum(a.right, b.right),
    wrong: sum(a.wrong, b.wrong),
    bySegment: a.bySegment && b.bySegment && sum(a.bySegment, b.bySegment),
  };
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
