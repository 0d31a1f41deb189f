import type { CategoryColumn, Column, InferenceBatch, NumberColumn } from '@plumbline/sdk/event';
import { hashBucket } from '../cells/hashBuckets.ts';
import { foldLatencies } from '../cells/latencies.ts';
import { scoreBinOf } from '../cells/scoreBin.ts';
import { type AttributePlan, groupCells, type Plan, planOf, type SignalPlan, totals } from '../plan.ts';
import { createProfile, mergeInto, type Profile } from '../profile.ts';
import type { CategorySignal, ProfileShape } from '../shape.ts';
import { foldExemplars } from '../sketches/exemplars.ts';
import { noteCaptures, noteSpans } from '../sketches/provenance.ts';
import { addEach, countsByCode, emptyCells } from './batchCounts.ts';
import { signalColumns } from './columns.ts';
import { decisionOf } from './decision.ts';
import { foldNumbers } from './foldNumbers.ts';
import { foldIds, foldRare, foldUnknownFeatures, hourOfWeek } from './foldSketches.ts';
import { groupColumn } from './intersection.ts';
import { foldStrata } from './strata.ts';
import { rowsByWeight, timesWeight } from './weighted.ts';

/**
 * Adds rows of a batch to a profile, column by column, without an object per row.
 * A feature the batch does not have counts as missing; a feature that came as another type counts as invalid (numbers)
 * or by its text (categories). A row with a weight counts that many times: rows of one weight are folded by themselves and
 * then added as often, so that all others cost nothing more.
 */
export function foldInferences(profile: Profile, batch: InferenceBatch, rows: Int32Array): void {
  if (rows.length === 0) return;
  noteCaptures(profile, batch);
  noteSpans(profile, batch, rows);
  for (const [weight, part] of rowsByWeight(batch, rows)) {
    if (weight === 1) {
      foldOnce(profile, batch, part);
      continue;
    }
    const once = createProfile(profile.shape);
    foldOnce(once, batch, part);
    mergeInto(profile, timesWeight(once, weight));
  }
}

function foldOnce(profile: Profile, batch: InferenceBatch, rows: Int32Array): void {
  const { shape } = profile;
  const plan = planOf(shape);
  foldTotals(profile, batch, rows);
  foldLatencies(profile, batch, rows);
  foldExemplars(profile, batch, rows);

  const columns = signalColumns(shape, batch);
  shape.signals.forEach((signal, index) => {
    const signalPlan = plan.signals[index]!;
    if (signal.type === 'number') foldNumbers(profile, signal, signalPlan, index, columns[index], rows);
    else foldCategories(profile, signal, signalPlan, index, columns[index], rows);
  });
  foldUnknownFeatures(profile, batch, rows);
  foldIds(profile, batch, columns, rows);

  const decisions = decide(shape, batch.predictions, rows);
  foldScores(profile, plan, batch, rows, decisions);
  foldClasses(profile, plan, batch.predictions, rows, decisions);
  foldGroup(profile.counts, plan.groupOffset, decisions);
  for (const attribute of plan.attributes) {
    const column = groupColumn(batch, attribute);
    foldAttribute(profile.counts, plan.groupOffset, attribute, column, rows, decisions);
    if (attribute.strata !== null) foldStrata(profile, plan, columns, attribute, column, rows, decisions);
  }
}

const hourMs = 3_600_000;

/** Adds comparisons of a shadow's predictions with those that were served. */
export function foldAgreement(profile: Profile, agree: boolean, times = 1): void {
  const cell = agree ? totals.agreements : totals.disagreements;
  profile.counts[cell] = profile.counts[cell]! + times;
}

/** All row numbers of a batch. Shared: not to be changed. */
export function allRows(batch: Pick<InferenceBatch, 'count'>): Int32Array {
  if (batch.count > rowNumbers.length) {
    rowNumbers = new Int32Array(2 * batch.count);
    for (let row = 0; row < rowNumbers.length; row++) rowNumbers[row] = row;
  }
  return rowNumbers.subarray(0, batch.count);
}

let rowNumbers = new Int32Array(0);

function foldTotals({ counts, minima, maxima, sketches }: Profile, batch: InferenceBatch, rows: Int32Array): void {
  counts[totals.rows] = counts[totals.rows]! + rows.length;
  const { roles, errors, times } = batch;
  countsByCode(roles, rows).forEach((count, code) => {
    const role = roles.dictionary[code - 1];
    const cell = role === 'shadow' ? totals.shadow : role === 'canary' ? totals.canary : totals.champion;
    counts[cell] = counts[cell]! + count;
  });
  counts[totals.errors] = counts[totals.errors]! + rows.length - countsByCode(errors, rows)[0]!;
  const { hours } = sketches;
  // Rows of one hour mostly come together.
  let hour = 0;
  let inHour = 0;
  let hourFrom = Number.POSITIVE_INFINITY;
  let hourTo = Number.POSITIVE_INFINITY;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const time = times[rows[i]!]!;
    if (time < hourFrom || time >= hourTo) {
      hours[hour] = hours[hour]! + inHour;
      inHour = 0;
      hour = hourOfWeek(time);
      hourFrom = Math.floor(time / hourMs) * hourMs;
      hourTo = hourFrom + hourMs;
    }
    inHour++;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  hours[hour] = hours[hour]! + inHour;
  const timeExtreme = minima.length - 1;
  if (first < minima[timeExtreme]!) minima[timeExtreme] = first + 0;
  if (last > maxima[timeExtreme]!) maxima[timeExtreme] = last + 0;
}

