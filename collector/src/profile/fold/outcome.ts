import type { InferenceBatch, ServingRole } from '@plumbline/sdk/event';
import { scoreBinOf } from '../cells/scoreBin.ts';
import { addToSum, boundedDeviation } from '../cells/sums.ts';
import { groupCells, type Plan, planOf, residualSums, rightCell, totals, wrongCell } from '../plan.ts';
import type { Profile } from '../profile.ts';
import type { ProfileShape } from '../shape.ts';
import { addOutcome } from '../sketches/idSample.ts';
import { addError, errorSizeOf } from '../views/errorSizes.ts';
import { textAt } from './columns.ts';
import { decisionOf, predictionText } from './decision.ts';
import { groupIn } from './intersection.ts';
import { addRanking, rankingCellOf, rankingQuality } from './rankings.ts';

/** What is kept of an inference until its outcome is known, and after, in case the outcome is corrected. */
export interface JoinEntry {
  readonly version: string;
  readonly role: ServingRole;
  /** Event time of the inference, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly prediction: string | number | null;
  readonly score: number | null;
  readonly groups: Readonly<Record<string, string>>;
  /** The label folded so far; `null` before the first. */
  readonly label: string | number | null;
  /** How many inferences it stands for, a whole number; absent means 1. */
  readonly weight?: number;
}

/**
 * Adds the outcome of an inference that was folded before: moves it from the unlabelled cells to its label's cells.
 * With a `joined.label` the old label is taken back first, so a corrected label leaves what the right one alone would.
 * The caller keeps `{ ...joined, label }` afterwards. With the inference's `id` the outcome is noted with its row, where the
 * profile samples it.
 */
export function foldOutcome(profile: Profile, joined: JoinEntry, label: string | number, id?: string): void {
  const { shape, sketches } = profile;
  if (!isUsableLabel(shape, joined, label)) return;
  const fold = (said: string | number, times: 1 | -1): void => {
    moveOutcome(profile, joined, said, times * weightOf(joined));
    const loss = id === undefined ? null : lossOf(shape, joined, said);
    if (id !== undefined && loss !== null) addOutcome(sketches.ids, id, loss, times);
  };
  if (joined.label !== null && isUsableLabel(shape, joined, joined.label)) fold(joined.label, -1);
  fold(label, 1);
}

/** How many inferences an entry stands for. */
export function weightOf({ weight = 1 }: JoinEntry): number {
  return weight;
}

/** What a label says about a prediction. */
export interface Judgement {
  /** 1: positive prediction. */
  readonly decision: 0 | 1;
  /** 1: positive label. */
  readonly label: 0 | 1;
  readonly wrong: boolean;
}

/** `null` when there is nothing to judge: no prediction, or regression. */
export function judge(shape: ProfileShape, joined: JoinEntry, label: string | number): Judgement | null {
  const decision = decisionOf(shape, joined.prediction);
  if (decision < 0 || shape.task === 'regression' || shape.task === 'ranking') return null;
  const labelText = String(label);
  const positive = labelText === shape.positive ? 1 : 0;
  const wrong =
    shape.task === 'binary_classification' && shape.positive !== null
      ? decision !== positive
      : predictionText(joined.prediction) !== labelText;
  return { decision: decision === 1 ? 1 : 0, label: positive, wrong };
}

/**
 * How bad a prediction was: 1 where it was wrong, else 0; of a number how far off in units of `residualScale`; of a ranking
 * 1 - NDCG, in [0, 1]. `null` without a prediction.
 */
function lossOf(shape: ProfileShape, joined: JoinEntry, label: string | number): number | null {
  if (decisionOf(shape, joined.prediction) < 0) return null;
  switch (shape.task) {
    case 'ranking': {
      const quality = rankingQuality(joined.prediction, label);
      return quality === null ? null : 1 - quality[0];
    }
    case 'regression':
      return Math.abs(boundedDeviation((Number(joined.prediction) - labelNumber(label)) / shape.residualScale));
    default:
      return judge(shape, joined, label)?.wrong ? 1 : 0;
  }
}

/** Cell of an answer that is not right or wrong, as `outcomeSizes` counts them; `null` where there is none. */
export function outcomeCell(shape: ProfileShape, joined: JoinEntry, label: string | number): number | null {
  if (joined.prediction === null) return null;
  if (shape.task === 'ranking') {
    const quality = rankingQuality(joined.prediction, label);
    return quality === null ? null : rankingCellOf(quality);
  }
  if (shape.task !== 'regression' || shape.edition === undefined) return null;
  const size = Math.abs(Number(joined.prediction) - labelNumber(label)) / shape.residualScale;
  return Number.isNaN(size) ? null : errorSizeOf(boundedDeviation(size));
}

/** Is a label larger than the number that was predicted? */
export function liesAbove({ prediction }: JoinEntry, label: string | number): boolean {
  return labelNumber(label) > Number(prediction);
}

/** The part of a batch row that its outcome will need. */
export function joinEntryOf(batch: InferenceBatch, row: number): JoinEntry {
  const { predictions } = batch;
  const role = textAt(batch.roles, row);
  const score = batch.scores.values[row]!;
  const weight = batch.weights?.values[row] ?? 1;
  const groups: Record<string, string> = {};
  for (const [attribute, column] of Object.entries(batch.groups)) {
    const group = textAt(column, row);
    if (group !== null) groups[attribute] = group;
  }
  return {
    version: textAt(batch.versions, row) ?? '',
    role: role === 'shadow' || role === 'canary' ? role : 'champion',
    time: batch.times[row]!,
    prediction: predictions.type === 'category' ? textAt(predictions, row) : finiteOrNull(predictions.values[row]!),
    score: finiteOrNull(score),
    groups,
    label: null,
    ...(weight === 1 ? {} : { weight }),
  };
}

