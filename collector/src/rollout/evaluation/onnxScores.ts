import { InferenceSession, Tensor } from 'onnxruntime-node';
import { PlumblineError } from '../../errors.ts';
import { digestOf } from '../artefacts.ts';
import { type HeldOutRows, numbersOf, requiredColumn } from './heldOutRows.ts';

export interface OnnxArtefact {
  /** For messages. */
  readonly version: string;
  /** `sha256:<64 hex digits>`, checked against the very bytes that are run. */
  readonly digest: string;
  readonly bytes: Uint8Array;
  /** Columns of the one `[rows, columns]` input in order; empty: one input a column, by the input's name. */
  readonly inputs: readonly string[];
}

/** What a model says: `width` numbers a row, row by row. */
export interface ModelOutput {
  readonly width: number;
  readonly values: Float64Array;
}

const rowsAtOnce = 4_096;
/** Names that exporters give to the tensor of probabilities, when a model has more than one output. */
const scoreNames = ['probabilities', 'output_probability', 'probability', 'scores', 'score', 'variable', 'output'];

/**
 * Runs a model over all rows. Inputs: one tensor `[rows, columns]`, or one tensor `[rows]` or `[rows, 1]` a column; of
 * floats, integers, booleans or strings. Output: one tensor of floats, `[rows]` or `[rows, width]`.
 *
 * Throws `BAD_ARTEFACT` for bytes that are no ONNX model, have another digest or another contract, and `BAD_DATA` for rows that
 * lack a column or hold something that is not a number.
 */
export async function onnxScores(artefact: OnnxArtefact, rows: HeldOutRows): Promise<ModelOutput> {
  const found = digestOf(artefact.bytes);
  if (found !== artefact.digest) {
    throw new PlumblineError(
      'BAD_ARTEFACT',
      `version ${artefact.version} is registered as ${artefact.digest}, not ${found}`,
    );
  }
  const session = await openSession(artefact);
  try {
    const feeds = feedsOf(artefact, session, rows);
    const output = outputName(artefact, session);
    return await runAll(artefact, session, feeds, output, rows.count);
  } finally {
    await session.release();
  }
}

async function openSession(artefact: OnnxArtefact): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(artefact.bytes, { logSeverityLevel: 4 });
  } catch (cause) {
    throw badArtefact(artefact, `is not an ONNX model that can be run: ${messageOf(cause)}`, cause);
  }
}

type TensorMetadata = InferenceSession.TensorValueMetadata;

/** One input over all rows. */
interface Feed {
  readonly metadata: TensorMetadata;
  readonly columns: readonly Column[];
}

type Column =
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  | { readonly kind: 'texts'; readonly values: readonly string[] };

function feedsOf(artefact: OnnxArtefact, session: InferenceSession, rows: HeldOutRows): Feed[] {
  const inputs = session.inputMetadata.map((metadata) => {
    if (!metadata.isTensor) throw badArtefact(artefact, `takes "${metadata.name}", which is not a tensor`);
    return metadata;
  });
  const [only] = inputs;
  const columnOf = (metadata: TensorMetadata, name: string): Column => {
    const purpose = `which version ${artefact.version} takes`;
    return metadata.type === 'string'
      ? { kind: 'texts', values: requiredColumn(rows, name, purpose) }
      : { kind: 'numbers', values: numbersOf(rows, name, purpose) };
  };
  if (inputs.length === 1 && only !== undefined && artefact.inputs.length > 0) {
    const width = only.shape[1];
    if (only.shape.length !== 2 || (typeof width === 'number' && width > 0 && width !== artefact.inputs.length)) {
      throw badArtefact(
        artefact,
        `takes "${only.name}" of shape [${only.shape.join(', ')}], but ${artefact.inputs.length} input columns are registered`,
      );
    }
    return [{ metadata: only, columns: artefact.inputs.map((name) => columnOf(only, name)) }];
  }
  const unknown = artefact.inputs.filter((name) => !inputs.some((input) => input.name === name));
  if (unknown.length > 0) throw badArtefact(artefact, `has no input "${unknown.join('", "')}"`);
  return inputs.map((metadata) => {
    const width = metadata.shape[1] ?? 1;
    if (metadata.shape.length > 2 || (typeof width === 'number' && width > 1)) {
      throw badArtefact(
        artefact,
        `takes "${metadata.name}" of shape [${metadata.shape.join(', ')}]: register its columns as \`inputs\``,
      );
    }
    return { metadata, columns: [columnOf(metadata, metadata.name)] };
  });
}

