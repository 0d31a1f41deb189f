/**
 * The event schema: what an app records and what the collector reads.
 *
 * Two views of the same thing. Apps and other languages speak in single events; the wire and the collector speak in
 * batches of columns, because the cost on both sides is per message and per object.
 */

/** The value of one feature. `null` means missing; a number that is not finite counts as invalid. */
export type FeatureValue = number | string | boolean | null;

/** The part a version played when it made a prediction. A shadow's prediction was never shown to anybody. */
export type ServingRole = 'champion' | 'canary' | 'shadow';

export const servingRoles: readonly ServingRole[] = ['champion', 'canary', 'shadow'];

/** One prediction by one version of one model. */
export interface InferenceEvent {
  readonly kind: 'inference';
  /** Unique id, 1-128 characters. Ids we make are UUIDv7: time-ordered, so that the outcome join stays cheap. */
  readonly id: string;
  /** Event time, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly model: string;
  readonly version: string;
  readonly role: ServingRole;
  readonly features: Readonly<Record<string, FeatureValue>>;
  /** Class label (classification) or value (regression). `null` when the model gave none. */
  readonly prediction: string | number | null;
  /** Probability of the positive class in [0, 1], or any real score. */
  readonly score: number | null;
  /** Value of each sensitive attribute, for example `{ sex: 'female' }`. */
  readonly groups: Readonly<Record<string, string>>;
  readonly latencyMs: number | null;
  /** W3C trace id, 32 hex digits. */
  readonly traceId: string | null;
  /** Low-cardinality error type when the inference failed. */
  readonly error: string | null;
  /**
   * How many inferences this one stands for, at least 1: the inverse of the probability with which it was kept when its
   * producer thinned traffic under pressure (Horvitz and Thompson, 1952). Absent means 1.
   */
  readonly weight?: number;
  /** Under which rules its values left the app. Absent when the producer did not say. */
  readonly capture?: CaptureMode;
  /** `span`: made of a span that another instrumentation wrote. Absent where somebody recorded the inference itself. */
  readonly source?: 'span' | undefined;
  /** False where its trace was not sampled, so that no tracing backend has it. Absent where it was, or there is no trace. */
  readonly sampled?: false | undefined;
}

/**
 * `inferred`: numbers and categories as the app gave them. `declared`: only what the model's schema declares, in the form
 * it declares. `redacted`: as declared, after a redactor of the app's. `metadata`: no feature, prediction or group at all.
 */
export type CaptureMode = 'inferred' | 'declared' | 'redacted' | 'metadata';

export const captureModes: readonly CaptureMode[] = ['inferred', 'declared', 'redacted', 'metadata'];

/** What became known later about an inference. */
export type OutcomeType = 'label' | 'feedback' | 'evaluation';

export const outcomeTypes: readonly OutcomeType[] = ['label', 'feedback', 'evaluation'];

export interface OutcomeEvent {
  readonly kind: 'outcome';
  readonly id: string;
  /** When the outcome was observed, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly model: string;
  readonly inferenceId: string;
  readonly type: OutcomeType;
  readonly value: string | number;
}

/** A numeric feature holds numbers; a category feature holds strings (booleans travel as `"true"` and `"false"`). */
export type FeatureType = 'number' | 'category';

export interface FeatureDeclaration {
  readonly name: string;
  readonly type: FeatureType;
}

/** The ordered features of a batch. `id` is a content hash, so equal schemas have equal ids everywhere. */
export interface FeatureSchema {
  readonly id: string;
  readonly features: readonly FeatureDeclaration[];
}

/**
 * Numbers of one column, one a row. `NaN` means missing, `Infinity` means a value was there but was not a finite number
 * (invalid): both are counted, neither enters a mean.
 */
export interface NumberColumn {
  readonly type: 'number';
  readonly values: Float64Array;
}

/** Strings of one column as codes into a dictionary, one a row. Code 0 means missing; code k is `dictionary[k - 1]`. */
export interface CategoryColumn {
  readonly type: 'category';
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
  readonly dictionary: readonly string[];
}

export type Column = NumberColumn | CategoryColumn;

/** Identity of a batch: kept over retries, so that a batch delivered twice is counted once. */
export interface BatchIdentity {
  /** Random id of the producing process. */
  readonly producer: string;
  /** 1, 2, 3, ... per producer. */
  readonly batch: number;
}

/**
 * How far behind a producer's highest number a batch may be and still be told from a repeat: a reader takes numbers
 * further back for counted. A producer therefore never sends a batch this far ahead of one that is not acknowledged yet.
 */
export const batchNumberSpan = 1_024;

/** Ids of the form `<uuid>` or `<uuid>~<suffix>`, as they travelled. */
export interface UuidColumn {
  /** 16 bytes a row. */
  readonly bytes: Uint8Array;
  /** Code 0: the id is the UUID alone. */
  readonly suffixes: CategoryColumn;
}

/** Inferences of one model as columns, `count` rows each. */
export interface InferenceBatch extends BatchIdentity {
  readonly kind: 'inference';
  readonly model: string;
  readonly count: number;
  readonly schema: FeatureSchema;
  readonly ids: readonly string[];
  /** The same ids where all are UUIDs: whoever reads these spares making a text of each. */
  readonly uuids?: UuidColumn | undefined;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly times: Float64Array;
  readonly versions: CategoryColumn;
  readonly roles: CategoryColumn;
  /** In the order of `schema.features`. */
  readonly features: readonly Column[];
  readonly predictions: Column;
  readonly scores: NumberColumn;
  readonly groups: Readonly<Record<string, CategoryColumn>>;
  readonly latenciesMs: NumberColumn;
  readonly traceIds: CategoryColumn;
  readonly errors: CategoryColumn;
  /** How many inferences each row stands for, at least 1 each. Absent when every row stands for itself. */
  readonly weights?: NumberColumn | undefined;
  /** Of `captureModes`; absent when no row says. */
  readonly captures?: CategoryColumn | undefined;
  /** `span` or missing; absent when no row was made of a span. */
  readonly sources?: CategoryColumn | undefined;
  /** `false` or missing; absent when no row's trace is known not to be sampled. */
  readonly sampled?: CategoryColumn | undefined;
}

/** Outcomes of one model as columns, `count` rows each. */
export interface OutcomeBatch extends BatchIdentity {
  readonly kind: 'outcome';
  readonly model: string;
  readonly count: number;
  readonly ids: readonly string[];
  readonly times: Float64Array;
  readonly inferenceIds: readonly string[];
  readonly types: CategoryColumn;
  readonly values: Column;
}

export type EventBatch = InferenceBatch | OutcomeBatch;
