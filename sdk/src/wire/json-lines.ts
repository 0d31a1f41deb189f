import { isUtf8 } from 'node:buffer';
import {
  type BatchIdentity,
  captureModes,
  type EventBatch,
  type FeatureValue,
  type InferenceEvent,
  type OutcomeEvent,
  outcomeTypes,
  servingRoles,
} from '../event.ts';
import { decodeFrame } from './decode-frame.ts';
import { encodeInferences } from './inferences.ts';
import { maxBatchBytes, maxIdLength, maxNameLength, maxRows, maxTextLength, maxTime, maxWeight } from './limits.ts';
import { encodeOutcomes } from './outcomes.ts';
import { RejectedError, type Rejection, type RejectionCode, reject, shown } from './rejection.ts';

/**
 * One JSON event a line, all of one kind and one model, as columns. Written by any language, so it says exactly which
 * line and which field is wrong; one bad line rejects the batch, because half a batch could not be told from a whole.
 */
export function decodeJsonLines(bytes: Uint8Array, identity: BatchIdentity | undefined): EventBatch | Rejection {
  if (identity === undefined) {
    return reject(
      'NO_IDENTITY',
      `set the headers ${producerHeader} and ${batchHeader}, or Nats-Msg-Id to <producer>:<batch>`,
    );
  }
  const parsed = parseJsonLines(bytes);
  if (parsed.kind === 'rejection') {
    return parsed;
  }
  const { events } = parsed;
  const first = events[0];
  if (first === undefined) {
    return reject('EMPTY_BATCH', 'there is no event');
  }
  const other = events.find((event) => event.kind !== first.kind || event.model !== first.model);
  if (other !== undefined) {
    return reject(
      'MIXED_BATCH',
      `a batch has one kind and one model, this one has ${first.kind} of ${shown(first.model)} and ${other.kind} of ${shown(other.model)}`,
    );
  }
  return decodeFrame(
    first.kind === 'inference'
      ? encodeInferences(events.filter(isInference), identity)
      : encodeOutcomes(events.filter(isOutcome), identity),
  );
}

/** JSON lines as checked events, of any kinds and models; for edges that sort them into batches themselves. */
export function parseJsonLines(bytes: Uint8Array): ParsedEvents | Rejection {
  if (bytes.length > maxBatchBytes) {
    return reject('TOO_LARGE', `the batch has ${bytes.length} bytes, the limit is ${maxBatchBytes}`);
  }
  if (!isUtf8(bytes)) {
    return reject('BAD_JSON', 'the batch is not UTF-8');
  }
  const events: (InferenceEvent | OutcomeEvent)[] = [];
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') {
      continue;
    }
    if (events.length === maxRows) {
      return reject('TOO_LARGE', `line ${index + 1}: a batch has at most ${maxRows} events`);
    }
    const event = parseLine(line);
    if (event.kind === 'rejection') {
      return reject(event.code, `line ${index + 1}: ${event.reason}`);
    }
    events.push(event);
  }
  return { kind: 'events', events };
}

export interface ParsedEvents {
  readonly kind: 'events';
  readonly events: readonly (InferenceEvent | OutcomeEvent)[];
}

/** One event as it came out of JSON, checked field by field; unknown fields are refused. */
export function parseEvent(value: unknown): InferenceEvent | OutcomeEvent | Rejection {
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw bad('an event must be a JSON object', value);
    }
    // A JSON object has string keys; each member is checked where it is read.
    const fields = value as Fields;
    switch (fields.kind) {
      case 'inference':
        return parseInference(fields);
      case 'outcome':
        return parseOutcome(fields);
      default:
        throw bad('kind must be "inference" or "outcome"', fields.kind);
    }
  } catch (error) {
    if (error instanceof RejectedError) {
      return error.rejection;
    }
    throw error;
  }
}

/** Names who made a batch that carries no identity of its own. */
export const producerHeader = 'Plumbline-Producer';
export const batchHeader = 'Plumbline-Batch';

/**
 * Who made the batch, by its message's headers: the two of ours, else `Nats-Msg-Id: <producer>:<batch>`.
 * `read` gives a header's value, or nothing.
 */
