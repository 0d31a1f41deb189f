import type { ModelSettings } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import {
  type Confusion,
  calibrationSignal,
  duplicateIndicator,
  errorRateIndicator,
  exceedanceSignal,
  expectedErrorSignal,
  expectedErrors,
  failureIndicator,
  findSignal,
  type GroupConfusion,
  groupConfusions,
  groupOutcomes,
  groupSignal,
  outcomeSizes,
  overallConfusion,
  type Profile,
  type ProfileShape,
  type Reference,
  type SignalShape,
  scoreOrderSignal,
} from '../../profile/index.ts';
import { total } from '../../statistics/total.ts';
import type { StreamClass } from '../budget.ts';
import type { RatingType } from '../ratings.ts';
import { type PaceName, paces } from './arrivalPace.ts';

/** One detector's worth of evidence about a model. */
export type Stream = {
  /** The signal its finding is about. */
  readonly id: string;
  readonly class: StreamClass;
} & (
  | { readonly kind: 'distribution' /** Signal of the profile. */; readonly signal: string }
  | { readonly kind: 'data_quality'; readonly signal: string }
  | { readonly kind: 'failures' }
  | { readonly kind: 'duplicates' }
  | { readonly kind: 'performance' }
  | { readonly kind: 'calibration' }
  | { readonly kind: 'score_order' }
  | { readonly kind: 'expected_error' }
  | { readonly kind: 'outcome_sizes' }
  | { readonly kind: 'quantile_exceedance' /** Which quantile is predicted. */; readonly quantile: number }
  | { readonly kind: 'ratings'; readonly rating: RatingType }
  | { readonly kind: 'pace'; readonly pace: PaceName }
  | { readonly kind: 'fairness'; readonly attribute: string; readonly group: string }
  | {
      readonly kind: 'fairness_gap';
      readonly attribute: string;
      readonly group: string;
      /** The group it is compared with. */
      readonly referenceGroup: string;
    }
);

export type GapStream = Extract<Stream, { readonly kind: 'fairness_gap' }>;

/**
 * What is watched of a version, which follows from its reference alone: every signal's distribution, the missing and
 * invalid values of its inputs, inferences that failed or came twice, wrong predictions when the reference has labels, and each group that is large enough there.
 */
export function streamsOf(settings: ModelSettings, reference: Reference): Stream[] {
  const { profile, shape } = reference;
  const streams: Stream[] = [];
  for (const { signal, kind, name } of shape.signals) {
    const isOutput = kind === 'score' || kind === 'prediction';
    streams.push({ id: signal, class: isOutput ? 'risk' : 'inputs', kind: 'distribution', signal });
    if (kind === 'feature') {
      streams.push({ id: dataQualitySignal(name), class: 'inputs', kind: 'data_quality', signal });
    }
  }
  streams.push({ id: failuresSignal, class: 'inputs', kind: 'failures' });
  streams.push({ id: duplicatesSignal, class: 'inputs', kind: 'duplicates' });
  if (settings.arrivals === 'watched') {
    for (const pace of paces) streams.push({ id: paceSignal(pace), class: 'inputs', kind: 'pace', pace });
  }
  for (const rating of settings.ratings) {
    streams.push({ id: ratingSignal(rating), class: 'risk', kind: 'ratings', rating });
  }
  // A reference that was made before did not measure how it varies.
  if (expectedErrors(profile) !== null && reference.designEffects[expectedErrorSignal] !== undefined) {
    streams.push({ id: expectedErrorSignal, class: 'risk', kind: 'expected_error' });
  }
  const sizes = outcomeSizes(profile);
  if (sizes !== null && total(sizes.counts(profile)) >= minimumLabelledRows) {
    streams.push({ id: sizes.signal, class: 'risk', kind: 'outcome_sizes' });
  }
  if (isClassification(shape.task) && labelledRows(overallConfusion(profile)) >= minimumLabelledRows) {
    streams.push({ id: errorRateSignal, class: 'risk', kind: 'performance' });
  }
  streams.push(...labelStreams(settings, reference));
  if (!isClassification(shape.task)) {
    return [...streams, ...shape.groups.flatMap(({ attribute }) => outcomeGapStreams(settings, reference, attribute))];
  }
  for (const { attribute } of shape.groups) {
    for (const confusion of groupConfusions(profile, attribute)) {
      if (confusion.group === null || confusion.isOther) continue;
      if (decidedRows(confusion) < settings.minimumGroupRows) continue;
      const id = fairnessSignal(attribute, confusion.group);
      streams.push({ id, class: 'fairness', kind: 'fairness', attribute, group: confusion.group });
    }
    streams.push(...gapStreams(settings, reference, attribute));
  }
  return streams;
}

/**
 * What labels say beside whether predictions were right. Only of a reference that measured how it varies between windows: one
 * that was made before that is watched for what it always was.
 */
function labelStreams(settings: ModelSettings, { profile, designEffects }: Reference): Stream[] {
  const { quantile } = settings;
  const { truePositive, falsePositive, falseNegative, trueNegative } = overallConfusion(profile);
  const [positives, negatives] = [truePositive + falseNegative, trueNegative + falsePositive];
  const known: (readonly [labels: number, Stream])[] = [];
  if (isCalibrationWatched(settings)) {
    known.push([positives + negatives, { id: calibrationSignal, class: 'risk', kind: 'calibration' }]);
    if (quantile !== undefined) {
      const stream = { id: exceedanceSignal, class: 'risk', kind: 'quantile_exceedance', quantile } as const;
      known.push([positives + negatives, stream]);
    }
  }
  known.push([Math.min(positives, negatives), { id: scoreOrderSignal, class: 'risk', kind: 'score_order' }]);
  return known.flatMap(([labels, stream]) =>
    labels >= minimumLabelledRows && designEffects[stream.id] !== undefined ? [stream] : [],
  );
}