function outputName(artefact: OnnxArtefact, session: InferenceSession): string {
  const floats = session.outputMetadata.filter(
    (metadata) => metadata.isTensor && (metadata.type === 'float32' || metadata.type === 'float64'),
  );
  const chosen = floats.length === 1 ? floats[0] : floats.find((metadata) => scoreNames.includes(metadata.name));
  if (chosen !== undefined) return chosen.name;
  const all = session.outputMetadata.map(({ name }) => name).join(', ');
  if (session.outputMetadata.some((metadata) => !metadata.isTensor)) {
    throw badArtefact(
      artefact,
      `gives its probabilities as a list of maps (${all}): export it with probabilities as a tensor (skl2onnx: zipmap=False)`,
    );
  }
  throw badArtefact(
    artefact,
    floats.length === 0
      ? `has no output of floats (${all}): probabilities or values are needed`
      : `has several outputs of floats (${all}): name one of them "probabilities"`,
  );
}

async function runAll(
  artefact: OnnxArtefact,
  session: InferenceSession,
  feeds: readonly Feed[],
  output: string,
  count: number,
): Promise<ModelOutput> {
  const fixed = feeds.map(({ metadata }) => metadata.shape[0]).find((size) => typeof size === 'number' && size > 0);
  const step = typeof fixed === 'number' ? fixed : Math.min(rowsAtOnce, count);
  let width = 0;
  const values: number[] = [];
  for (let start = 0; start < count; start += step) {
    const wanted = Math.min(step, count - start);
    const given = typeof fixed === 'number' ? fixed : wanted;
    const chunk = await runChunk(artefact, session, feeds, output, { start, wanted, given });
    width = chunk.length / given;
    if (!Number.isInteger(width) || width === 0 || (values.length > 0 && values.length !== start * width)) {
      throw badArtefact(artefact, `gave ${chunk.length} numbers for ${given} rows`);
    }
    for (let index = 0; index < wanted * width; index++) values.push(Number(chunk[index]));
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw badArtefact(artefact, `gave ${values[bad]} for row ${Math.floor(bad / width) + 1} of the held-out rows`);
  }
  return { width, values: Float64Array.from(values) };
}

interface Chunk {
  readonly start: number;
  readonly wanted: number;
  /** Rows of the tensor: the last row is repeated to fill a model that takes a fixed number. */
  readonly given: number;
}

async function runChunk(
  artefact: OnnxArtefact,
  session: InferenceSession,
  feeds: readonly Feed[],
  output: string,
  chunk: Chunk,
): Promise<ArrayLike<unknown>> {
  const tensors = Object.fromEntries(feeds.map((feed) => [feed.metadata.name, tensorOf(artefact, feed, chunk)]));
  try {
    const result = (await session.run(tensors, [output]))[output];
    if (result === undefined || typeof result.data === 'string') throw new Error(`no tensor "${output}"`);
    return result.data;
  } catch (cause) {
    throw badArtefact(artefact, `fails on the held-out rows: ${messageOf(cause)}`, cause);
  }
}

function tensorOf(artefact: OnnxArtefact, { metadata, columns }: Feed, { start, wanted, given }: Chunk): Tensor {
  const width = columns.length;
  const shape = metadata.shape.length === 1 ? [given] : [given, width];
  const size = given * width;
  const at = (index: number) => ({
    column: columns[index % width],
    row: start + Math.min(Math.floor(index / width), wanted - 1),
  });
  const number = (index: number): number => {
    const { column, row } = at(index);
    return column?.kind === 'numbers' ? (column.values[row] ?? Number.NaN) : Number.NaN;
  };
  const whole = (index: number): number => {
    const value = number(index);
    if (Number.isInteger(value)) return value;
    throw new PlumblineError(
      'BAD_DATA',
      `row ${at(index).row + 1} of the held-out rows: version ${artefact.version} takes whole numbers in "${metadata.name}", found ${value}`,
    );
  };
  const fill = <Value>(make: (index: number) => Value): Value[] =>
    Array.from({ length: size }, (_, index) => make(index));
  switch (metadata.type) {
    case 'float32':
      return new Tensor('float32', Float32Array.from(fill(number)), shape);
    case 'float64':
      return new Tensor('float64', Float64Array.from(fill(number)), shape);
    case 'int64':
      return new Tensor('int64', BigInt64Array.from(fill((index) => BigInt(whole(index)))), shape);
    case 'int32':
      return new Tensor('int32', Int32Array.from(fill(whole)), shape);
    case 'bool':
      return new Tensor('bool', Uint8Array.from(fill((index) => (whole(index) === 0 ? 0 : 1))), shape);
    case 'string':
      return new Tensor(
        'string',
        fill((index) => {
          const { column, row } = at(index);
          return column?.kind === 'texts' ? (column.values[row] ?? '') : '';
        }),
        shape,
      );
    default:
      throw badArtefact(artefact, `takes "${metadata.name}" of type ${metadata.type}, which is not supported`);
  }
}

function badArtefact(artefact: OnnxArtefact, what: string, cause?: unknown): PlumblineError {
  return new PlumblineError('BAD_ARTEFACT', `version ${artefact.version} ${what}`, { cause });
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 500);
}