export function identityFromHeaders(read: (name: string) => string | undefined | null): BatchIdentity | undefined {
  const messageId = read('Nats-Msg-Id') ?? '';
  const colon = messageId.lastIndexOf(':');
  const producer = read(producerHeader) || messageId.slice(0, Math.max(0, colon));
  const number = read(batchHeader) || messageId.slice(colon + 1);
  if (producer === '' || producer.length > maxNameLength || !/^[1-9]\d{0,15}$/.test(number)) {
    return undefined;
  }
  const batch = Number(number);
  return Number.isSafeInteger(batch) ? { producer, batch } : undefined;
}

/** `<producer>:<batch>`: what the broker removes repeats by. */
export function messageIdOf(identity: BatchIdentity): string {
  return `${identity.producer}:${identity.batch}`;
}

type Fields = Readonly<Record<string, unknown>>;

const inferenceFields = new Set([
  ...['kind', 'id', 'time', 'model', 'version', 'role', 'features', 'prediction', 'score', 'groups'],
  ...['latencyMs', 'traceId', 'error', 'weight', 'capture', 'source', 'sampled'],
]);
const outcomeFields = new Set(['kind', 'id', 'time', 'model', 'inferenceId', 'type', 'value']);

function parseLine(line: string): InferenceEvent | OutcomeEvent | Rejection {
  try {
    return parseEvent(JSON.parse(line));
  } catch (error) {
    const hint = /\b(?:NaN|-?Infinity)\b/.test(line) ? ' (NaN and Infinity are not JSON: send null)' : '';
    return reject('BAD_JSON', `${error instanceof Error ? error.message : error}${hint}`);
  }
}

function parseInference(fields: Fields): InferenceEvent {
  refuseUnknown(fields, inferenceFields);
  const role = oneOf(fields, 'role', servingRoles, 'champion');
  return {
    kind: 'inference',
    id: parseId(fields, 'id', role === 'shadow'),
    time: parseTime(fields.time),
    model: text(fields, 'model', maxNameLength),
    version: text(fields, 'version', maxNameLength),
    role,
    features: parseFeatures(fields.features),
    prediction: parseScalar(fields, 'prediction', fields.prediction ?? null),
    score: optionalNumber(fields, 'score'),
    groups: parseGroups(fields.groups),
    latencyMs: parseLatency(fields),
    traceId: parseTraceId(fields.traceId),
    error: fields.error === undefined || fields.error === null ? null : text(fields, 'error', maxTextLength),
    ...parseWeight(fields),
    ...(fields.capture === undefined ? {} : { capture: oneOf(fields, 'capture', captureModes, 'inferred') }),
    ...parseSource(fields),
    ...parseSampled(fields),
  };
}

function parseOutcome(fields: Fields): OutcomeEvent {
  refuseUnknown(fields, outcomeFields);
  const value = parseScalar(fields, 'value', fields.value);
  if (value === null) {
    throw bad('value must be text, a number or true/false', fields.value);
  }
  return {
    kind: 'outcome',
    id: parseId(fields, 'id', true),
    time: parseTime(fields.time),
    model: text(fields, 'model', maxNameLength),
    inferenceId: parseId(fields, 'inferenceId', true),
    type: oneOf(fields, 'type', outcomeTypes, 'label'),
    value,
  };
}

function refuseUnknown(fields: Fields, known: ReadonlySet<string>): void {
  for (const name of Object.keys(fields)) {
    if (!known.has(name)) {
      throw new RejectedError('UNKNOWN_FIELD', `${shown(name)} is no field of this kind of event`);
    }
  }
}

function parseId(fields: Fields, name: string, tilde: boolean): string {
  const id = text(fields, name, maxIdLength);
  if (!tilde && id.includes('~')) {
    throw bad(`${name} must not contain ~, which marks the ids of shadows`, id);
  }
  return id;
}

function parseTime(value: unknown): number {
  const time = typeof value === 'string' && isoPattern.test(value) ? Date.parse(value) : value;
  if (typeof time !== 'number' || !(time >= 0 && time <= maxTime)) {
    throw bad('time must be milliseconds since 1970 or an ISO 8601 text with a time zone', value);
  }
  return time;
}

