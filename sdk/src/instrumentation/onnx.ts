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
  const port = recordPortOf(monitor);
  const artefacts = new WeakMap<object, Artefact>();
  const functions = new OptionFunctions(port, 'runs of ONNX Runtime');
  const reader = new FeatureReader(options.columns ?? {});
  followCallScopes();
  const replacements = [
    {
      owner: ort.InferenceSession,
      method: 'create',
      // The class is the receiver: sessions of it, and of classes made from it.
      replacement: (original: (...args: unknown[]) => unknown) =>
        async function create(this: unknown, ...args: unknown[]) {
          const session = await Reflect.apply(original, this, args);
          safely(port, () => {
            if (typeof session === 'object' && session !== null) {
              const known = () => tellLoaded(port, options, session as OnnxSession, artefact);
              const artefact = artefactOf(args[0], () => safely(port, known));
              artefacts.set(session, artefact);
            }
          });
          return session;
        },
    },
    {
      owner: prototype,
      method: 'run',
      replacement: (original: (...args: unknown[]) => unknown) =>
        function run(this: OnnxSession, ...args: unknown[]) {
          const call = safely(port, () => begin(port, functions, options, this, artefacts.get(this), args[0]));
          if (call === undefined) {
            return Reflect.apply(original, this, args);
          }
          // Nothing of a run is another run: only the scopes of others are of interest.
          const answer = port.within(call.span, () => Reflect.apply(original, this, args));
          return observed(
            Promise.resolve(answer),
            (outputs) => {
              finish(port, functions, options, reader, call, outputs as OnnxValues, null);
              return outputs;
            },
            (error) => finish(port, functions, options, reader, call, {}, error),
          );
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

function begin(
  port: RecordPort,
  functions: OptionFunctions,
  options: OnnxOptions,
  { inputNames, outputNames }: OnnxSession,
  artefact: Artefact | undefined,
  given: unknown,
): Run | undefined {
  if (typeof given !== 'object' || given === null) {
    return undefined;
  }
  const session = { inputNames, outputNames, path: artefact?.path ?? null, digest: artefact?.digest ?? null };
  const { model: modelOption } = options;
  const model =
    typeof modelOption === 'function'
      ? (functions.read(undefined, () => modelOption(session)) ?? null)
      : modelOf(port, modelOption);
  if (model === null || isWithinCallOf(model)) {
    return undefined;
  }
  const read = functions.read(model, () => ({ version: versionOf(options, session) }));
  if (read === undefined) {
    return undefined;
  }
  // The names stay what they are, though the app may fill the same object anew for its next call.
  const feeds = { ...(given as OnnxValues) };
  return { model, version: read.version, feeds, span: port.startSpan(model), startedAt: performance.now() };
}

function modelOf(port: RecordPort, model: string | undefined): string | null {
  if (model === undefined && port.models.length !== 1) {
    port.warn('onnx_model', 'sessions are not recorded: the monitor has several models; say which with "model"');
    return null;
  }
  return model ?? port.models[0] ?? null;
}

function finish(
  port: RecordPort,
  functions: OptionFunctions,
  options: OnnxOptions,
  reader: FeatureReader,
  call: Run,
  outputs: OnnxValues,
  error: unknown,
): void {
  const latencyMs = performance.now() - call.startedAt;
  const { model, version, feeds, span } = call;
  const batch = functions.read(model, (): InferenceBatchRecord => {
    const features = options.features?.(feeds) ?? reader.rows(feeds);
    const failed = error !== null;
    const result: Partial<OnnxResult> = failed
      ? {}
      : (options.result?.(outputs, feeds) ?? resultOf(outputs, rowCount(feeds), options.labels));
    return {
      model,
      version,
      features,
      groups: options.groups?.(feeds),
      latencyMs,
      predictions: result.predictions,
      scores: result.scores,
      error: failed ? errorTypeOf(error) : null,
    };
  });
  if (batch === undefined) {
    safely(port, () => span?.end());
    return;
  }
  functions.worked();
  const ids = port.recordBatch(batch, span);
  if (error === null && options.recorded !== undefined) {
    functions.tell(() => options.recorded?.(ids, outputs));
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

/** Only where the app says which version a session is: one that is none of them must not stand for the one compiled in. */
function tellLoaded(port: RecordPort, options: OnnxOptions, ofApp: OnnxSession, { path, digest }: Artefact): void {
  const { inputNames, outputNames } = ofApp;
  const session = { inputNames, outputNames, path, digest };
  const version = versionOf(options, session);
  const model =
    version === undefined
      ? null
      : typeof options.model === 'function'
        ? options.model(session)
        : modelOf(port, options.model);
  if (version !== undefined && typeof model === 'string' && digest !== null) {
    port.loaded({ model, version, digest });
  }
}

function versionOf({ version }: OnnxOptions, session: OnnxSession): string | undefined {
  return typeof version === 'function' ? version(session) : version;
}

/** For what no inference depends on. The message of what is thrown may hold features, and stays here. */
function safely<Value>(port: RecordPort, run: () => Value): Value | undefined {
  try {
    return run();
  } catch (error) {
    port.warn('instrumentation', `ONNX Runtime is not watched as it should be: ${errorTypeOf(error)}`);
    return undefined;
  }
}

export type { OnnxResult, OnnxTensor, OnnxValues };
