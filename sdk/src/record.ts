import type { SpanContext } from '@opentelemetry/api';
import type { Embedding } from './descriptors/embedding.ts';
import { errorType } from './error-type.ts';
import {
  type CaptureMode,
  type FeatureValue,
  type InferenceEvent,
  type OutcomeEvent,
  type OutcomeType,
  outcomeTypes,
  type ServingRole,
  servingRoles,
} from './event.ts';
import { shadowId, shadowMark } from './subjects.ts';
import { isSampled } from './telemetry/trace-context.ts';
import { asScalar } from './wire/columns.ts';
import { maxIdLength, maxNameLength, maxTextLength, maxTime, maxWeight } from './wire/limits.ts';

/** An inference as an app records it. Everything but the features may be left out. */
export interface InferenceRecord {
  /** Needed when the monitor has several models. */
  readonly model?: string | undefined;
  /** Default: the version compiled into the app. */
  readonly version?: string | undefined;
  /** Default `champion`. */
  readonly role?: ServingRole | undefined;
  /** The app's own id, 1 to 128 characters without `~`. Default: a new one, which `record` returns. */
  readonly id?: string | undefined;
  /** Makes this the inference of a shadow that ran beside the inference with this id. */
  readonly shadowOf?: string | undefined;
  /** Event time, milliseconds since 1970-01-01 UTC. Default: now. */
  readonly time?: number | undefined;
  readonly features: Readonly<Record<string, RecordedValue | undefined>>;
  readonly prediction?: string | number | boolean | null | undefined;
  /** Probability of the positive class, or any real score. */
  readonly score?: number | null | undefined;
  /** Sensitive attribute to group, for example `{ sex: 'female' }`. */
  readonly groups?: Readonly<Record<string, string | undefined>> | undefined;
  readonly latencyMs?: number | null | undefined;
  /** Default: that of the active span. */
  readonly traceId?: string | null | undefined;
  /** False where the trace with that id was not sampled. Of the active span it is known. */
  readonly sampled?: boolean | undefined;
  /** `span`: made of a span that another instrumentation wrote. */
  readonly source?: 'span' | undefined;
  /** Type of the failure, when the inference failed: a name such as `TimeoutError`, or an HTTP status. Other text is `_OTHER`. */
  readonly error?: string | null | undefined;
  /** How many inferences this one stands for, 1 to 65 536, when the app samples. Default 1. */
  readonly weight?: number | undefined;
  /** `metadata`: no feature, prediction, score or group of this inference leaves the app. */
  readonly capture?: 'metadata' | undefined;
}

/** What a feature may be given as. An embedding is none unless it is declared as one, and leaves as numbers of it. */
export type RecordedValue = FeatureValue | Embedding;

/** What became known about an inference, as an app reports it. */
export interface OutcomeRecord {
  /** Needed when the monitor has several models. */
  readonly model?: string | undefined;
  readonly inferenceId: string;
  readonly value: string | number | boolean;
  /** Default `label`. */
  readonly type?: OutcomeType | undefined;
  /** When it was observed, milliseconds since 1970-01-01 UTC. Default: now. */
  readonly time?: number | undefined;
  readonly id?: string | undefined;
}

/** What a model's records need not say. */
export interface RecordDefaults {
  readonly model: string;
  readonly version: string;
  readonly capture: CaptureMode;
}

/** An inference before anything was taken out of it: features as the app gave them. */
export type RecordedInference = Omit<InferenceEvent, 'features'> & Pick<InferenceRecord, 'features'>;

/**
 * The event of a record, whatever JavaScript gave for one. Odd optional members count as not given; what an event cannot
 * do without is named in `invalid`. The event refers to the record's features: columns copy them at once.
 *
 * `ownId`: the record's own id when it has a usable one, else a new one. `trace`: the one it belongs to unless it names another.
 */
export function inferenceOf(
  record: InferenceRecord,
  defaults: RecordDefaults,
  now: number,
  ownId: string,
  trace: SpanContext | null,
): RecordedInference | Invalid {
  const role = record.shadowOf === undefined ? oneOf(record.role, servingRoles, 'champion') : 'shadow';
  const version = record.version ?? defaults.version;
  if (typeof version !== 'string' || version === '' || version.length > maxNameLength) {
    return { invalid: `version must be text of 1 to ${maxNameLength} characters` };
  }
  const id = record.shadowOf === undefined ? ownId : shadowId(record.shadowOf, version);
  if (!isId(id)) {
    return { invalid: `id must be text of 1 to ${maxIdLength} characters` };
  }
  if (id.includes(shadowMark) !== (role === 'shadow')) {
    return { invalid: `only the id of a shadow holds ${shadowMark}: give shadowOf, and no such id otherwise` };
  }
  const { features, groups } = record;
  if (typeof features !== 'object' || features === null) {
    return { invalid: 'features must be an object' };
  }
  return {
    kind: 'inference',
    id,
    time: timeOf(record.time, now),
    model: defaults.model,
    version,
    role,
    features,
    prediction: asScalar(record.prediction),
    score: finiteOrNull(record.score),
    // Columns take a value that is undefined for missing, as they do null.
    groups: (typeof groups === 'object' && groups !== null ? groups : noGroups) as InferenceEvent['groups'],
    latencyMs: latencyOf(record.latencyMs),
    traceId: record.traceId === undefined ? (trace?.traceId ?? null) : traceIdOf(record.traceId),
    error: errorOf(record.error),
    weight: weightOf(record.weight),
    capture: defaults.capture,
    source: record.source === 'span' ? 'span' : undefined,
    sampled: sampledOf(record, trace),
  };
}

export function outcomeOf(
  record: OutcomeRecord,
  { model, now, id }: { readonly model: string; readonly now: number; readonly id: string },
  type?: OutcomeType,
): OutcomeEvent | Invalid {
  if (!isId(record.inferenceId)) {
    return { invalid: `inferenceId must be text of 1 to ${maxIdLength} characters` };
  }
  const value = asScalar(record.value);
  if (value === null || value === Number.POSITIVE_INFINITY) {
    return { invalid: `value must be a finite number, true/false or text of at most ${maxTextLength} characters` };
  }
  return {
    kind: 'outcome',
    id,
    time: timeOf(record.time, now),
    model,
    inferenceId: record.inferenceId,
    type: type ?? oneOf(record.type, outcomeTypes, 'label'),
    value,
  };
}

export interface Invalid {
  readonly invalid: string;
}

const noGroups = Object.freeze({});

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxIdLength;
}

function timeOf(value: unknown, now: number): number {
  return typeof value === 'number' && value >= 0 && value <= maxTime ? value : now;
}

function finiteOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Single precision is a nanosecond in a minute, and half the bytes. */
function latencyOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value < 1e12 ? Math.fround(value) : null;
}

function weightOf(value: unknown): number {
  return typeof value === 'number' && value >= 1 && value <= maxWeight ? value : 1;
}

function traceIdOf(value: unknown): string | null {
  return typeof value === 'string' && /^(?!0{32})[0-9a-f]{32}$/.test(value) ? value : null;
}

/** Said only of a trace that no tracing backend has. */
function sampledOf(record: InferenceRecord, trace: SpanContext | null): false | undefined {
  const sampled = record.traceId === undefined ? trace === null || isSampled(trace) : record.sampled;
  return sampled === false ? false : undefined;
}

function errorOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? errorType(value) : null;
}

function oneOf<Value extends string>(value: unknown, known: readonly Value[], otherwise: Value): Value {
  if (value === undefined || value === otherwise) {
    return otherwise;
  }
  return known.find((entry) => entry === value) ?? otherwise;
}