function foldCategories(
  profile: Profile,
  signal: CategorySignal,
  plan: SignalPlan,
  index: number,
  column: Column | undefined,
  rows: Int32Array,
): void {
  const { counts } = profile;
  const offset = plan.countOffset;
  const missing = offset + plan.cells - 1;
  if (column === undefined) {
    counts[missing] = counts[missing]! + rows.length;
    return;
  }
  const unseen = plan.cells - 2;
  const other = signal.categories.length;
  const firstBucket = signal.hashBuckets === 0 ? -1 : missing + 1;
  const rare: [text: string, count: number][] = [];
  const add = (text: string, count: number): void => {
    const known = plan.cellOf.get(text) ?? unseen;
    counts[offset + known] = counts[offset + known]! + count;
    if (known >= other) rare.push([text, count]);
    if (firstBucket >= 0) {
      const bucket = firstBucket + hashBucket(text);
      counts[bucket] = counts[bucket]! + count;
    }
  };
  if (column.type === 'category') {
    const byCode = countsByCode(column, rows);
    counts[missing] = counts[missing]! + byCode[0]!;
    for (let code = 1; code < byCode.length; code++) {
      if (byCode[code]! > 0) add(column.dictionary[code - 1]!, byCode[code]!);
    }
  } else {
    const texts = numbersAsTexts(column, rows);
    const { otherType } = profile.sketches;
    otherType[index] = otherType[index]! + rows.length - texts.missing;
    counts[missing] = counts[missing]! + texts.missing;
    counts[offset + unseen] = counts[offset + unseen]! + texts.invalid;
    for (const [text, count] of texts.counts) add(text, count);
  }
  if (rare.length > 0) foldRare(profile.sketches, index, rare);
}

/** How often each text of a column of numbers occurs in the rows; a number that is not finite is no text. */
function numbersAsTexts(
  { values }: NumberColumn,
  rows: Int32Array,
): { readonly counts: ReadonlyMap<string, number>; readonly missing: number; readonly invalid: number } {
  const counts = new Map<string, number>();
  let missing = 0;
  let invalid = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (Number.isFinite(value)) {
      const text = String(value);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    } else if (Number.isNaN(value)) missing++;
    else invalid++;
  }
  return { counts, missing, invalid };
}

/** One decision a row: 1, 0, or -1 without a prediction. */
function decide(shape: ProfileShape, predictions: Column, rows: Int32Array): Int8Array {
  const decisions = new Int8Array(rows.length);
  if (predictions.type === 'category') {
    const byCode = [-1, ...predictions.dictionary.map((text) => decisionOf(shape, text))];
    for (let i = 0; i < rows.length; i++) decisions[i] = byCode[predictions.codes[rows[i]!]!]!;
    return decisions;
  }
  if (shape.positive === null) {
    for (let i = 0; i < rows.length; i++) decisions[i] = Number.isFinite(predictions.values[rows[i]!]!) ? 0 : -1;
    return decisions;
  }
  for (let i = 0; i < rows.length; i++) decisions[i] = decisionOf(shape, predictions.values[rows[i]!]!);
  return decisions;
}

function foldScores(
  { shape, counts }: Profile,
  plan: Plan,
  batch: InferenceBatch,
  rows: Int32Array,
  decisions: Int8Array,
): void {
  if (shape.scoreBins === null) return;
  const { values } = batch.scores;
  const cells = emptyCells(2 * (plan.scoreBins + 1));
  for (let i = 0; i < rows.length; i++) {
    const decision = decisions[i]!;
    if (decision < 0) continue;
    const cell = scoreBinOf(plan, values[rows[i]!]!) * 2 + decision;
    cells[cell] = cells[cell]! + 1;
  }
  addEach(counts, plan.scoreOffset + 2, 3, cells);
}

function foldClasses(
  { counts }: Profile,
  plan: Plan,
  predictions: Column,
  rows: Int32Array,
  decisions: Int8Array,
): void {
  if (plan.classOffset < 0) return;
  const classes = plan.classIndex.size;
  const indexOf = (text: string): number => plan.classIndex.get(text) ?? classes;
  const byCode = predictions.type === 'category' ? [-1, ...predictions.dictionary.map(indexOf)] : null;
  for (let i = 0; i < rows.length; i++) {
    if (decisions[i]! < 0) continue;
    const row = rows[i]!;
    const predicted =
      predictions.type === 'category' ? byCode![predictions.codes[row]!]! : indexOf(String(predictions.values[row]!));
    const cell = plan.classOffset + predicted * (classes + 2) + classes + 1;
    counts[cell] = counts[cell]! + 1;
  }
}

function foldGroup(counts: Float64Array, offset: number, decisions: Int8Array): void {
  const cells = emptyCells(2);
  for (let i = 0; i < decisions.length; i++) {
    const decision = decisions[i]!;
    if (decision >= 0) cells[decision] = cells[decision]! + 1;
  }
  addEach(counts, offset + 2, 3, cells);
}

function foldAttribute(
  counts: Float64Array,
  offset: number,
  attribute: AttributePlan,
  column: CategoryColumn | undefined,
  rows: Int32Array,
  decisions: Int8Array,
): void {
  const missing = offset + attribute.missingRow * groupCells;
  if (column === undefined) {
    foldGroup(counts, missing, decisions);
    return;
  }
  const { codes, dictionary } = column;
  const cells = emptyCells(2 * (dictionary.length + 1));
  for (let i = 0; i < rows.length; i++) {
    const decision = decisions[i]!;
    if (decision < 0) continue;
    const cell = codes[rows[i]!]! * 2 + decision;
    cells[cell] = cells[cell]! + 1;
  }
  addEach(counts, missing + 2, 3, cells.subarray(0, 2));
  dictionary.forEach((group, index) => {
    const row = attribute.rowOf.get(group) ?? attribute.otherRow;
    addEach(counts, offset + row * groupCells + 2, 3, cells.subarray(2 * index + 2, 2 * index + 4));
  });
}
