import type { Breaker } from './breaker.ts';
import type { GenAiStability } from './otel/conventions.ts';
import type { InferenceRecord } from './record.ts';
import type { InferenceBatchRecord } from './recording/batch-record.ts';
import type { Route } from './routing/choose.ts';
import type { RoutingSource } from './routing/table.ts';
import type { OpenSpan } from './telemetry/telemetry.ts';

/**
 * The way into a monitor for the other entries of this package, which make spans of their own. Found by a registered
 * symbol: an app may hold a monitor made by the CommonJS copy of the SDK and give it to the ES module copy.
 */
export const recordPort = Symbol.for('plumbline.sdk.record-port');

export interface RecordPort {
  /** Records an inference whose span, if there is one, somebody else makes. Never throws. */
  record(inference: InferenceRecord): string;
  /** The span of a prediction that starts now; nothing when telemetry is switched off. */
  startSpan(model: string): OpenSpan | undefined;
  within<Result>(span: OpenSpan | undefined, run: () => Result): Result;
  /** Records the rows of one prediction and ends its span. Never throws. */
  recordBatch(batch: InferenceBatchRecord, span: OpenSpan | undefined): string[];
  /** Says what a model's version was loaded of. */
  loaded(artefact: { readonly model: string; readonly version: string; readonly digest: string }): void;
  readonly routing: RoutingView;
  readonly models: readonly string[];
  /** Whether spans and measurements are wanted. */
  readonly telemetry: boolean;
  readonly genAiConventions: GenAiStability;
  readonly clock: () => number;
  /** For functions of an app's options that read inferences. */
  breaker(whose: string): Breaker;
  /** A function of the options failed, or was left alone, and cost an inference. */
  lost(model: string | undefined, reason: string): void;
  warn(kind: string, message: string): void;
}

/** Who is routed where, where routing comes from, and whether it can be up to date. */
export interface RoutingView {
  /** As `route` of the monitor, which also tells the app's logs of the choice. */
  route(model: string, key: string | undefined): Route;
  source(model: string): RoutingSource;
  connected(): boolean;
  /** Calls back whenever the broker is reached or lost. Returns what ends it. */
  onConnection(listener: (connected: boolean) => void): () => void;
}

/** Throws a `TypeError` for whatever is no monitor: this happens while an app sets itself up. */
export function recordPortOf(monitor: object): RecordPort {
  const port =
    typeof monitor === 'object' && monitor !== null && recordPort in monitor ? monitor[recordPort] : undefined;
  if (port === undefined) {
    throw new TypeError('expected a monitor, as createMonitor of @plumbline/sdk makes it');
  }
  // Nothing else has this symbol.
  return port as RecordPort;
}
