import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

/**
 * How many people got less, as much, or more than they should: benefit b = decision - label + 1, with 1 for favourable.
 * Less (b = 0): wrongly denied. As due (b = 1): right. More (b = 2): wrongly granted.
 */
export interface BenefitCounts {
  readonly less: number;
  readonly asDue: number;
  readonly more: number;
}

/**
 * How unequally is benefit spread over people? Generalised entropy of order `alpha` of b / mean(b); 0 is equal, no upper
 * limit. `alpha` 2: half of the squared coefficient of variation; 1: Theil's index; others: 1 / (alpha (alpha - 1)) *
 * mean((b / mean)^alpha - 1), with alpha > 0.
 *
 * Interval: delta method, 95 %. `null` when nobody has a benefit.
 *
 * Source: Speicher et al. 2018; Theil 1967.
 *
 * @example generalisedEntropy({ less: 2, asDue: 6, more: 2 }, 2).value // 0.2
 */
export function generalisedEntropy(counts: BenefitCounts, alpha: number): Estimated {
  const shape = entropyShape(alpha);
  const { n, mean } = summary(counts);
  if (n === 0 || mean === 0) return nothing(n);
  const cells = cellsOf(counts);
  const value = average(cells, n, (benefit) => shape.value(benefit / mean));
  const elasticity = average(cells, n, (benefit) => shape.slopeTimes(benefit / mean));
  const variance = average(
    cells,
    n,
    (benefit) => (shape.value(benefit / mean) - value - ((benefit - mean) / mean) * elasticity) ** 2,
  );
  return interval(value, variance, n);
}

/**
 * How unequally is benefit spread between groups? The same with every person's benefit replaced by their group's mean:
 * 0 when all groups fare alike, however unequal people within them are.
 */
export function betweenGroupEntropy(groups: readonly BenefitCounts[], alpha: number): Estimated {
  const shape = entropyShape(alpha);
  const present = groups.map((counts) => ({ ...summary(counts), cells: cellsOf(counts) })).filter(({ n }) => n > 0);
  const n = present.reduce((sum, group) => sum + group.n, 0);
  const mean = present.reduce((sum, group) => sum + group.n * group.mean, 0) / n;
  if (n === 0 || mean === 0) return nothing(n);
  const over = (of: (ratio: number) => number): number =>
    present.reduce((sum, group) => sum + (group.n / n) * of(group.mean / mean), 0);
  const value = over(shape.value);
  const elasticity = over(shape.slopeTimes);
  const variance = present.reduce((sum, group) => {
    const ratio = group.mean / mean;
    // With a mean of 0 everybody in the group has 0: the slope has nothing to multiply.
    const slope = ratio === 0 ? 0 : shape.slopeTimes(ratio) / ratio;
    const ofGroup = average(
      group.cells,
      group.n,
      (benefit) =>
        (shape.value(ratio) +
          (slope * (benefit - group.mean)) / mean -
          value -
          ((benefit - mean) / mean) * elasticity) **
        2,
    );
    return sum + (group.n / n) * ofGroup;
  }, 0);
  return interval(value, variance, n);
}

/** h and x h'(x) of the index mean(h(b / mean)). */
interface EntropyShape {
  readonly value: (x: number) => number;
  readonly slopeTimes: (x: number) => number;
}

function entropyShape(alpha: number): EntropyShape {
  if (alpha === 1) {
    return {
      value: (x) => (x === 0 ? 0 : x * Math.log(x)),
      slopeTimes: (x) => (x === 0 ? 0 : x * Math.log(x) + x),
    };
  }
  return {
    value: (x) => (x ** alpha - 1) / (alpha * (alpha - 1)),
    slopeTimes: (x) => x ** alpha / (alpha - 1),
  };
}

type Cells = readonly (readonly [benefit: number, count: number])[];

function cellsOf({ less, asDue, more }: BenefitCounts): Cells {
  return [
    [0, less],
    [1, asDue],
    [2, more],
  ];
}

function summary({ less, asDue, more }: BenefitCounts): { readonly n: number; readonly mean: number } {
  const n = less + asDue + more;
  return { n, mean: n === 0 ? 0 : (asDue + 2 * more) / n };
}

function average(cells: Cells, n: number, of: (benefit: number) => number): number {
  return cells.reduce((sum, [benefit, count]) => (count === 0 ? sum : sum + (count / n) * of(benefit)), 0);
}

function interval(value: number, variance: number, n: number): Estimated {
  const half = standardNormal95 * Math.sqrt(variance / n);
  // Rounding may leave a hair below zero where all fare alike.
  const positive = Math.max(0, value);
  return { value: positive, low: Math.max(0, value - half), high: positive + half, n };
}
