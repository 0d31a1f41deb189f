export { bandRange, calibrationSignal } from './calibration.ts';
export { decisionOf, favourableDecision } from './decision.ts';
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
} from './detailViews.ts';
export { decodeProfile, encodeProfile, shapeIdOf } from './encode.ts';
export { errorSizeMiddle } from './errorSizes.ts';
export { exceedanceSignal } from './exceedance.ts';
export { exemplarsOf } from './exemplars.ts';
export { expectedErrorSignal, expectedErrors } from './expectedErrors.ts';
export { allRows, foldAgreement, foldInferences } from './fold.ts';
export { groupRatesSignal, groupSignal } from './groupSignals.ts';
export { hashBucket } from './hashBuckets.ts';
export { groupIn, intersectionName } from './intersection.ts';
export { labelSignal } from './labelSignals.ts';
export { firstCellFrom, latencyCells, latencyEdge } from './latencies.ts';
export {
  foldOutcome,
  type JoinEntry,
  type Judgement,
  joinEntryOf,
  judge,
  liesAbove,
  outcomeCell,
  weightOf,
} from './outcome.ts';
export { copyProfile, createProfile, mergeInto, mergeProfiles, type Profile } from './profile.ts';
export { capturesOf, heaviestOf, spanRowsOf } from './provenance.ts';
export { type GroupRates, groupRatesOf, poorCounts } from './ratedGroups.ts';
export {
  atItsHour,
  buildReference,
  type LabelledOutcome,
  type Reference,
  type ReferenceOptions,
  type ReferenceSeasons,
} from './reference.ts';
export { decodeReference, encodeReference } from './referenceFile.ts';
export { referenceOfWindows } from './referenceOfWindows.ts';
export { byLabel, scoredCell, scoredCounts } from './scoredLabels.ts';
export { orderCounts, scoreOrderSignal } from './scoreOrder.ts';
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
export {
  duplicateIndicator,
  errorRateIndicator,
  failureIndicator,
  type Indicator,
  outcomeSizes,
  qualityCounts,
  qualityScores,
} from './signalScores.ts';
export {
  distinctValues,
  otherTypeRows,
  type RareValueCounts,
  rareValueCounts,
  rowsByHour,
  sampledArrivals,
  sampledRows,
  unknownFeatures,
} from './sketchViews.ts';
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
} from './views.ts';
export { signalWatchedBy } from './watchedSignal.ts';
export { effectiveProfile, rowCounts, wholeWeights } from './weighted.ts';
