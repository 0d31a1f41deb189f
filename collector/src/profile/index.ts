/**
 * Mergeable counts of inferences and outcomes. In its folders: `cells`, where a value is counted; `fold`, how batches and outcomes
 * are added; `sketches`, what is known beside counts; `views`, the only way to read a profile; `signals`, what of it is watched;
 * `reference`, the frozen profile that others are compared with; `encoding`, bytes for the store.
 */
export { hashBucket } from './cells/hashBuckets.ts';
export { firstCellFrom, latencyCells, latencyEdge } from './cells/latencies.ts';
export { decodeProfile, encodeProfile, shapeIdOf } from './encoding/encode.ts';
export { decisionOf, favourableDecision } from './fold/decision.ts';
export { allRows, foldAgreement, foldInferences } from './fold/fold.ts';
export { groupIn, intersectionName } from './fold/intersection.ts';
export {
  foldOutcome,
  type JoinEntry,
  type Judgement,
  joinEntryOf,
  judge,
  liesAbove,
  outcomeCell,
  weightOf,
} from './fold/outcome.ts';
export { effectiveProfile, onOneScale, rowCounts, wholeWeights } from './fold/weighted.ts';
export { copyProfile, createProfile, mergeInto, mergeProfiles, type Profile } from './profile.ts';
export {
  atItsHour,
  buildReference,
  type LabelledOutcome,
  type Reference,
  type ReferenceOptions,
  type ReferenceSeasons,
} from './reference/reference.ts';
export { decodeReference, encodeReference } from './reference/referenceFile.ts';
export { referenceOfWindows } from './reference/referenceOfWindows.ts';
export type {
  CategorySignal,
  GroupShape,
  NumericSignal,
  ProfiledKind,
  ProfileShape,
  ScoreBins,
  SignalShape,
  Task,
} from './shape.ts';
export { bandRange, calibrationSignal } from './signals/calibration.ts';
export { embeddingOf, projectionsOf } from './signals/embeddings.ts';
export { exceedanceSignal } from './signals/exceedance.ts';
export { type ExpectedErrors, expectedErrorSignal, expectedErrors, judgedByScore } from './signals/expectedErrors.ts';
export { groupRatesSignal, groupSignal } from './signals/groupSignals.ts';
export { labelSignal } from './signals/labelSignals.ts';
export { type GroupRates, groupRatesOf, poorCounts } from './signals/ratedGroups.ts';
export {
  asSampled,
  labelledShare,
  sampledErrorName,
  sampledErrorScore,
  sampledErrorSignal,
} from './signals/sampledErrors.ts';
export { byLabel, scoredCell, scoredCounts } from './signals/scoredLabels.ts';
export { orderCounts, scoreOrderSignal } from './signals/scoreOrder.ts';
export {
  duplicateIndicator,
  errorRateIndicator,
  failureIndicator,
  type Indicator,
  outcomeSizes,
  qualityCounts,
  qualityScores,
} from './signals/signalScores.ts';
export { signalWatchedBy } from './signals/watchedSignal.ts';
export { exemplarsOf } from './sketches/exemplars.ts';
export { capturesOf, heaviestOf, spanRowsOf } from './sketches/provenance.ts';
export { type CodedFeature, type CodedRange, codedFeatures, codedRange, type RangeEnd } from './views/codedFeatures.ts';
export {
  type ErrorSums,
  errorSizeCounts,
  type GroupOutcomes,
  type GroupScores,
  groupOutcomes,
  groupScores,
  groupStrata,
  overallErrors,
  rankingCounts,
  rankingSumsOf,
} from './views/detailViews.ts';
export { errorSizeMiddle } from './views/errorSizes.ts';
export {
  distinctValues,
  otherTypeRows,
  type RareValueCounts,
  rareValueCounts,
  rowsByHour,
  type SampledOutcome,
  sampledArrivals,
  sampledOutcomes,
  sampledRows,
  unknownFeatures,
} from './views/sketchViews.ts';
export {
  type ClassConfusion,
  type Confusion,
  classConfusion,
  coarseCounts,
  findSignal,
  type GroupConfusion,
  groupConfusions,
  groupResiduals,
  hashBucketCounts,
  type Moments,
  overallConfusion,
  overallResiduals,
  profileTotals,
  type Residuals,
  type ScoreDistribution,
  scoreDistribution,
  signalCounts,
  signalMoments,
  signalQuantile,
  signalShareBelow,
  type Totals,
} from './views/views.ts';
