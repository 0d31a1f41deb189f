import { followCallScopes, isWithinCallOf } from '../call-scope.ts';
import { errorTypeOf } from '../error-type.ts';
import type { Monitor } from '../monitor.ts';
import { OptionFunctions } from '../option-functions.ts';
import { type RecordPort, recordPortOf } from '../record-port.ts';
import type { BatchFeatures, InferenceBatchRecord } from '../recording/batch-record.ts';
import { artefactDigest } from '../routing/artefact-digest.ts';
import type { OpenSpan } from '../telemetry/telemetry.ts';
import { observed } from '../wrap.ts';
import { instrumentationOf, type StructuralInstrumentation } from './instrumentation.ts';
import {
  FeatureReader,
  type OnnxResult,
  type OnnxTensor,
  type OnnxValues,
  resultOf,
  rowCount,
} from './onnx-tensors.ts';

/** `onnxruntime-node`, `onnxruntime-web` or `onnxruntime-common`: whatever the app imports. */
export interface OnnxRuntime {
  readonly InferenceSession: object;
}

/** A session of the app's, to tell which model it holds. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The file it was made of, when it was made of one. */
  readonly path: string | null;
  /** `sha256:<64 hex digits>` of the file or bytes; null for sessions made before, and while it is being computed. */
  readonly digest: string | null;
}

export interface OnnxOptions {
  /** The monitor's model that a session holds; null leaves it out. Default: the monitor's only model. */
  readonly model?: string | ((session: OnnxSession) => string | null | undefined);
  /**
   * Default: the version compiled into the app. Where it is given, the monitor is told that the version is loaded, with the
   * digest of its file or bytes.
   */
  readonly version?: string | ((session: OnnxSession) => string | undefined);
  /** Names of the columns of input tensors [rows, columns], by the name of the input. */
  readonly columns?: Readonly<Record<string, readonly string[]>>;
  /** Classes in the order of their probabilities. Default: their numbers. */
  readonly labels?: readonly string[];
  /** Rows or columns of features, in place of reading them off the inputs. */
  readonly features?: (feeds: OnnxValues) => BatchFeatures;
  /** Sensitive attributes of each row. */
  readonly groups?: (feeds: OnnxValues) => InferenceBatchRecord['groups'];
  /** What each row's answer is, in place of reading it off the outputs. */
  readonly result?: (outputs: OnnxValues, feeds: OnnxValues) => Partial<OnnxResult>;
  /** Told the ids of the recorded inferences, one a row, to report their outcomes with later. */
  readonly recorded?: (inferenceIds: readonly string[], outputs: OnnxValues) => void;
}

/**
 * Records every run of every session of ONNX Runtime: each row of a batch is an inference, the run is one span. Patches
 * the module it is given; nothing is done between the call and the answer but to start a span. Only small tables become
 * features; pictures and sequences take `features`.
 *
 * @example
 * import * as ort from 'onnxruntime-node';
 * instrumentOnnx(ort, monitor, { columns: { input: ['age', 'income'] }, labels: ['repaid', 'defaulted'] })
 */
export function instrumentOnnx(
  ort: OnnxRuntime,
  monitor: Monitor,
  options: OnnxOptions = {},
): StructuralInstrumentation {
  const prototype: unknown = ort?.InferenceSession !== undefined && Reflect.get(ort.InferenceSession, 'prototype');
  if (typeof prototype !== 'object' || prototype === null) {
    throw new TypeError('instrumentOnnx: expected the module "onnxruntime-node"');
  }
  const sessions = new SessionRecorder(recordPortOf(monitor), options);
  followCallScopes();
  const replacements = [
    {
      owner: ort.InferenceSession,
      method: 'create',
      // The class is the receiver: sessions of it, and of classes made from it.
      replacement: (original: (...args: unknown[]) => unknown) =>
        async function create(this: unknown, ...args: unknown[]) {
          const session = await Reflect.apply(original, this, args);
          sessions.created(session, args[0]);
          return session;
        },
    },
    {
      owner: prototype,
      method: 'run',
      replacement: (original: (...args: unknown[]) => unknown) =>
        function run(this: OnnxSession, ...args: unknown[]) {
          return sessions.recordRun(this, args[0], () => Reflect.apply(original, this, args));
        },
    },
  ];
  // Spans of predictions come from the monitor, which takes them from the app's providers.
  return instrumentationOf('onnx', replacements, { tracerProvider: undefined, meterProvider: undefined });
}

interface Run {
  readonly model: string;
  readonly version: string | undefined;
  readonly feeds: OnnxValues;
  readonly span: OpenSpan | undefined;
  readonly startedAt: number;
}

/** Records the runs of the sessions of one runtime, and keeps what they were made of. */
class SessionRecorder {
  readonly #port: RecordPort;
  readonly #options: OnnxOptions;
  readonly #functions: OptionFunctions;
  readonly #reader: FeatureReader;
  readonly #artefacts = new WeakMap<object, Artefact>();

  constructor(port: RecordPort, options: OnnxOptions) {
    this.#port = port;
    this.#options = options;
    this.#functions = new OptionFunctions(port, 'runs of ONNX Runtime');
    this.#reader = new FeatureReader(options.columns ?? {});
  }

