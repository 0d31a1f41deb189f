import { PlumblineError } from '../../errors.ts';
import { logitEdges } from '../cells/scoreBin.ts';
import { readSum } from '../cells/sums.ts';
import { groupCells, planOf, residualSums, rightCell, totals, wrongCell } from '../plan.ts';
import type { Profile } from '../profile.ts';
import type { CategorySignal, ProfileShape, SignalShape } from '../shape.ts';

/** What statistics and monitors read from a profile. Nothing else looks into its arrays. */

export interface Totals {
  readonly rows: number;
  readonly champion: number;
  readonly canary: number;
  readonly shadow: number;
  /** Inferences that failed. */
  readonly errors: number;
  /** Shadow predictions equal to and different from the served one. */
  readonly agreements: number;
  readonly disagreements: number;
  /** Predictions with a label. */
  readonly labelled: number;
  /** First and last event time, milliseconds since 1970-01-01 UTC; `null` for an empty profile. */
  readonly from: number | null;
  readonly to: number | null;
}

export function profileTotals({ counts, minima, maxima }: Profile): Totals {
  return {
    rows: counts[totals.rows]!,
    champion: counts[totals.champion]!,
    canary: counts[totals.canary]!,
    shadow: counts[totals.shadow]!,
    errors: counts[totals.errors]!,
    agreements: counts[totals.agreements]!,
    disagreements: counts[totals.disagreements]!,
    labelled: counts[totals.labelled]!,
    from: finiteOrNull(minima.at(-1)!),
    to: finiteOrNull(maxima.at(-1)!),
  };
}

export function findSignal(shape: ProfileShape, signal: string): SignalShape | undefined {
  return shape.signals[planOf(shape).indexOf.get(signal) ?? -1];
}

/**
 * Counts of a signal's cells (a live view, not a copy). Numbers: below, bins, above, missing, invalid (B + 4).
 * Categories: the categories, other known, unseen, missing (K + 3).
 */
export function signalCounts(profile: Profile, signal: string): Float64Array {
  const { countOffset, cells } = signalPlan(profile, signal);
  return profile.counts.subarray(countOffset, countOffset + cells);
}

/** Counts of the 64 hash buckets of a category signal; empty where it has none. */
export function hashBucketCounts(profile: Profile, signal: string): Float64Array {
  const { countOffset, cells } = signalPlan(profile, signal);
  const shape = findSignal(profile.shape, signal);
  const buckets = shape?.type === 'category' ? shape.hashBuckets : 0;
  return profile.counts.subarray(countOffset + cells, countOffset + cells + buckets);
}

/**
 * The coarse distribution of a signal, for people and for PSI. Numbers: ten reference deciles (values below and above
 * the reference belong to the outer ones), then missing and invalid together (11). Categories: as `signalCounts`, but
 * unseen ones with the other known ones where new values come all the time: a reference knows all of its own, so that as
 * many as are ordinary would look like a change.
 */
export function coarseCounts(profile: Profile, signal: string): Float64Array {
  const counts = signalCounts(profile, signal);
  const shape = findSignal(profile.shape, signal)!;
  if (shape.type === 'category') return hasNewValues(shape) ? withUnseenAmongOthers(counts) : counts.slice();
  const coarse = new Float64Array(11);
  const inRange = counts.length - 2;
  for (let cell = 0; cell < inRange; cell++) {
    const decile = shape.deciles[cell] ?? 9;
    coarse[decile] = coarse[decile]! + counts[cell]!;
  }
  coarse[10] = counts[inRange]! + counts[inRange + 1]!;
  return coarse;
}

/** At least one row in a hundred held a value that had not come before. */
function hasNewValues({ newValues: { events, n } }: CategorySignal): boolean {
  return n > 0 && events >= 0.01 * n;
}

function withUnseenAmongOthers(counts: Float64Array): Float64Array {
  const coarse = counts.slice();
  const unseen = coarse.length - 2;
  coarse[unseen - 1] = coarse[unseen - 1]! + coarse[unseen]!;
  coarse[unseen] = 0;
  return coarse;
}

export interface Moments {
  /** Finite values. */
  readonly n: number;
  /** `null` when there are none. */
  readonly mean: number | null;
  /** Population standard deviation. */
  readonly standardDeviation: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Means of the values below and above the reference's range. */
  readonly belowMean: number | null;
  readonly aboveMean: number | null;
}

/** Of a numeric signal. Mean and standard deviation are exact to 2^-27 of the reference's standard deviation. */
export function signalMoments(profile: Profile, signal: string): Moments {
  const plan = signalPlan(profile, signal);
  const shape = findSignal(profile.shape, signal);
  if (shape?.type !== 'number') throw new PlumblineError('INTERNAL', `${signal} is not a signal of numbers`);
  const counts = signalCounts(profile, signal);
  let n = 0;
  for (let cell = 0; cell < counts.length - 2; cell++) n += counts[cell]!;
  const sum = (index: number): number => readSum(profile.sums, plan.sumOffset + index);
  return {
    n,
    mean: meanOf(shape, sum(0), n),
    standardDeviation: n === 0 ? null : Math.sqrt(Math.max(0, sum(1) / n - (sum(0) / n) ** 2)) * shape.scale,
    minimum: finiteOrNull(profile.minima[plan.extreme]!),
    maximum: finiteOrNull(profile.maxima[plan.extreme]!),
    ...outsideMeans(profile, signal, counts),
  };
}

