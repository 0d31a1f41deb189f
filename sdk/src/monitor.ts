import type { Preview } from './privacy/preview.ts';
import type { InferenceRecord, OutcomeRecord } from './record.ts';
import type { InferenceBatchRecord } from './recording/batch-record.ts';
import type { StepOptions } from './recording/step.ts';
import type { ArtefactCheck, LoadedArtefact } from './routing/artefact-digest.ts';
import type { Route } from './routing/choose.ts';
import type { RoutingDocument } from './routing/document.ts';
import type { FlushResult, MonitorStatus } from './status.ts';
import type { WrapOptions } from './wrap.ts';
import type { WrapBatchOptions } from './wrap-batch.ts';
import type { Serving, VersionsOptions } from './wrap-versions.ts';

/**
 * Records what models do in this process. Nothing here throws, blocks or grows without bound, whatever it is given and
 * whatever the broker does; what is lost is counted, and `status()` says why.
 */
export interface Monitor {
  /** The same function, recording every call: features, prediction, score, latency, failure, and a span. */
  wrap<Args extends unknown[], Result, State = unknown>(
    predict: (...args: Args) => Result,
    options: WrapOptions<Args, Result, State>,
  ): (...args: Args) => Result;
  /** As `wrap`, for a function that predicts many rows at once: each row becomes an inference. */
  wrapBatch<Args extends unknown[], Result>(
    predict: (...args: Args) => Result,
    options: WrapBatchOptions<Args, Result>,
  ): (...args: Args) => Result;
  /**
   * As `wrap`, for a function that can answer with any version: routing says which one answers for a key, and which one runs
   * after it in the shadow, under limits of its own and without any effect on the answer.
   */
  wrapVersions<Args extends unknown[], Result, State = unknown>(
    predict: (serving: Serving, ...args: Args) => Result,
    options: VersionsOptions<Args, Result, State>,
  ): (...args: Args) => Result;
  /**
   * Calls the function as a step of a larger whole (retrieval, tool, agent, chain), in a span below the active one that
   * ends with its promise or stream. Inferences recorded within belong to the same trace.
   */
  step<Result>(step: StepOptions, call: () => Result): Result;
  /** Records one inference and returns its id, to report the outcome with. */
  record(inference: InferenceRecord): string;
  /** Exactly what would leave the app if this were recorded. Nothing is recorded, counted or sent. */
  preview(inference: InferenceRecord): Preview;
  /** Records the rows of one batch prediction as an inference each, and returns their ids. */
  recordBatch(batch: InferenceBatchRecord): string[];
  /** Reports what a person thought of an inference: an outcome of type `feedback`. Returns its id. */
  feedback(feedback: Omit<OutcomeRecord, 'type'>): string;
  /** Reports what a judge or a test said of an inference: an outcome of type `evaluation`. Returns its id. */
  evaluation(evaluation: Omit<OutcomeRecord, 'type'>): string;
  /** Reports what became known about an inference: its true label, somebody's feedback, an evaluation. Returns its id. */
  outcome(outcome: OutcomeRecord): string;
  /** Which version of a model answers for this key (a customer, a session), by the routing in force. */
  route(model: string, key?: string): Route;
  /** Calls back with every new routing document, and now with those there are. Returns what ends it. */
  onRouting(listener: (document: RoutingDocument) => void): () => void;
  /**
   * Says that this process can serve a version now, and of which artefact; rollouts wait for it. Where routing names another
   * artefact, the version does not serve here: `route` gives another, and the collector is told. Give the bytes that were
   * loaded, or the digest where it is known. Never rejects.
   */
  loaded(artefact: LoadedArtefact): Promise<ArtefactCheck>;
  /** Says that this process can no longer serve a version. */
  unloaded(version: { readonly version: string; readonly model?: string }): void;
  status(): MonitorStatus;
  /** Resolves when everything recorded so far is acknowledged, or the time is over. Never rejects. */
  flush(options?: { readonly timeoutMs?: number }): Promise<FlushResult>;
  /** Flushes, then lets go of everything. What is recorded afterwards is dropped. */
  shutdown(options?: { readonly timeoutMs?: number }): Promise<FlushResult>;
}
