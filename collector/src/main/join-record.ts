import { servingRoles } from '@plumbline/sdk/event';
import { PlumblineError } from '../errors.ts';
import { type JoinEntry, weightOf } from '../profile/index.ts';
import type { Collection } from '../store/port.ts';
import type { JoinColumns } from './join-columns.ts';

/** What is kept of an inference for as long as an outcome may still come. */
export interface JoinRecord extends JoinEntry {
  /** When the label was observed; `null` without a label. A label that was observed later wins, whenever it arrives. */
  readonly labelTime: number | null;
  /** Ids of shadows' predictions of the same thing: its label is theirs too. */
  readonly shadows: readonly string[];
}

/** By model and inference id. The bytes are those of `encodeJoinRecord`; see `joinEncoder` for why they are kept raw. */
export const joins: Collection<Uint8Array> = { name: 'joins', encode: (bytes) => bytes, decode: (bytes) => bytes };

/** Start of the keys of one model's records. */
export function joinPrefix(model: string): string {
  return `${encodeURIComponent(model)}/`;
}

export function joinKey(model: string, inferenceId: string): string {
  return `${encodeURIComponent(model)}/${encodeURIComponent(inferenceId)}`;
}

/** What a key of `joinKey` was made of. */
export function readJoinKey(key: string): { readonly model: string; readonly inferenceId: string } {
  const slash = key.indexOf('/');
  return { model: decodeURIComponent(key.slice(0, slash)), inferenceId: decodeURIComponent(key.slice(slash + 1)) };
}

/** The id that an outcome names: a shadow's id is `<primary>~<version>`. */
export function primaryId(inferenceId: string): string {
  const tilde = inferenceId.indexOf('~');
  return tilde === -1 ? inferenceId : inferenceId.slice(0, tilde);
}

/**
 * Format, version 1 (numbers little-endian): format byte; event time f64; flags: 2 bits role, 1 bit score, 2 bits type
 * of the prediction, 2 bits type of the label; score f64; prediction and label, each nothing, f64 or text, and the
 * label's time f64; version; u16 groups, each name and value; u16 shadows. A text is its length as u16 and its UTF-8.
 * Version 2 has the weight as f64 at the end; version 1 is for inferences that stand for themselves, so for nearly all.
 */
export function encodeJoinRecord(record: JoinRecord): Uint8Array {
  const weight = weightOf(record);
  const writer = startWriting(record.time, weight);
  const { score, prediction, label } = record;
  writer.byte(flagsOf(servingRoles.indexOf(record.role), score !== null, typeOf(prediction), typeOf(label)));
  if (score !== null) writer.number(score);
  writer.scalar(prediction);
  writer.scalar(label);
  if (label !== null) writer.number(record.labelTime ?? 0);
  writer.text(record.version);
  const groups = Object.entries(record.groups);
  writer.short(groups.length);
  for (const [attribute, group] of groups) {
    writer.text(attribute);
    writer.text(group);
  }
  writer.short(record.shadows.length);
  for (const shadow of record.shadows) writer.text(shadow);
  if (weight !== 1) writer.number(weight);
  return writer.finish();
}

export function decodeJoinRecord(bytes: Uint8Array): JoinRecord {
  const reader = new Reader(bytes);
  const format = reader.byte();
  if (format !== formatVersion && format !== withWeight)
    throw new PlumblineError('BAD_DATA', `a join record has the unknown format ${format}`);
  const time = reader.number();
  const flags = reader.byte();
  const score = (flags & 4) === 0 ? null : reader.number();
  const prediction = reader.scalar((flags >> 3) & 3);
  const label = reader.scalar((flags >> 5) & 3);
  const labelTime = label === null ? null : reader.number();
  const version = reader.text();
  const groups: Record<string, string> = {};
  for (let left = reader.short(); left > 0; left--) groups[reader.text()] = reader.text();
  const shadows: string[] = [];
  for (let left = reader.short(); left > 0; left--) shadows.push(reader.text());
  const weight = format === withWeight ? reader.number() : 1;
  return {
    version,
    role: servingRoles[flags & 3] ?? 'champion',
    time,
    prediction,
    score,
    groups,
    label,
    labelTime,
    shadows,
    ...(weight === 1 ? {} : { weight }),
  };
}

/** Event time of an encoded record, without reading the rest. */
export function joinRecordTime(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(1, true);
}

