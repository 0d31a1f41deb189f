import type { Logger } from './diagnostics.ts';
import type { FeatureType } from './event.ts';
import type { NatsOptions } from './nats/index.ts';
import type { GenAiStability } from './otel/conventions.ts';
import type { BatchLimits, BufferLimits } from './pipeline/batcher.ts';
import type { FeatureCapture } from './privacy/capture.ts';
import type { PseudonymKey } from './privacy/pseudonyms.ts';
import type { Redact } from './privacy/redactor.ts';
import type { Transport } from './transport.ts';

export interface ModelOptions {
  readonly name: string;
  /** The version compiled into the app: served while no routing has been seen, and the default of what is recorded. */
  readonly version: string;
  /** `sha256:<64 hex digits>` of the artefact, when the app knows it. */
  readonly digest?: string;
  /** Types of features, or type and how they leave the app. One that is not named here gets the type of its first value. */
  readonly features?: Readonly<Record<string, FeatureType | 'text' | FeatureOptions>>;
  /** Sensitive attributes and their groups. Others do not leave the app once one is named here. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** Texts that predictions are. Others do not leave the app once they are named here. */
  readonly classes?: readonly string[];
  /** Texts that outcomes are. Default: `classes`. */
  readonly outcomes?: readonly string[];
  /**
   * `inferred`: all numbers, and texts of at most 64 characters. `declared`: only what is declared above. `metadata`: no
   * feature, prediction, score or group. Default `declared` as soon as one feature says how it is captured, or groups are
   * declared; else `inferred`.
   */
  readonly capture?: 'inferred' | 'declared' | 'metadata';
  /** Ids of the app: as they are, or as keyed pseudonyms (UUIDs stay). Default `hash` when there are `pseudonyms`. */
  readonly ids?: 'value' | 'hash';
  /** Sees what is about to leave, as a copy, and returns what may. When it fails or is slow, metadata leaves. */
  readonly redact?: Redact;
}

export type FeatureOptions = ColumnOptions | EmbeddingOptions | TextOptions;

export interface ColumnOptions {
  readonly type: FeatureType;
  /** Default `value`. `bin` is for numbers and needs `edges`; `hash` is for categories and needs `pseudonyms`. */
  readonly capture?: FeatureCapture;
  /** Of the reference's histogram, ascending. */
  readonly edges?: readonly number[];
}

/** A vector. Sixteen random projections, its norm and the cosine to a centre leave the app, the vector does not. */
export interface EmbeddingOptions {
  readonly type: 'embedding';
  /** Numbers of a vector; one of another length is invalid. */
  readonly dimensions: number;
  /** Of the projections, a whole number from 0. Another one is another set of features. Default 0. */
  readonly seed?: number;
  /** The mean of training vectors, say. Without it there is no cosine. */
  readonly centre?: readonly number[];
}

/** Prose. Its length, its words and the shares of kinds of characters leave the app, the text does not. */
export interface TextOptions {
  readonly type: 'text';
}

export interface MonitorOptions {
  /** The app, as in OpenTelemetry's `service.name`. */
  readonly service: string;
  /** Default `production`. */
  readonly environment?: string;
  /** The model, or several as `models`. */
  readonly model?: ModelOptions;
  readonly models?: readonly ModelOptions[];
  /** How to reach the broker; or a `transport` of your own. */
  readonly nats?: NatsOptions;
  readonly transport?: Transport;
  /** Name of this process among the instances of the service. Default: host, process id and a random part. */
  readonly instance?: string;
  /** Partitions of the stream, as the deployment fixed them. Default 16. */
  readonly partitions?: number;
  /** What is kept until the broker has acknowledged it. What does not fit is dropped and counted. Default 20 000 events, 16 MiB. */
  readonly buffer?: Partial<BufferLimits>;
  /** When a batch is sent. Default at 500 events, 256 KiB or 200 ms, whichever comes first. */
  readonly batch?: Partial<BatchLimits>;
  /**
   * Keeps on disk what is recorded until the broker has it: what was accepted survives the end of the process, and arrives
   * once. Folder on a disk of the machine, which processes may share; `bytes` default 256 MiB. Default: in memory only.
   */
  readonly spool?: { readonly folder: string; readonly bytes?: number };
  /**
   * `serverless`: every event is sent at once, and promises of wrapped functions wait for the broker, for at most a second,
   * because the process may be frozen as soon as they are settled. Default `server`.
   */
  readonly mode?: 'server' | 'serverless';
  /** Keys of pseudonyms. The first makes them; keep an old one for as long as outcomes of its inferences arrive. */
  readonly pseudonyms?: { readonly keys: readonly PseudonymKey[] };
  /** Keeps the last routing on disk, for a start without a broker. Default: in memory only. */
  readonly routingCacheFolder?: string;
  /** How often `loaded` versions and counts are reported. Default 2 s. */
  readonly heartbeatMs?: number;
  /** Spans and metrics through the app's own OpenTelemetry set-up. Default true. */
  readonly telemetry?: boolean;
  /** Delivers what is left when the process ends by itself, for at most 2 s. Default true. */
  readonly flushAtExit?: boolean;
  /**
   * Delivers what is left when the process is told to end (SIGTERM, SIGINT), for at most 5 s, and then lets the signal do
   * what it would have done. For apps without listeners of their own, which call `shutdown()` there. Default false.
   */
  readonly flushAtSignals?: boolean;
  /**
   * Which generation of the GenAI conventions spans and measurements of language models are written by. Default: what
   * `OTEL_SEMCONV_STABILITY_OPT_IN` says, else `v1.41`.
   */
  readonly genAiConventions?: GenAiStability;
  /** Default: standard error. One line says what works when the monitor starts; warnings come at most once a minute. */
  readonly logger?: Logger;
  /** Wall clock, milliseconds since 1970-01-01 UTC. */
  readonly clock?: () => number;
  /** Uniform in [0, 1). Decides routes without a key, and jitter. */
  readonly random?: () => number;
}
