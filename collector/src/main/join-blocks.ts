import { partitionOf } from '@plumbline/sdk/subjects';
import { uuidBytes, uuidTextLength, writeUuid } from '@plumbline/sdk/wire';
import { type Collection, type ReadTransaction, sortableNumber, type Transaction } from '../store/port.ts';
import type { JoinColumns } from './join-columns.ts';
import { decodePieces, encodePiece, findInPiece, type JoinPiece, recordOf, tailOf } from './join-piece.ts';
import type { JoinRecord } from './join-record.ts';
import { largestSkewMs, noSlot, rowsBySlot, slotAt, slotOfUuid } from './join-slots.ts';

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
    const add = (slot: number, { batch, partition }: JoinableBatch, bytes: Uint8Array) => {
      const key = slotKey(batch.model, partition, slot);
      const pieces = blocks.get(key);
      if (pieces === undefined) blocks.set(key, [bytes]);
      else pieces.push(bytes);
    };
    for (const one of batches) {
      const { batch } = one;
      if (!this.#isPlaced(one)) {
        loose.push({ batch, rows: null });
        continue;
      }
      if (batch.slot !== null && batch.slot !== noSlot) {
        add(batch.slot, one, batch.bytes);
        continue;
      }
      const uuids = batch.uuids ?? parseUuids(batch.ids);
      const { count, times, suffixes } = batch;
      for (const [slot, rows] of rowsBySlot({ count, times, uuids, suffixes: suffixes?.codes })) {
        if (slot === noSlot) loose.push({ batch, rows });
        else add(slot, one, encodePiece(batch, batch.groups, uuids, rows));
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
      const isUuid = id.length === uuidTextLength && writeUuid(id, uuid, 0);
      const slot = isUuid ? slotOfUuid(uuid) : noSlot;
      return slot === noSlot ? undefined : slotKey(model, partitionOf(id, this.#options.partitions), slot);
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
    const before = slotAt(horizon - largestSkewMs);
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

  /** Does a batch lie on the partition where its rows will be looked for? A publisher either hashes or does not: two rows tell. */
  #isPlaced({ batch, partition }: JoinableBatch): boolean {
    return batch.ends.every((id) => partitionOf(id, this.#options.partitions) === partition);
  }
}

/** By model, partition, slot and number. The bytes are pieces one behind the other, see `join-piece.ts`. */
export const joinBlocks: Collection<Uint8Array> = {
  name: 'join_blocks',
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
};

const slotsBetweenExpiries = 16;
const blocksAtOnce = 256;

function slotKey(model: string, partition: number, slot: number | null): string {
  const prefix = `${encodeURIComponent(model)}/${String(partition).padStart(3, '0')}/`;
  return slot === null ? prefix : `${prefix}${sortableNumber(slot)}/`;
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

function bytesOf(pieces: readonly JoinPiece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, bytesPerSlot);
}

/** A slot costs memory even when it holds nothing. */
const bytesPerSlot = 200;