/** Regression needs a finite number, ranking the relevance of what was shown; classes may be anything. */
function isUsableLabel({ task }: ProfileShape, joined: JoinEntry, label: string | number): boolean {
  if (task === 'ranking') return rankingQuality(joined.prediction, label) !== null;
  return task !== 'regression' || Number.isFinite(labelNumber(label));
}

/** `times`: the weight of the entry, negative to take it back. */
function moveOutcome(profile: Profile, joined: JoinEntry, label: string | number, times: number): void {
  const { shape, counts } = profile;
  const plan = planOf(shape);
  const decision = decisionOf(shape, joined.prediction);
  if (decision < 0) return;
  const judged = judge(shape, joined, label);
  const labelCell = judged?.label ?? 0;
  const rows = groupRows(plan, joined);
  const move = (unlabelled: number, labelled: number): void => {
    counts[unlabelled] = counts[unlabelled]! - times;
    counts[labelled] = counts[labelled]! + times;
  };

  counts[totals.labelled] = counts[totals.labelled]! + times;
  if (shape.scoreBins !== null) {
    const bin = scoreBinOf(plan, joined.score ?? Number.NaN);
    const cell = plan.scoreOffset + (bin * 2 + decision) * 3;
    move(cell + 2, cell + labelCell);
    if (plan.groupScoreOffset >= 0 && bin < plan.scoreBins) {
      for (const row of rows) {
        if (row === 0) continue;
        const own = (row - 1) * plan.groupScoreBins + (bin >> plan.groupScoreShift);
        const at = plan.groupScoreOffset + own * 2 + labelCell;
        counts[at] = counts[at]! + times;
      }
    }
  }
  if (plan.aboveOffset >= 0 && liesAbove(joined, label)) {
    counts[plan.aboveOffset] = counts[plan.aboveOffset]! + times;
  }
  if (plan.errorSizeOffset >= 0) addError(profile, plan, Number(joined.prediction), labelNumber(label), times);
  if (plan.rankingOffset >= 0) addRanking(profile, plan, rankingQuality(joined.prediction, label), times);
  if (plan.classOffset >= 0) {
    const classes = plan.classIndex.size;
    const predicted = plan.classIndex.get(String(joined.prediction)) ?? classes;
    const cell = plan.classOffset + predicted * (classes + 2);
    move(cell + classes + 1, cell + (plan.classIndex.get(String(label)) ?? classes));
  }
  const outcome = plan.groupOutcomeOffset < 0 ? null : outcomeCell(shape, joined, label);
  const gain = plan.groupGainOffset < 0 ? null : (rankingQuality(joined.prediction, label)?.[0] ?? null);
  for (const row of rows) {
    if (outcome !== null && row > 0) addGroupOutcome(profile, plan, row, { cell: outcome, gain }, times);
    const cell = plan.groupOffset + row * groupCells;
    move(cell + decision * 3 + 2, cell + decision * 3 + labelCell);
    if (judged !== null) {
      const verdict = cell + (judged.wrong ? wrongCell : rightCell);
      counts[verdict] = counts[verdict]! + times;
    }
    if (plan.residualOffset >= 0) addResidual(profile, plan, row, Number(joined.prediction), labelNumber(label), times);
  }
}

function addGroupOutcome(
  { counts, sums }: Profile,
  plan: Plan,
  row: number,
  { cell, gain }: { readonly cell: number; readonly gain: number | null },
  times: number,
): void {
  const at = plan.groupOutcomeOffset + (row - 1) * plan.groupOutcomeCells + cell;
  counts[at] = counts[at]! + times;
  if (gain === null) return;
  const sum = plan.groupGainOffset + (row - 1) * 2;
  addToSum(sums, sum, gain, times);
  addToSum(sums, sum + 1, gain * gain, times);
}

function groupRows(plan: Plan, joined: JoinEntry): number[] {
  return [
    0,
    ...plan.attributes.map((attribute) => {
      const group = groupIn(attribute, joined.groups);
      return group === undefined ? attribute.missingRow : (attribute.rowOf.get(group) ?? attribute.otherRow);
    }),
  ];
}

function addResidual(
  { shape, sums }: Profile,
  plan: Plan,
  row: number,
  prediction: number,
  label: number,
  times: number,
): void {
  const centre = shape.signals.find((signal) => signal.kind === 'prediction' && signal.type === 'number');
  const error = boundedDeviation((prediction - label) / shape.residualScale);
  const outcome = boundedDeviation((label - (centre?.type === 'number' ? centre.centre : 0)) / shape.residualScale);
  const at = plan.residualOffset + row * residualSums;
  for (const [i, value] of [error, Math.abs(error), error * error, outcome, outcome * outcome].entries()) {
    addToSum(sums, at + i, value, times);
  }
}

/** A label of a regression as a number; NaN when it is none. */
function labelNumber(label: string | number): number {
  return typeof label === 'number' ? label : label.trim() === '' ? Number.NaN : Number(label);
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
