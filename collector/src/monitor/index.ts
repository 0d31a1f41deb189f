/**
 * Says what is wrong with a model: `evaluateWindow` for one window after the other, reports over any time. In its folders:
 * `detectors`, what is watched and how it is betted on; `figures`, numbers with their uncertainty; `findings`, what is said of a
 * window, in the words of `sentences`; `reports`.
 */
export { ArrivalCounter, noArrivals, type OutcomeArrivals } from './arrivals.ts';
export { countStreams, type Monitored, type StreamCounts } from './budget.ts';
export { evaluateWindow } from './evaluateWindow.ts';
export type { SegmentWindows } from './figures/errorsBySegment.ts';
export type { Finding } from './finding.ts';
export { type RatingType, ratingTypes } from './ratings.ts';
export { briefFindings } from './reports/briefFindings.ts';
export { coverageOf } from './reports/coverage.ts';
export { distribution } from './reports/distribution.ts';
export { driftReport } from './reports/driftReport.ts';
export { fairnessReport } from './reports/fairnessReport.ts';
export { performanceReport } from './reports/performanceReport.ts';
export { aboutOf, historyOf, isFinal, latestFindings, type ReportInput } from './reports/reportInput.ts';
export { usageReport } from './reports/usageReport.ts';
export { weakSegmentReport } from './reports/weakSegmentReport.ts';
export { duePeriod, noSearches, type SegmentRecord, searchPeriod } from './segmentRecord.ts';
export { decodeMonitorState, encodeMonitorState, type MonitorState } from './state.ts';
