import type { CategoryColumn, Column, InferenceBatch, NumberColumn, OutcomeBatch } from '@plumbline/sdk/event';
import { readUuid, uuidBytes, uuidTexts } from '@plumbline/sdk/wire';
import { decodePiece, encodePiece, type JoinPiece, uuidsOf } from './join-piece.ts';
import { commonSlot } from './join-slots.ts';

/**
 * What outcomes will need of a batch of inferences, about 40 bytes a row, laid out as a commit will store it. The batch
 * itself, and with it the message that it is a view of, can be let go as soon as it is folded.
 *
 * Columns are read out of these bytes when a commit asks for them: if they waited for it, with a dozen arrays for each of
 * hundreds of batches, they would be most of what the collector of garbage finds alive.
 */
export class JoinColumns {
  readonly model: string;
  readonly count: number;
  /** The first id and the last, without what follows a UUID. */
  readonly ends: readonly string[];
  /** The slot that all ids have, see `join-slots.ts`; `null` where they differ or are no UUIDs. */
  readonly slot: number | null;
  readonly hasShadows: boolean;
  /** A piece, see `join-piece.ts`; its ids are zero where they are no UUIDs. */
  readonly bytes: Uint8Array;
  /** What follows the UUIDs; `null` where nothing does. */
  readonly suffixes: CategoryColumn | null;
  #hasUuids = false;
  #texts: readonly string[] | undefined;
  #piece: JoinPiece | undefined;

  /** `groups`: those to keep with it; default: its own. */
  constructor(batch: InferenceBatch, groups = batch.groups) {
    const { model, count, uuids } = batch;
    this.model = model;
    this.count = count;
    this.bytes = encodePiece(batch, groups, uuids?.bytes ?? null, null);
    this.suffixes = uuids?.suffixes.dictionary.length ? ownCategories(uuids.suffixes) : null;
    this.hasShadows = batch.roles.dictionary.includes('shadow');
    const last = count - 1;
    if (uuids === undefined) {
      this.ends = [batch.ids[0]!, batch.ids[last]!];
      this.slot = null;
      this.#texts = batch.ids;
    } else {
      this.ends = [readUuid(uuids.bytes, 0), readUuid(uuids.bytes, last * uuidBytes)];
      this.slot = commonSlot({ count, times: batch.times, uuids: uuids.bytes, suffixes: this.suffixes?.codes });
      this.#hasUuids = true;
    }
  }

  /** 16 bytes for each row; `undefined` where ids are no UUIDs. Made anew each time. */
  get uuids(): Uint8Array | undefined {
    return this.#hasUuids ? uuidsOf(this.#columns) : undefined;
  }

  get ids(): readonly string[] {
    this.#texts ??= uuidTexts({ bytes: uuidsOf(this.#columns), suffixes: this.suffixes ?? noSuffixes(this.count) });
    return this.#texts;
  }

  get times(): Float64Array {
    return this.#columns.times;
  }

  get versions(): CategoryColumn {
    const { header, versions } = this.#columns;
    return { type: 'category', codes: versions, dictionary: header.versions };
  }

  get roles(): CategoryColumn {
    const { header, roles } = this.#columns;
    return { type: 'category', codes: roles, dictionary: header.roles };
  }

  get predictions(): Column {
    const { header, predictions } = this.#columns;
    return predictions instanceof Float64Array
      ? { type: 'number', values: predictions }
      : { type: 'category', codes: predictions, dictionary: header.predictions ?? [] };
  }

  get scores(): NumberColumn {
    return { type: 'number', values: this.#columns.scores };
  }

  get groups(): InferenceBatch['groups'] {
    const { header, groups } = this.#columns;
    const columns = header.groups.map(([attribute, dictionary], index) => {
      const column: CategoryColumn = { type: 'category', codes: groups[index]!, dictionary };
      return [attribute, column] as const;
    });
    return Object.fromEntries(columns);
  }

  get weights(): NumberColumn | undefined {
    const { weights } = this.#columns;
    return weights === null ? undefined : { type: 'number', values: weights };
  }

  get #columns(): JoinPiece {
    this.#piece ??= decodePiece(this.bytes);
    return this.#piece;
  }
}

function noSuffixes(count: number): CategoryColumn {
  return { type: 'category', codes: new Uint8Array(count), dictionary: [] };
}

/** Outcomes wait for a commit as they are, for that is when they are joined. */
export function ownOutcomes(batch: OutcomeBatch): OutcomeBatch {
  const { times, types, values } = batch;
  return {
    ...batch,
    times: times.slice(),
    types: ownCategories(types),
    values: values.type === 'number' ? { ...values, values: values.values.slice() } : ownCategories(values),
  };
}

function ownCategories(column: CategoryColumn): CategoryColumn {
  return { ...column, codes: column.codes.slice() };
}
