import { type CategoryColumn, type InferenceBatch, servingRoles } from '@plumbline/sdk/event';
import { readUuid, uuidBytes } from '@plumbline/sdk/wire';
import { PlumblineError } from '../errors.ts';
import type { JoinRecord } from './join-record.ts';

/**
 * What outcomes will need of rows of one batch, in columns: about 40 bytes a row, copied from the batch, without an
 * object for any of them.
 *
 * Format, version 1 (little-endian, each column at a multiple of its element's width, the whole a multiple of 8 bytes):
 * u32 length in bytes; u32 version; u32 rows; u32 length of the JSON header; header; columns: times f64, scores f64
 * (NaN: none), predictions (f64 or codes), last 4 bytes of the ids u32, first 12 bytes of the ids, codes of versions,
 * roles and each attribute's groups, and weights f64 if the header says so. Codes are u8, u16 or u32 as the dictionary
 * needs.
 */
export interface JoinPiece {
  readonly rows: number;
  /** As stored, header and all: everything below is a view into it. */
  readonly bytes: Uint8Array;
  /** The last four bytes of each id: random in a UUIDv7, so that mostly one comparison finds a row. */
  readonly tails: Uint32Array;
  /** The first twelve bytes of each id. */
  readonly heads: Uint8Array;
  readonly header: PieceHeader;
  readonly times: Float64Array;
  readonly scores: Float64Array;
  readonly predictions: Float64Array | Codes;
  readonly versions: Codes;
  readonly roles: Codes;
  readonly groups: readonly Codes[];
  /** `null` when every row stands for itself. */
  readonly weights: Float64Array | null;
}

interface PieceHeader {
  readonly versions: readonly string[];
  readonly roles: readonly string[];
  /** `null` when predictions are numbers. */
  readonly predictions: readonly string[] | null;
  readonly groups: readonly (readonly [attribute: string, groups: readonly string[]])[];
  /** Whether rows have weights. */
  readonly weighted?: true;
}

type Codes = Uint8Array | Uint16Array | Uint32Array;

/**
 * In memory of its own. `kept`: the groups to keep. `uuids`: 16 bytes for each row of the batch; `null` leaves ids zero.
 * `rows`: those to keep; `null` keeps all.
 */
export function encodePiece(
  batch: Pick<InferenceBatch, 'count' | 'times' | 'versions' | 'roles' | 'predictions' | 'scores'> & {
    readonly weights?: InferenceBatch['weights'] | undefined;
  },
  kept: InferenceBatch['groups'],
  uuids: Uint8Array | null,
  rows: Int32Array | null,
): Uint8Array {
  const { versions, roles, predictions, scores, times, weights } = batch;
  const groups = Object.entries(kept);
  const header: PieceHeader = {
    versions: versions.dictionary,
    roles: roles.dictionary,
    predictions: predictions.type === 'category' ? predictions.dictionary : null,
    groups: groups.map(([attribute, { dictionary }]) => [attribute, dictionary] as const),
    ...(weights === undefined ? {} : { weighted: true }),
  };
  const text = Buffer.from(JSON.stringify(header));
  const count = rows?.length ?? batch.count;
  const coded = [versions, roles, ...groups.map(([, column]) => column)];
  if (predictions.type === 'category') coded.push(predictions);
  const numbers = 2 + Number(predictions.type === 'number') + Number(weights !== undefined);
  const rowBytes = 8 * numbers + uuidBytes + coded.reduce((sum, { dictionary }) => sum + widthOf(dictionary.length), 0);
  const writer = new ColumnWriter(16 + text.length + count * rowBytes + 8 * (numbers + coded.length + 2));
  writer.u32(0, version, count, text.length);
  writer.bytes(text);
  writer.numbers(times, rows);
  writer.numbers(scores.values, rows);
  if (predictions.type === 'number') writer.numbers(predictions.values, rows);
  else writer.codes(predictions, rows);
  writer.ids(uuids, count, rows);
  writer.codes(versions, rows);
  writer.codes(roles, rows);
  for (const [, column] of groups) writer.codes(column, rows);
  if (weights !== undefined) writer.numbers(weights.values, rows);
  return writer.finish();
}