/** Of a numeric signal, whose counts they are: means of the values below and above the reference's range. */
export function outsideMeans(
  profile: Profile,
  signal: string,
  counts: Float64Array,
): Pick<Moments, 'belowMean' | 'aboveMean'> {
  const { sumOffset } = signalPlan(profile, signal);
  const shape = findSignal(profile.shape, signal);
  if (shape?.type !== 'number') throw new PlumblineError('INTERNAL', `${signal} is not a signal of numbers`);
  const below = counts[0]!;
  const above = counts.length > 3 ? counts[counts.length - 3]! : 0;
  return {
    belowMean: below === 0 ? null : meanOf(shape, readSum(profile.sums, sumOffset + 2), below),
    aboveMean: above === 0 ? null : meanOf(shape, readSum(profile.sums, sumOffset + 3), above),
  };
}

/**
 * The value below which a share of the signal's finite values lies, in [0, 1]; linear inside a bin. `null` without
 * values. The open ends reach to the smallest and largest value seen.
 */
export function signalQuantile(profile: Profile, signal: string, share: number): number | null {
  const { minimum, maximum, n } = signalMoments(profile, signal);
  const shape = findSignal(profile.shape, signal);
  if (minimum === null || maximum === null || shape?.type !== 'number') return null;
  const counts = signalCounts(profile, signal);
  const edges = [Number.NEGATIVE_INFINITY, ...shape.edges, Number.POSITIVE_INFINITY];
  const wanted = share * n;
  let passed = 0;
  for (let cell = 0; cell < counts.length - 2; cell++) {
    const count = counts[cell]!;
    if (count > 0 && passed + count >= wanted) {
      const low = Math.max(edges[cell]!, minimum);
      const high = Math.min(edges[cell + 1]!, maximum);
      // The cell of a point mass is one double wide: there is nothing to interpolate, and next to zero it would show.
      const middle = low + (high - low) / 2;
      if (middle === low || middle === high) return low;
      return low + (high - low) * Math.max(0, Math.min(1, (wanted - passed) / count));
    }
    passed += count;
  }
  return maximum;
}

/**
 * The share of the signal's finite values below a value: the inverse of `signalQuantile`, linear inside a bin. 0 without
 * values.
 */
export function signalShareBelow(profile: Profile, signal: string, value: number): number {
  const { minimum, maximum, n } = signalMoments(profile, signal);
  const shape = findSignal(profile.shape, signal);
  if (minimum === null || maximum === null || shape?.type !== 'number') return 0;
  const counts = signalCounts(profile, signal);
  let passed = 0;
  for (let cell = 0; cell < counts.length - 2; cell++) {
    const low = Math.max(shape.edges[cell - 1] ?? Number.NEGATIVE_INFINITY, minimum);
    const high = Math.min(shape.edges[cell] ?? Number.POSITIVE_INFINITY, maximum);
    if (value <= low) break;
    // Halves: the difference of two huge numbers would overflow.
    const within = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 1;
    passed += counts[cell]! * Math.min(1, within);
  }
  return passed / n;
}

/** Decisions against labels of one group. Positive is the positive class, not the favourable one. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
  /** Positive and negative predictions without a label yet. */
  readonly unlabelledPositive: number;
  readonly unlabelledNegative: number;
  /** Labelled predictions that were wrong and right (classes compared, whatever the number of classes). */
  readonly wrong: number;
  readonly right: number;
}

/** Over everybody. */
export function overallConfusion(profile: Profile): Confusion {
  return confusionRow(profile, 0);
}

export interface GroupConfusion extends Confusion {
  /** `null`: rows without a value of the attribute. */
  readonly group: string | null;
  /** True for the groups that came after the reference was made, counted together. */
  readonly isOther: boolean;
}

/** For each known group of the attribute, then the other groups together, then the rows without a group. */
export function groupConfusions(profile: Profile, attribute: string): GroupConfusion[] {
  const plan = planOf(profile.shape).attributes.find((candidate) => candidate.attribute === attribute);
  if (plan === undefined) return [];
  const known = [...plan.rowOf].map(([group, row]) => ({ group, isOther: false, ...confusionRow(profile, row) }));
  return [
    ...known,
    { group: 'other', isOther: true, ...confusionRow(profile, plan.otherRow) },
    { group: null, isOther: false, ...confusionRow(profile, plan.missingRow) },
  ];
}

/** Sums of regression residuals e = prediction - label of labelled rows. */
export interface Residuals {
  readonly n: number;
  readonly sum: number;
  readonly absoluteSum: number;
  readonly squareSum: number;
  /** Sum of squares of the labels around their mean. */
  readonly totalSumOfSquares: number;
}

