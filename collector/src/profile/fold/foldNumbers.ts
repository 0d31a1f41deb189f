import type { Column } from '@plumbline/sdk/event';
import { type CellFinder, crowded, findCell, octaveStep, stepOf } from '../cells/cellFinder.ts';
import { addToSum, boundedDeviation, ordinaryDeviation, rounding, unitsPerOne } from '../cells/sums.ts';
import type { SignalPlan } from '../plan.ts';
import type { Profile } from '../profile.ts';
import type { NumericSignal } from '../shape.ts';
import { addEach, emptyCells } from './batchCounts.ts';

/**
 * Adds rows of a column to the cells, sums and extremes of a numeric signal. NaN is missing, an infinity is invalid, and
 * so is every value of a column of categories.
 *
 * This is where most of the time of a batch goes. Nineteen of twenty values lie in the table of the cell finder, and most
 * of these in a step without an edge: they take the short way.
 */
export function foldNumbers(
  profile: Profile,
  signal: NumericSignal,
  plan: SignalPlan,
  index: number,
  column: Column | undefined,
  rows: Int32Array,
): void {
  const { counts, sums, minima, maxima } = profile;
  const offset = plan.countOffset;
  const missing = offset + plan.cells - 2;
  const invalid = missing + 1;
  if (column === undefined) {
    counts[missing] = counts[missing]! + rows.length;
    return;
  }
  if (column.type === 'category') {
    let texts = 0;
    for (let i = 0; i < rows.length; i++) if (column.codes[rows[i]!] !== 0) texts++;
    const { otherType } = profile.sketches;
    counts[missing] = counts[missing]! + rows.length - texts;
    counts[invalid] = counts[invalid]! + texts;
    otherType[index] = otherType[index]! + texts;
    return;
  }
  const { finder } = plan;
  const { padded, table, low, perUnit } = finder;
  const inOctaves = perUnit === 0;
  const lowStep = inOctaves ? octaveStep(low) : 0;
  const highest = finder.edges.length;
  const cells = emptyCells(highest + 1);
  const { centre } = signal;
  const perScale = 1 / signal.scale;
  // Rounds to whole units without leaving the scale of deviations, which is exact: a power of two lies between. V8 adds
  // doubles that happen to be whole by way of integers and back, which takes five times as long.
  const round = rounding / unitsPerOne;
  const steps = ordinarySteps(signal, finder);
  const values = dense(column.values, rows);
  const { length } = values;
  let sum = 0;
  let squares = 0;
  let below = 0;
  let above = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    const position = inOctaves ? octaveStep(value) - lowStep : (value - low) * perUnit;
    if (value >= low && position < steps) {
      let cell = table[position | 0]!;
      if (cell < 0 && cell !== crowded) {
        const before = ~cell;
        cell = before + (Number(padded[before]! <= value) | 0) + (Number(padded[before + 1]! <= value) | 0);
      }
      if (cell >= 0) {
        cells[cell] = cells[cell]! + 1;
        if (value < smallest) smallest = value;
        if (value > largest) largest = value;
        const deviation = (value - centre) * perScale;
        sum += deviation + round - round;
        squares += deviation * deviation + round - round;
        continue;
      }
    }
    if (value - value !== 0) {
      const cell = Number.isNaN(value) ? missing : invalid;
      counts[cell] = counts[cell]! + 1;
      continue;
    }
    const cell = findCell(finder, value);
    cells[cell] = cells[cell]! + 1;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    const deviation = (value - centre) * perScale;
    if (deviation > ordinaryDeviation || deviation < -ordinaryDeviation) {
      addWildValue(sums, plan.sumOffset, boundedDeviation(deviation), cell === 0, cell === highest);
      continue;
    }
    const rounded = deviation + round - round;
    sum += rounded;
    squares += deviation * deviation + round - round;
    if (cell === 0) below += rounded;
    else if (cell === highest) above += rounded;
  }
  addEach(counts, offset, 1, cells);
  const at = plan.sumOffset;
  sums[at] = sums[at]! + sum * unitsPerOne;
  sums[at + 1] = sums[at + 1]! + squares * unitsPerOne;
  sums[at + 2] = sums[at + 2]! + below * unitsPerOne;
  sums[at + 3] = sums[at + 3]! + above * unitsPerOne;
  // Adding 0 makes 0 of -0: which of the two came first must not show.
  if (smallest < minima[plan.extreme]!) minima[plan.extreme] = smallest + 0;
  if (largest > maxima[plan.extreme]!) maxima[plan.extreme] = largest + 0;
}

/** Steps of the finder's table whose values deviate little enough for the short way, and lie between the outer edges. */
function ordinarySteps({ centre, scale, edges }: NumericSignal, finder: CellFinder): number {
  const { low, high, table } = finder;
  const reach = (ordinaryDeviation - 1) * scale;
  if (!(low > centre - reach && low < centre + reach)) return 0;
  // A value just above the last edge may fall into the last step.
  const inside = high < (edges.at(-1) ?? high) ? table.length : table.length - 1;
  return centre + reach >= high ? inside : Math.min(inside, Math.trunc(stepOf(finder, centre + reach)));
}

function addWildValue(sums: Float64Array, at: number, deviation: number, isBelow: boolean, isAbove: boolean): void {
  addToSum(sums, at, deviation);
  addToSum(sums, at + 1, deviation * deviation);
  if (isBelow) addToSum(sums, at + 2, deviation);
  else if (isAbove) addToSum(sums, at + 3, deviation);
}

/** The values of the rows, one behind the other: mostly those of a batch are. */
function dense(values: Float64Array, rows: Int32Array): Float64Array {
  if (values.length === rows.length) return values;
  if (rows.length > gathered.length) gathered = new Float64Array(2 * rows.length);
  for (let i = 0; i < rows.length; i++) gathered[i] = values[rows[i]!]!;
  return gathered.subarray(0, rows.length);
}

let gathered = new Float64Array(512);
