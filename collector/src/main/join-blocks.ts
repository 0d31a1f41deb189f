import { partitionOf } from '@plumbline/sdk/subjects';
import { readUuid, uuidBytes, uuidClock, uuidTextLength, writeUuid } from '@plumbline/sdk/wire';
import { type Collection, type ReadTransaction, sortableNumber, type Transaction } from '../store/port.ts';
import type { JoinColumns } from './join-columns.ts';
import { decodePieces, encodePiece, findInPiece, type JoinPiece, recordOf, tailOf } from './join-piece.ts';
import type { JoinRecord } from './join-record.ts';

/** Inferences of one batch and the partition it came on. */
export interface JoinableBatch {
  readonly batch: JoinColumns;
  readonly partition: number;
}

/** Rows that cannot be found by the clock in their id: each needs a record under its id. */
export interface LooseRows {
  readonly batch: JoinColumns;
  /** `null`: all. */
  readonly rows: Int32Array | null;
}

export interface JoinBlocksOptions {
  readonly partitions: number;
  /** Wall-clock time: numbers blocks, so that those of one commit never take the place of another's. */
  readonly clock: () => number;
  /** Bytes of blocks that are kept in memory because outcomes asked for them. Default 32 MiB. */
  readonly cachedBytes?: number;
}

/**
 * Inferences that wait for an outcome, in blocks: one value of columns for all rows of a commit whose ids were made in the
 * same four seconds, by model and partition. The clock in a UUIDv7 says which few blocks can hold an id, so nothing is
 * written by row and nothing is indexed; whole blocks go when their time is over.
 *
 * Only ids whose clock lies within an hour of the event time can be kept so, and only on the partition that their hash
 * says: the blocks of everything else would not be found.
 */
export class JoinBlocks {
  readonly #options: Required<JoinBlocksOptions>;
  /** Pieces of slots that were asked for, least recently used first. */
  readonly #cache = new Map<string, JoinPiece[]>();
  #cachedBytes = 0;
  #lastNumber = 0;
  /** By model: everything in slots before this is gone. */
  readonly #expiredBefore = new Map<string, number>();

  constructor(options: JoinBlocksOptions) {
    this.#options = { cachedBytes: 32 * 1_048_576, ...options };
  }

  /** Keeps what can be kept in blocks; returns the rest. */
  async put(transaction: Transaction, batches: readonly JoinableBatch[]): Promise<LooseRows[]> {
    const blocks = new Map<string, Uint8Array[]>();
    const loose: LooseRows[] = [];
    for (const { batch, partition } of batches) {
      const uuids = this.#timeOrderedIds(batch, partition);
      if (uuids === undefined) {
        loose.push({ batch, rows: null });
        continue;
      }
      for (const { slot, rows } of partBySlot(batch, uuids)) {
        if (slot === noSlot) {
          loose.push({ batch, rows });
          continue;
        }
        const key = slotKey(batch.model, partition, slot);
        const pieces = blocks.get(key);
        const { bytes } =
          rows === null && batch.piece !== undefined ? batch.piece : encodePiece(batch, batch.groups, uuids, rows);
        if (pieces === undefined) blocks.set(key, [bytes]);
        else pieces.push(bytes);
      }
    }
    this.#lastNumber = Math.max(this.#lastNumber + 1, Math.floor(this.#options.clock()));
    // All at once: a database at the other end of a wire need not be waited for after each.
    await Promise.all(
      Array.from(blocks, ([key, pieces]) => {
        const value = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
        this.#forget(key);
        // Two blocks of one name would lose the first: the engine starts over and takes another number.
        return transaction.put(joinBlocks, `${key}${sortableNumber(this.#lastNumber)}`, value, 'absent');
      }),
    );
    return loose;
  }

