import type { FeatureValue } from '@plumbline/sdk/event';

/** Bodies of the V1 (TensorFlow Serving) and V2 (Open Inference) protocols, as rows. */

export type Row = Readonly<Record<string, FeatureValue>>;

/** What a model answered for one row: a label, a number, or probabilities of the classes in order. */
export type Answer = string | number | boolean | readonly number[] | null;

/** Why a body cannot be read. A class of its own: a row is a stranger's object and may have any members. */
export class PayloadProblem {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

const deepRow = 'rows of more than one dimension (images, sequences) are not signals: send declared features as events';

/**
 * Rows of a request. V1: `{"instances": [...]}`, each an object, a list in the order of `names`, or one value. V2:
 * `{"inputs": [...]}`, tensors whose first dimension is the rows: one of `[rows, columns]` in the order of `names`, or one
 * of `[rows]` or `[rows, 1]` for each feature.
 */
export function requestRows(body: unknown, names: readonly string[]): readonly Row[] | PayloadProblem {
  if (!isRecord(body)) return new PayloadProblem('the request is not a JSON object');
  if (Array.isArray(body.instances)) {
    return collect(body.instances.map((instance: unknown) => rowOf(instance, names)));
  }
  if (Array.isArray(body.inputs)) return tensorRows(body.inputs, names);
  return new PayloadProblem('the request has neither `instances` (V1) nor a list of `inputs` (V2)');
}

/**
 * One answer a row. V1: `{"predictions": [...]}`. V2: `{"outputs": [...]}`: the tensor named for labels if there is one,
 * else the first; and beside it the one named for probabilities.
 */
export function responseAnswers(
  body: unknown,
): { readonly labels: readonly Answer[]; readonly scores: readonly Answer[] | null } | PayloadProblem {
  if (!isRecord(body)) return new PayloadProblem('the response is not a JSON object');
  if (Array.isArray(body.predictions)) return { labels: body.predictions.map(answerOf), scores: null };
  if (!Array.isArray(body.outputs))
    return new PayloadProblem('the response has neither `predictions` (V1) nor `outputs` (V2)');
  const tensors = body.outputs.filter(isTensor);
  const labels = tensors.find(({ name }) => labelNames.test(name)) ?? tensors[0];
  if (labels === undefined) return new PayloadProblem('the response has no output tensor with name, shape and data');
  const scores = tensors.find((tensor) => tensor !== labels && scoreNames.test(tensor.name));
  return { labels: tensorAnswers(labels), scores: scores === undefined ? null : tensorAnswers(scores) };
}

/** Of the response, or `null`. */
export function modelVersionOf(body: unknown): string | null {
  const version = isRecord(body) ? body.model_version : null;
  return typeof version === 'string' && version !== '' ? version.slice(0, 64) : null;
}

const labelNames = /^(output_)?(label|labels|predict|prediction|predictions|class|classes)$/i;
const scoreNames = /^(output_)?(score|scores|probability|probabilities|predict_proba|proba)$/i;

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

function tensorRows(inputs: readonly unknown[], names: readonly string[]): readonly Row[] | PayloadProblem {
  const tensors = inputs.filter(isTensor);
  const [first] = tensors;
  if (first === undefined || tensors.length < inputs.length) {
    return new PayloadProblem('an input tensor lacks its name, shape or data, or travels in binary');
  }
  const rows = first.shape[0] ?? 0;
  for (const { name, shape, data } of tensors) {
    if (shape.length > 2) return new PayloadProblem(deepRow);
    if (shape[0] !== rows)
      return new PayloadProblem(`the tensor ${name} has ${shape[0]} rows, ${first.name} has ${rows}`);
    if (data.flat().length !== shape.reduce((product, size) => product * size, 1)) {
      return new PayloadProblem(`the tensor ${name} has ${data.flat().length} values, its shape says otherwise`);
    }
  }
  const wide = tensors.some(({ shape }) => (shape[1] ?? 1) > 1);
  if (wide && tensors.length > 1)
    return new PayloadProblem('several input tensors, and one of them has more than one column');
  if (wide) {
    const columns = first.shape[1] ?? 1;
    const flat = first.data.flat();
    return collect(
      Array.from({ length: rows }, (_, row) => rowOf(flat.slice(row * columns, (row + 1) * columns), names)),
    );
  }
  const flat = tensors.map(({ name, data }) => ({ name, values: data.flat() }));
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(flat.map(({ name, values }) => [name, featureValue(values[row])])),
  );
}

function rowOf(instance: unknown, names: readonly string[]): Row | PayloadProblem {
  if (isRecord(instance)) {
    return Object.fromEntries(Object.entries(instance).map(([name, value]) => [name, featureValue(value)]));
  }
  const values = Array.isArray(instance) ? instance : [instance];
  if (values.some(Array.isArray)) return new PayloadProblem(deepRow);
  if (names.length > 0 && names.length !== values.length) {
    return new PayloadProblem(`a row has ${values.length} values, the settings declare ${names.length} features`);
  }
  return Object.fromEntries(values.map((value, index) => [names[index] ?? `feature_${index}`, featureValue(value)]));
}

function tensorAnswers({ shape, data }: Tensor): Answer[] {
  const flat = data.flat();
  const columns = shape[1] ?? 1;
  if (columns <= 1) return flat.map(answerOf);
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => answerOf(flat.slice(row * columns, (row + 1) * columns)));
}

function answerOf(value: unknown): Answer {
  if (Array.isArray(value)) {
    const numbers = value.filter((item) => typeof item === 'number');
    if (numbers.length !== value.length) return null;
    return numbers.length === 1 ? (numbers[0] ?? null) : numbers;
  }
  if (isRecord(value)) {
    return answerOf(value.label ?? value.class ?? value.prediction ?? value.score ?? value.probabilities ?? null);
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Anything else is there and is nothing we can count: an invalid number. */
function featureValue(value: unknown): FeatureValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' ? value.slice(0, 256) : Number.NaN;
}

function isTensor(value: unknown): value is Tensor {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    Array.isArray(value.shape) &&
    value.shape.every((size) => Number.isInteger(size) && Number(size) >= 0) &&
    Array.isArray(value.data)
  );
}

function collect(rows: readonly (Row | PayloadProblem)[]): readonly Row[] | PayloadProblem {
  const good: Row[] = [];
  for (const row of rows) {
    if (row instanceof PayloadProblem) return row;
    good.push(row);
  }
  return good;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