  /** `source`: what the app made the session of, a path or bytes. */
  created(session: unknown, source: unknown): void {
    this.#safely(() => {
      if (typeof session !== 'object' || session === null) return;
      const known = () => this.#safely(() => this.#tellLoaded(session as OnnxSession, artefact));
      const artefact = artefactOf(source, known);
      this.#artefacts.set(session, artefact);
    });
  }

  /** Runs a session, and records the run where it is to be recorded. */
  recordRun(session: OnnxSession, feeds: unknown, run: () => unknown): unknown {
    const begun = this.#safely(() => this.#begin(session, feeds));
    if (begun === undefined) {
      return run();
    }
    // Nothing of a run is another run: only the scopes of others are of interest.
    const answer = this.#port.within(begun.span, run);
    return observed(
      Promise.resolve(answer),
      (outputs) => {
        this.#finish(begun, outputs as OnnxValues, null);
        return outputs;
      },
      (error) => this.#finish(begun, {}, error),
    );
  }

  #begin(ofApp: OnnxSession, given: unknown): Run | undefined {
    if (typeof given !== 'object' || given === null) {
      return undefined;
    }
    const session = sessionOf(ofApp, this.#artefacts.get(ofApp));
    const { model: modelOption } = this.#options;
    const model =
      typeof modelOption === 'function'
        ? (this.#functions.read(undefined, () => modelOption(session)) ?? null)
        : this.#modelNamed(modelOption);
    if (model === null || isWithinCallOf(model)) {
      return undefined;
    }
    const read = this.#functions.read(model, () => ({ version: versionOf(this.#options, session) }));
    if (read === undefined) {
      return undefined;
    }
    // The names stay what they are, though the app may fill the same object anew for its next call.
    const feeds = { ...(given as OnnxValues) };
    return { model, version: read.version, feeds, span: this.#port.startSpan(model), startedAt: performance.now() };
  }

  /** The model of a name, or the monitor's only one. */
  #modelNamed(model: string | undefined): string | null {
    const { models } = this.#port;
    if (model === undefined && models.length !== 1) {
      const text = 'sessions are not recorded: the monitor has several models; say which with "model"';
      this.#port.warn('onnx_model', text);
      return null;
    }
    return model ?? models[0] ?? null;
  }

  #finish({ model, version, feeds, span, startedAt }: Run, outputs: OnnxValues, error: unknown): void {
    const latencyMs = performance.now() - startedAt;
    const read = this.#functions.read(model, () => this.#rowsOf(feeds, outputs, error));
    if (read === undefined) {
      this.#safely(() => span?.end());
      return;
    }
    this.#functions.worked();
    const ids = this.#port.recordBatch({ model, version, latencyMs, ...read }, span);
    const options = this.#options;
    if (error === null && options.recorded !== undefined) {
      this.#functions.tell(() => options.recorded?.(ids, outputs));
    }
  }

  #rowsOf(feeds: OnnxValues, outputs: OnnxValues, error: unknown) {
    const options = this.#options;
    const features = options.features?.(feeds) ?? this.#reader.rows(feeds);
    const groups = options.groups?.(feeds);
    if (error !== null) return { features, groups, error: errorTypeOf(error) };
    const { predictions, scores } =
      options.result?.(outputs, feeds) ?? resultOf(outputs, rowCount(feeds), options.labels);
    return { features, groups, predictions, scores };
  }

  /** Only where the app says which version a session is: one that is none of them must not stand for the one compiled in. */
  #tellLoaded(ofApp: OnnxSession, artefact: Artefact): void {
    const session = sessionOf(ofApp, artefact);
    const { digest } = session;
    const version = versionOf(this.#options, session);
    if (version === undefined || digest === null) return;
    const { model: modelOption } = this.#options;
    const model = typeof modelOption === 'function' ? modelOption(session) : this.#modelNamed(modelOption);
    if (typeof model === 'string') this.#port.loaded({ model, version, digest });
  }

  /** For what no inference depends on. The message of what is thrown may hold features, and stays here. */
  #safely<Value>(run: () => Value): Value | undefined {
    try {
      return run();
    } catch (error) {
      this.#port.warn('instrumentation', `ONNX Runtime is not watched as it should be: ${errorTypeOf(error)}`);
      return undefined;
    }
  }
}

interface Artefact {
  readonly path: string | null;
  digest: string | null;
}

/** The digest comes later, from another thread: a session is not kept waiting for it. */
function artefactOf(source: unknown, known: () => void): Artefact {
  const path = typeof source === 'string' ? source : null;
  const artefact: Artefact = { path, digest: null };
  digestOf(source).then(
    (digest) => {
      artefact.digest = digest;
      known();
    },
    // A file that is gone already, or an address: the digest stays unknown.
    () => {},
  );
  return artefact;
}

async function digestOf(source: unknown): Promise<string | null> {
  if (typeof source === 'string') {
    return artefactDigest({ file: source });
  }
  return source instanceof Uint8Array || source instanceof ArrayBuffer ? artefactDigest({ bytes: source }) : null;
}

function sessionOf({ inputNames, outputNames }: OnnxSession, artefact: Artefact | undefined): OnnxSession {
  return { inputNames, outputNames, path: artefact?.path ?? null, digest: artefact?.digest ?? null };
}

function versionOf({ version }: OnnxOptions, session: OnnxSession): string | undefined {
  return typeof version === 'function' ? version(session) : version;
}

export type { OnnxResult, OnnxTensor, OnnxValues };