/** `null` unless the task is regression. */
export function overallResiduals(profile: Profile): Residuals | null {
  const plan = planOf(profile.shape);
  if (plan.residualOffset < 0) return null;
  const n = profile.counts[totals.labelled]!;
  const unit = profile.shape.residualScale;
  const at = (index: number): number => readSum(profile.sums, plan.residualOffset + index);
  const [sum, absolute, square, label, labelSquare] = [at(0), at(1), at(2), at(3), at(4)];
  return {
    n,
    sum: sum * unit,
    absoluteSum: absolute * unit,
    squareSum: square * unit * unit,
    totalSumOfSquares: n === 0 ? 0 : Math.max(0, labelSquare - (label * label) / n) * unit * unit,
  };
}

/** Sums of |e| and e^2 of a known group's labelled rows, in the label's unit. */
export interface GroupResiduals {
  readonly group: string;
  readonly n: number;
  readonly absoluteSum: number;
  readonly squareSum: number;
}

/** For each known group of the attribute; empty unless the task is regression. */
export function groupResiduals(profile: Profile, attribute: string): GroupResiduals[] {
  const plan = planOf(profile.shape);
  const found = plan.attributes.find((candidate) => candidate.attribute === attribute);
  if (plan.residualOffset < 0 || found === undefined) return [];
  const unit = profile.shape.residualScale;
  return [...found.rowOf].map(([group, row]) => {
    const { truePositive, falsePositive, falseNegative, trueNegative } = confusionRow(profile, row);
    const at = plan.residualOffset + row * residualSums;
    return {
      group,
      // In regression every decision is a number: which cell it is in means nothing, whether it is labelled does.
      n: truePositive + falsePositive + falseNegative + trueNegative,
      absoluteSum: readSum(profile.sums, at + 1) * unit,
      squareSum: readSum(profile.sums, at + 2) * unit * unit,
    };
  });
}

/** Labelled predictions by score bin, scores ascending; rows without a score are left out. */
export interface ScoreDistribution {
  /** Bin edges, bins + 1 of them; the outer ones are 0 and 1 for probabilities, infinite otherwise. */
  readonly edges: Float64Array;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
  readonly unlabelled: Float64Array;
}

/** `null` where the shape has no score bins. */
export function scoreDistribution(profile: Profile): ScoreDistribution | null {
  const { scoreBins } = profile.shape;
  if (scoreBins === null) return null;
  const plan = planOf(profile.shape);
  const byLabel = (label: number): Float64Array => {
    const found = new Float64Array(plan.scoreBins);
    for (let bin = 0; bin < found.length; bin++) {
      const cell = plan.scoreOffset + bin * 6 + label;
      found[bin] = profile.counts[cell]! + profile.counts[cell + 3]!;
    }
    return found;
  };
  return {
    edges:
      scoreBins.kind === 'logit'
        ? logitEdges
        : Float64Array.of(Number.NEGATIVE_INFINITY, ...scoreBins.edges, Number.POSITIVE_INFINITY),
    negatives: byLabel(0),
    positives: byLabel(1),
    unlabelled: byLabel(2),
  };
}

/** Counts `prediction x label` of a multiclass model; the last of each is "another class". */
export interface ClassConfusion {
  readonly classes: readonly string[];
  /** `counts[prediction * (classes + 1) + label]` */
  readonly counts: Float64Array;
}

export function classConfusion(profile: Profile): ClassConfusion | null {
  const plan = planOf(profile.shape);
  const { classes } = profile.shape;
  if (plan.classOffset < 0) return null;
  const size = classes.length + 1;
  const counts = new Float64Array(size * size);
  for (let predicted = 0; predicted < size; predicted++) {
    for (let label = 0; label < size; label++) {
      counts[predicted * size + label] = profile.counts[plan.classOffset + predicted * (size + 1) + label]!;
    }
  }
  return { classes, counts };
}

function confusionRow({ shape, counts }: Profile, row: number): Confusion {
  const at = planOf(shape).groupOffset + row * groupCells;
  return {
    trueNegative: counts[at]!,
    falseNegative: counts[at + 1]!,
    unlabelledNegative: counts[at + 2]!,
    falsePositive: counts[at + 3]!,
    truePositive: counts[at + 4]!,
    unlabelledPositive: counts[at + 5]!,
    wrong: counts[at + wrongCell]!,
    right: counts[at + rightCell]!,
  };
}

function meanOf(
  shape: { readonly centre: number; readonly scale: number },
  deviations: number,
  n: number,
): number | null {
  return n === 0 ? null : shape.centre + (deviations / n) * shape.scale;
}

function signalPlan(profile: Profile, signal: string) {
  const { indexOf, signals } = planOf(profile.shape);
  const plan = signals[indexOf.get(signal) ?? -1];
  if (plan === undefined) throw new PlumblineError('INTERNAL', `the profile has no signal ${signal}`);
  return plan;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