/** Pieces that lie one behind the other. They are views into the bytes. Throws `BAD_DATA` for an unknown format. */
export function decodePieces(bytes: Uint8Array): JoinPiece[] {
  // Columns of 8-byte numbers need their place at a multiple of 8.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const pieces: JoinPiece[] = [];
  for (let at = 0; at < aligned.length; ) {
    const piece = decodePiece(aligned.subarray(at));
    pieces.push(piece);
    at += piece.bytes.length;
  }
  return pieces;
}

/** The row with this id; -1 when there is none. `uuid`: 16 bytes at an offset. */
export function findInPiece({ tails, heads }: JoinPiece, uuid: Uint8Array, tail: number): number {
  for (let row = tails.indexOf(tail); row !== -1; row = tails.indexOf(tail, row + 1)) {
    let byte = 0;
    while (byte < headBytes && heads[row * headBytes + byte] === uuid[byte]) byte++;
    if (byte === headBytes) return row;
  }
  return -1;
}

/** The last four bytes of an id, as `tails` has them. */
export function tailOf(uuid: Uint8Array): number {
  return new DataView(uuid.buffer, uuid.byteOffset, uuidBytes).getUint32(headBytes);
}

/** The id of a row. */
export function idOf({ tails, heads }: JoinPiece, row: number): string {
  const bytes = new Uint8Array(uuidBytes);
  bytes.set(heads.subarray(row * headBytes, (row + 1) * headBytes));
  new DataView(bytes.buffer).setUint32(headBytes, tails[row]!);
  return readUuid(bytes, 0);
}

/** The ids of all rows, 16 bytes each. */
export function uuidsOf({ rows, tails, heads }: JoinPiece): Uint8Array {
  const uuids = new DataView(new ArrayBuffer(rows * uuidBytes));
  const headWords = new DataView(heads.buffer, heads.byteOffset, heads.byteLength);
  for (let row = 0, from = 0, to = 0; row < rows; row++, from += headBytes, to += uuidBytes) {
    uuids.setUint32(to, headWords.getUint32(from));
    uuids.setUint32(to + 4, headWords.getUint32(from + 4));
    uuids.setUint32(to + 8, headWords.getUint32(from + 8));
    uuids.setUint32(to + headBytes, tails[row]!);
  }
  return new Uint8Array(uuids.buffer);
}

/** A row as the record it stands for: without a label or shadows, for those that get any have a record of their own. */
export function recordOf(piece: JoinPiece, row: number): JoinRecord {
  const { header, predictions, scores, times } = piece;
  const score = scores[row]!;
  const groups: Record<string, string> = {};
  header.groups.forEach(([attribute, names], index) => {
    const code = piece.groups[index]![row]!;
    if (code > 0) groups[attribute] = names[code - 1]!;
  });
  const role = header.roles[piece.roles[row]! - 1];
  const weight = piece.weights?.[row] ?? 1;
  return {
    version: header.versions[piece.versions[row]! - 1] ?? '',
    role: servingRoles.find((known) => known === role) ?? 'champion',
    time: times[row]!,
    prediction:
      header.predictions === null
        ? finiteOrNull(predictions[row]!)
        : (header.predictions[predictions[row]! - 1] ?? null),
    score: finiteOrNull(score),
    groups,
    label: null,
    labelTime: null,
    shadows: [],
    ...(weight === 1 ? {} : { weight }),
  };
}

const version = 1;
const headBytes = 12;