function parseFeatures(value: unknown): Readonly<Record<string, FeatureValue>> {
  const features = optionalObject(value, 'features');
  for (const name of Object.keys(features)) {
    const feature = features[name];
    if (name.length === 0 || name.length > maxNameLength) {
      throw bad(`the name of a feature must have 1 to ${maxNameLength} characters`, name);
    }
    if (feature !== null && !['number', 'string', 'boolean'].includes(typeof feature)) {
      throw bad(`features ${shown(name)} must be a number, text, true/false or null`, feature);
    }
  }
  // Each member was found to be a feature value above.
  return features as Readonly<Record<string, FeatureValue>>;
}

function parseGroups(value: unknown): Readonly<Record<string, string>> {
  const groups = optionalObject(value, 'groups');
  for (const attribute of Object.keys(groups)) {
    const group = groups[attribute];
    if (attribute.length === 0 || attribute.length > maxNameLength) {
      throw bad(`the name of a group attribute must have 1 to ${maxNameLength} characters`, attribute);
    }
    if (typeof group !== 'string' || group.length > maxTextLength) {
      throw bad(`groups ${shown(attribute)} must be text of at most ${maxTextLength} characters`, group);
    }
  }
  // Each member was found to be text above.
  return groups as Readonly<Record<string, string>>;
}

function parseScalar(fields: Fields, name: string, value: unknown): string | number | null {
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) {
    return value;
  }
  return typeof value === 'boolean' ? String(value) : text(fields, name, maxTextLength);
}

function parseLatency(fields: Fields): number | null {
  const latency = optionalNumber(fields, 'latencyMs');
  if (latency !== null && latency < 0) {
    throw bad('latencyMs must not be negative', latency);
  }
  return latency;
}

function parseWeight(fields: Fields): { readonly weight?: number } {
  const weight = optionalNumber(fields, 'weight') ?? 1;
  if (weight < 1 || weight > maxWeight) {
    throw bad(`weight must be from 1 to ${maxWeight}`, weight);
  }
  return weight === 1 ? {} : { weight };
}

function parseSource(fields: Fields): Pick<InferenceEvent, 'source'> {
  return fields.source === undefined || fields.source === null
    ? {}
    : { source: oneOf<'span'>(fields, 'source', ['span'], 'span') };
}

function parseSampled(fields: Fields): Pick<InferenceEvent, 'sampled'> {
  const sampled = fields.sampled ?? true;
  if (typeof sampled !== 'boolean') {
    throw bad('sampled must be true or false', sampled);
  }
  return sampled ? {} : { sampled };
}

function parseTraceId(value: unknown): string | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (typeof value !== 'string' || !/^[0-9a-f]{32}$/i.test(value)) {
    throw bad('traceId must be 32 hexadecimal digits or null', value);
  }
  return /^0+$/.test(value) ? null : value.toLowerCase();
}

function oneOf<Value extends string>(fields: Fields, name: string, known: readonly Value[], otherwise: Value): Value {
  const value = fields[name] ?? otherwise;
  const found = known.find((entry) => entry === value);
  if (found === undefined) {
    throw bad(`${name} must be one of ${known.join(', ')}`, value);
  }
  return found;
}

function optionalNumber(fields: Fields, name: string): number | null {
  const value = fields[name] ?? null;
  if (value !== null && (typeof value !== 'number' || !Number.isFinite(value))) {
    throw bad(`${name} must be a finite number or null`, value);
  }
  return value;
}

function optionalObject(value: unknown, name: string): Fields {
  if (value === undefined || value === null) {
    return {};
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw bad(`${name} must be an object`, value);
  }
  // A JSON object has string keys; each member is checked by the caller.
  return value as Fields;
}

function text(fields: Fields, name: string, maxLength: number): string {
  const value = fields[name];
  if (typeof value !== 'string' || value.length === 0 || value.length > maxLength) {
    throw bad(`${name} must be text of 1 to ${maxLength} characters`, value);
  }
  return value;
}

function bad(message: string, value: unknown, code: RejectionCode = 'BAD_EVENT'): RejectedError {
  return new RejectedError(code, `${message}, got ${shown(value)}`);
}

function isInference(event: InferenceEvent | OutcomeEvent): event is InferenceEvent {
  return event.kind === 'inference';
}

function isOutcome(event: InferenceEvent | OutcomeEvent): event is OutcomeEvent {
  return event.kind === 'outcome';
}

const isoPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
