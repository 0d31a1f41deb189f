/** Record every inference of a machine-learning model, without slowing or breaking the app. */

export { createMonitor } from './create-monitor.ts';
export type { Logger } from './diagnostics.ts';
export { MonitorOptionsError } from './errors.ts';
export type { CaptureMode, FeatureType, FeatureValue, OutcomeType, ServingRole } from './event.ts';
export type { Monitor } from './monitor.ts';
export type { NatsOptions } from './nats/index.ts';
export type {
  ColumnOptions,
  EmbeddingOptions,
  FeatureOptions,
  ModelOptions,
  MonitorOptions,
  TextOptions,
} from './options.ts';
export type { FeatureCapture } from './privacy/capture.ts';
export type { Preview } from './privacy/preview.ts';
export type { PseudonymKey } from './privacy/pseudonyms.ts';
export type { Redact, RedactableEvent } from './privacy/redactor.ts';
export { type DropReason, dropReasons, type Problem, type ProblemCode, problemCodes } from './reasons.ts';
export type { InferenceRecord, OutcomeRecord, RecordedValue } from './record.ts';
export type { BatchFeatures, InferenceBatchRecord } from './recording/batch-record.ts';
export type { StepOptions } from './recording/step.ts';
export type { ArtefactCheck, LoadedArtefact } from './routing/artefact-digest.ts';
export type { Route, RoutedVersion, RouteReason, RoutingDocument } from './routing/index.ts';
export type { ShadowCounts, ShadowLimits } from './shadow.ts';
export type { FlushResult, ModelStatus, MonitorStatus } from './status.ts';
export type { StreamOptions, WrapOptions } from './wrap.ts';
export type { WrapBatchOptions } from './wrap-batch.ts';
export type { Serving, VersionsOptions } from './wrap-versions.ts';