/** The first piece in these bytes, which begin at a multiple of 8. A view into them. Throws `BAD_DATA` for an unknown format. */
export function decodePiece(bytes: Uint8Array): JoinPiece {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const byteLength = bytes.length < 16 ? 0 : view.getUint32(0, true);
  const found = byteLength === 0 ? 0 : view.getUint32(4, true);
  if (found !== version || byteLength > bytes.length || byteLength % 8 !== 0) {
    throw new PlumblineError('BAD_DATA', `a block of inferences cannot be read: format ${found}, ${byteLength} bytes`);
  }
  const rows = view.getUint32(8, true);
  const headerEnd = 16 + view.getUint32(12, true);
  // Written by `encodePiece`.
  const header = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 16, headerEnd - 16).toString()) as PieceHeader;
  let at = headerEnd;
  const place = (width: number, length: number) => {
    const start = Math.ceil(at / width) * width;
    at = start + width * length;
    return bytes.byteOffset + start;
  };
  const buffer = bytes.buffer;
  const numbers = () => new Float64Array(buffer, place(8, rows), rows);
  const codes = (dictionary: readonly string[]): Codes => {
    const width = widthOf(dictionary.length);
    const start = place(width, rows);
    if (width === 1) return new Uint8Array(buffer, start, rows);
    return width === 2 ? new Uint16Array(buffer, start, rows) : new Uint32Array(buffer, start, rows);
  };
  return {
    rows,
    bytes: bytes.subarray(0, byteLength),
    header,
    times: numbers(),
    scores: numbers(),
    predictions: header.predictions === null ? numbers() : codes(header.predictions),
    tails: new Uint32Array(buffer, place(4, rows), rows),
    heads: new Uint8Array(buffer, place(1, rows * headBytes), rows * headBytes),
    versions: codes(header.versions),
    roles: codes(header.roles),
    groups: header.groups.map(([, names]) => codes(names)),
    weights: header.weighted === true ? numbers() : null,
  };
}

/** Bytes of a code. */
function widthOf(dictionaryLength: number): 1 | 2 | 4 {
  return dictionaryLength <= 0xff ? 1 : dictionaryLength <= 0xffff ? 2 : 4;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

class ColumnWriter {
  readonly #buffer: ArrayBuffer;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(capacity: number) {
    this.#buffer = new ArrayBuffer(Math.ceil(capacity / 8) * 8);
    this.#bytes = new Uint8Array(this.#buffer);
  }

  u32(...values: readonly number[]): void {
    new Uint32Array(this.#buffer, this.#place(4, values.length), values.length).set(values);
  }

  bytes(values: Uint8Array): void {
    this.#bytes.set(values, this.#place(1, values.length));
  }

  numbers(values: Float64Array, rows: Int32Array | null): void {
    const count = rows?.length ?? values.length;
    copy(values, new Float64Array(this.#buffer, this.#place(8, count), count), rows);
  }

  codes({ codes, dictionary }: CategoryColumn, rows: Int32Array | null): void {
    const count = rows?.length ?? codes.length;
    const width = widthOf(dictionary.length);
    const start = this.#place(width, count);
    if (width === 1) copy(codes, new Uint8Array(this.#buffer, start, count), rows);
    else if (width === 2) copy(codes, new Uint16Array(this.#buffer, start, count), rows);
    else copy(codes, new Uint32Array(this.#buffer, start, count), rows);
  }

  /** Four bytes at a time: to cut ids in two byte by byte takes as long as all other columns together. */
  ids(uuids: Uint8Array | null, count: number, rows: Int32Array | null): void {
    const tails = new Uint32Array(this.#buffer, this.#place(4, count), count);
    const heads = new Uint8Array(this.#buffer, this.#place(1, count * headBytes), count * headBytes);
    if (uuids === null) return;
    const words = new DataView(uuids.buffer, uuids.byteOffset, uuids.byteLength);
    const headWords = new DataView(this.#buffer, heads.byteOffset, heads.byteLength);
    for (let index = 0; index < count; index++) {
      const from = (rows === null ? index : rows[index]!) * uuidBytes;
      const to = index * headBytes;
      headWords.setUint32(to, words.getUint32(from));
      headWords.setUint32(to + 4, words.getUint32(from + 4));
      headWords.setUint32(to + 8, words.getUint32(from + 8));
      tails[index] = words.getUint32(from + headBytes);
    }
  }

  finish(): Uint8Array {
    const length = Math.ceil(this.#at / 8) * 8;
    new Uint32Array(this.#buffer, 0, 1)[0] = length;
    return this.#bytes.subarray(0, length);
  }

  #place(width: number, length: number): number {
    const start = Math.ceil(this.#at / width) * width;
    this.#at = start + width * length;
    return start;
  }
}

function copy(values: Float64Array | Codes, into: Float64Array | Codes, rows: Int32Array | null): void {
  if (rows === null) into.set(values);
  else for (let index = 0; index < rows.length; index++) into[index] = values[rows[index]!]!;
}