/**
 * Encodes rows of a batch without making a record of each: there is one for every inference ever made, so this is the
 * hottest path after the fold. Texts come from dictionaries and are encoded once a batch.
 */
export function joinEncoder(batch: JoinColumns): (row: number) => Uint8Array {
  const { times, roles, versions, predictions, scores, weights } = batch;
  const roleNumbers = [0, ...roles.dictionary.map((role) => roleNumber.get(role) ?? 0)];
  const versionTexts = versions.dictionary.map(encodedText);
  const predictionTexts = predictions.type === 'category' ? predictions.dictionary.map(encodedText) : [];
  const groups = Object.entries(batch.groups).map(([attribute, column]) => ({
    codes: column.codes,
    texts: column.dictionary.map((group) => Buffer.concat([encodedText(attribute), encodedText(group)])),
  }));
  return (row) => {
    const weight = weights === undefined ? 1 : weights.values[row]!;
    const writer = startWriting(times[row]!, weight);
    const score = scores.values[row]!;
    const hasScore = Number.isFinite(score);
    const code = predictions.type === 'category' ? predictions.codes[row]! : 0;
    const number = predictions.type === 'number' ? predictions.values[row]! : Number.NaN;
    const predictionType = code > 0 ? textType : Number.isFinite(number) ? numberType : nothingType;
    writer.byte(flagsOf(roleNumbers[roles.codes[row]!]!, hasScore, predictionType, nothingType));
    if (hasScore) writer.number(score);
    if (code > 0) writer.bytes(predictionTexts[code - 1]!);
    else if (predictionType === numberType) writer.number(number);
    writer.bytes(versionTexts[versions.codes[row]! - 1]!);
    let known = 0;
    for (const { codes } of groups) if (codes[row] !== 0) known++;
    writer.short(known);
    for (const { codes, texts } of groups) {
      const group = codes[row]!;
      if (group > 0) writer.bytes(texts[group - 1]!);
    }
    writer.short(0);
    if (weight !== 1) writer.number(weight);
    return writer.finish();
  };
}

const roleNumber = new Map<string, number>(servingRoles.map((role, number) => [role, number]));

const formatVersion = 1;
const withWeight = 2;
const nothingType = 0;
const numberType = 1;
const textType = 2;

function typeOf(scalar: string | number | null): number {
  return scalar === null ? nothingType : typeof scalar === 'number' ? numberType : textType;
}

function flagsOf(role: number, hasScore: boolean, predictionType: number, labelType: number): number {
  return role | (hasScore ? 4 : 0) | (predictionType << 3) | (labelType << 5);
}

function encodedText(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(2 + Buffer.byteLength(text));
  bytes.writeUInt16LE(bytes.length - 2, 0);
  bytes.write(text, 2);
  return bytes;
}

/** One buffer for all records: each is copied out of it when it is complete. */
class Writer {
  #buffer = Buffer.allocUnsafe(4_096);
  #length = 0;

  reset(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  short(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16LE(value, this.#length);
  }

  number(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  text(value: string): void {
    this.bytes(encodedText(value));
  }

  scalar(value: string | number | null): void {
    if (typeof value === 'number') this.number(value);
    else if (value !== null) this.text(value);
  }

  bytes(value: Buffer): void {
    this.#reserve(value.length);
    this.#length += value.copy(this.#buffer, this.#length);
  }

  finish(): Uint8Array {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + more));
    this.#buffer.copy(grown);
    this.#buffer = grown;
  }
}

const sharedWriter = new Writer();

function startWriting(time: number, weight: number): Writer {
  sharedWriter.reset();
  sharedWriter.byte(weight === 1 ? formatVersion : withWeight);
  sharedWriter.number(time);
  return sharedWriter;
}

class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#buffer[this.#at++] ?? 0;
  }

  short(): number {
    this.#at += 2;
    return this.#buffer.readUInt16LE(this.#at - 2);
  }

  number(): number {
    this.#at += 8;
    return this.#buffer.readDoubleLE(this.#at - 8);
  }

  text(): string {
    const length = this.short();
    this.#at += length;
    return this.#buffer.toString('utf8', this.#at - length, this.#at);
  }

  scalar(type: number): string | number | null {
    return type === nothingType ? null : type === numberType ? this.number() : this.text();
  }
}