/**
 * Where labels of one class come later than those of the other, what arrives while traffic swings is not what was predicted:
 * by default only labels that come promptly are compared with what scores said.
 */
export function isCalibrationWatched({ calibration, outcomeDelay, window }: ModelSettings): boolean {
  return calibration === undefined ? outcomeDelay <= window : calibration === 'watched';
}

/** Each group that is large enough in the reference against the reference group, if that is. */
function gapStreams(settings: ModelSettings, { profile }: Reference, attribute: string): Stream[] {
  const large = groupConfusions(profile, attribute).flatMap((confusion) =>
    confusion.group === null || confusion.isOther || decidedRows(confusion) < settings.minimumGroupRows
      ? []
      : [confusion.group],
  );
  return gapsAmong(large, settings, profile, attribute);
}

/** The same where answers are not right or wrong: of groups of which enough outcomes are known by their size. */
function outcomeGapStreams(settings: ModelSettings, { profile }: Reference, attribute: string): Stream[] {
  const large = groupOutcomes(profile, attribute).flatMap(({ group, isOther, cells }) =>
    group === null || isOther || total(cells) < settings.minimumGroupRows ? [] : [group],
  );
  return gapsAmong(large, settings, profile, attribute);
}

function gapsAmong(large: readonly string[], settings: ModelSettings, profile: Profile, attribute: string): Stream[] {
  const referenceGroup = referenceGroupOf(settings, profile, attribute);
  if (referenceGroup === null || !large.includes(referenceGroup)) return [];
  return large.flatMap((group): Stream[] => {
    const id = gapSignal(attribute, group);
    return group === referenceGroup
      ? []
      : [{ id, class: 'fairness', kind: 'fairness_gap', attribute, group, referenceGroup }];
  });
}

/** The group that the others of an attribute are compared with: the declared one, else the largest. */
export function referenceGroupOf(settings: ModelSettings, profile: Profile, attribute: string): string | null {
  const declared = settings.groups.find((group) => group.attribute === attribute)?.reference;
  if (declared !== undefined) return declared;
  let largest: GroupConfusion | null = null;
  for (const confusion of groupConfusions(profile, attribute)) {
    if (confusion.group === null || confusion.isOther) continue;
    if (largest === null || decidedRows(confusion) > decidedRows(largest)) largest = confusion;
  }
  return largest?.group ?? null;
}

export function ratingSignal(type: RatingType): string {
  return `performance:${type}`;
}

/** The signal by which a model is watched for being wrong. */
export function outcomeSignal(task: ModelSettings['task']): string {
  if (task === 'regression') return 'performance:absolute_error';
  return task === 'ranking' ? 'performance:ranking_quality' : errorRateSignal;
}

/** Labels a reference needs before an error rate can be compared with it. */
export const minimumLabelledRows = 30;

export const errorRateSignal = errorRateIndicator.signal;

export const failuresSignal = failureIndicator.signal;

export const duplicatesSignal = duplicateIndicator.signal;

/** Features that came, went, or changed their type. No detector: that is seen, not estimated. */
export const schemaSignal = 'data_quality:schema';

/** How many rows came, and when the last one did. */
export const volumeSignal = 'data_quality:volume';

/** How late the last row of a window came. */
const freshnessSignal = 'data_quality:freshness';

export function paceSignal(pace: PaceName): string {
  return pace === 'volume' ? volumeSignal : freshnessSignal;
}

const reservedSignals: readonly string[] = [
  ...[failuresSignal, duplicatesSignal, schemaSignal, volumeSignal, freshnessSignal],
];

/** Whether answers are right or wrong; numbers and rankings are better or worse. */
export function isClassification(task: ModelSettings['task']): boolean {
  return task === 'binary_classification' || task === 'multiclass_classification';
}

export function dataQualitySignal(feature: string): string {
  const signal = `data_quality:${feature}`;
  return reservedSignals.includes(signal) ? `data_quality:feature:${feature}` : signal;
}

export const fairnessSignal = groupSignal;

/** Of a group against the reference group. */
export function gapSignal(attribute: string, group: string): string {
  return `fairness_gap:${attribute}=${group}`;
}

/** A signal that must be in the shape: streams are made from it. */
export function signalNamed(shape: ProfileShape, signal: string): SignalShape {
  const found = findSignal(shape, signal);
  if (found === undefined) throw new PlumblineError('INTERNAL', `the reference has no signal ${signal}`);
  return found;
}

/** Rows with a label, in a group or over everybody. */
export function labelledRows(confusion: Confusion): number {
  return confusion.truePositive + confusion.falsePositive + confusion.falseNegative + confusion.trueNegative;
}

/** Rows with a prediction, in a group or over everybody. */
export function decidedRows(confusion: Confusion): number {
  return labelledRows(confusion) + confusion.unlabelledPositive + confusion.unlabelledNegative;
}