  /** The records of these ids, as they came, in their order; `undefined` for those that no block holds. */
  async find(transaction: ReadTransaction, model: string, ids: readonly string[]): Promise<(JoinRecord | undefined)[]> {
    const uuid = new Uint8Array(uuidBytes);
    const slots = ids.map((id) => {
      const isUuid = id.length === uuidTextLength && writeUuid(id, uuid, 0) && isVersion7(uuid, 0);
      return isUuid ? slotKey(model, partitionOf(id, this.#options.partitions), slotOf(uuid, 0)) : undefined;
    });
    const wanted = [...new Set(slots)].filter((key) => key !== undefined);
    const pieces = new Map<string, JoinPiece[]>();
    await Promise.all(wanted.map(async (key) => void pieces.set(key, await this.#pieces(transaction, key))));
    return ids.map((id, index) => {
      const slot = slots[index];
      if (slot === undefined) return undefined;
      writeUuid(id, uuid, 0);
      const tail = tailOf(uuid);
      for (const piece of pieces.get(slot) ?? []) {
        const row = findInPiece(piece, uuid, tail);
        if (row !== -1) return recordOf(piece, row);
      }
      return undefined;
    });
  }

  /** Removes blocks whose inferences are all older than `horizon` (event time): some, and the rest with the next call. */
  async expire(transaction: Transaction, model: string, horizon: number): Promise<void> {
    const before = Math.floor((horizon - largestSkewMs) / slotMs);
    const done = this.#expiredBefore.get(model) ?? Number.NEGATIVE_INFINITY;
    if (before - done < slotsBetweenExpiries) return;
    let isDone = true;
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      const prefix = slotKey(model, partition, null);
      const range = { prefix, before: prefix + sortableNumber(Math.max(0, before)), limit: blocksAtOnce };
      if ((await transaction.deleteRange(joinBlocks, range)) === blocksAtOnce) isDone = false;
    }
    if (isDone) this.#expiredBefore.set(model, before);
  }

  async #pieces(transaction: ReadTransaction, key: string): Promise<JoinPiece[]> {
    const known = this.#cache.get(key);
    if (known !== undefined) {
      this.#cache.delete(key);
      this.#cache.set(key, known);
      return known;
    }
    const stored = await transaction.range(joinBlocks, { prefix: key });
    const pieces = stored.flatMap(({ value }) => decodePieces(value));
    this.#cache.set(key, pieces);
    this.#cachedBytes += bytesOf(pieces);
    for (const [oldest] of this.#cache) {
      if (this.#cachedBytes <= this.#options.cachedBytes || oldest === key) break;
      this.#forget(oldest);
    }
    return pieces;
  }

  #forget(key: string): void {
    const pieces = this.#cache.get(key);
    if (pieces === undefined) return;
    this.#cachedBytes -= bytesOf(pieces);
    this.#cache.delete(key);
  }

  /** The ids of a batch as bytes when they are UUIDs and lie on the partition where they will be looked for. */
  #timeOrderedIds(batch: JoinColumns, partition: number): Uint8Array | undefined {
    const uuids = batch.uuids?.bytes;
    const { partitions } = this.#options;
    const idOf = (row: number) => (uuids === undefined ? batch.ids[row]! : readUuid(uuids, row * uuidBytes));
    // A publisher either hashes or does not: two rows tell.
    const isPlaced = [0, batch.count - 1].every((row) => partitionOf(idOf(row), partitions) === partition);
    return isPlaced ? (uuids ?? parseUuids(batch.ids)) : undefined;
  }
}

/** By model, partition, slot and number. The bytes are pieces one behind the other, see `join-piece.ts`. */
export const joinBlocks: Collection<Uint8Array> = {
  name: 'join_blocks',
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
};

/** Ids made within this time share their blocks. A look-up reads what a few commits wrote: more would make it slower. */
const slotMs = 4_096;
/** Ids whose clock is further than this from the event time are not kept by their clock. */
const largestSkewMs = 3_600_000;
const slotsBetweenExpiries = 16;
const blocksAtOnce = 256;
const noSlot = -1;

function slotKey(model: string, partition: number, slot: number | null): string {
  const prefix = `${encodeURIComponent(model)}/${String(partition).padStart(3, '0')}/`;
  return slot === null ? prefix : `${prefix}${sortableNumber(slot)}/`;
}

/** Rows of a batch by the slot of their ids; `rows` is `null` when all have the same, which is mostly so. */
function partBySlot(batch: JoinColumns, uuids: Uint8Array): { slot: number; rows: Int32Array | null }[] {
  const { count, times } = batch;
  const suffixes = batch.uuids?.suffixes.codes;
  const slots = new Float64Array(count);
  let alike = true;
  for (let row = 0; row < count; row++) {
    const clock = uuidClock(uuids, row * uuidBytes);
    const skew = clock - times[row]!;
    const isOrdered = isVersion7(uuids, row * uuidBytes) && skew <= largestSkewMs && skew >= -largestSkewMs;
    const slot = isOrdered && (suffixes === undefined || suffixes[row] === 0) ? Math.floor(clock / slotMs) : noSlot;
    slots[row] = slot;
    alike &&= slot === slots[0];
  }
  if (alike) return [{ slot: slots[0]!, rows: null }];
  const bySlot = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    const rows = bySlot.get(slots[row]!);
    if (rows === undefined) bySlot.set(slots[row]!, [row]);
    else rows.push(row);
  }
  return [...bySlot].map(([slot, rows]) => ({ slot, rows: Int32Array.from(rows) }));
}

/** Zeros for an id that is no UUID. */
function parseUuids(ids: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(ids.length * uuidBytes);
  for (let row = 0; row < ids.length; row++) {
    const isUuid = ids[row]!.length === uuidTextLength && writeUuid(ids[row]!, bytes, row * uuidBytes);
    if (!isUuid) bytes.fill(0, row * uuidBytes, (row + 1) * uuidBytes);
  }
  return bytes;
}

function isVersion7(uuids: Uint8Array, offset: number): boolean {
  return uuids[offset + 6]! >> 4 === 7;
}

function slotOf(uuid: Uint8Array, offset: number): number {
  return Math.floor(uuidClock(uuid, offset) / slotMs);
}

function bytesOf(pieces: readonly JoinPiece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, bytesPerSlot);
}

/** A slot costs memory even when it holds nothing. */
const bytesPerSlot = 200;
