export { type Direction, type OrientedScore, orient } from './bets.ts';
export { bucketScoreName, bucketScores, scoredBucket } from './bucketScores.ts';
export { buildDetector } from './buildDetector.ts';
export { categoryScoreName, categoryScores, frequentCells } from './categoryScores.ts';
export {
  type AlarmCertificate,
  certificateFormat,
  certifyStep,
  recomputeAlarm,
} from './certificate.ts';
export { designEffect, fewestWindows } from './designEffect.ts';
export {
  advance,
  createDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorState,
  evidenceOf,
  initialState,
  lifetimeWeight,
  resetAfterAlarm,
  sharedRoom,
} from './detector.ts';
export { indicatorScore } from './indicatorScore.ts';
export { boundTail, defaultTolerance, type NullBounds, noTolerance, nullBounds, type Tolerance } from './nullBounds.ts';
export { numericScores, rankScore } from './numericScores.ts';
export { type Score, type ScoreMoments, scoreMoments, shareScore } from './score.ts';
export { hourOfWeek, hoursOfWeek, isSeasonal, type Season, seasonOf, withoutSeason } from './season.ts';
