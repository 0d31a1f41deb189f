import type { BatchIdentity, OutcomeEvent } from '../event.ts';
import { asScalar, CategoryBuilder, NumberBuilder } from './columns.ts';
import { type ColumnData, writeFrame } from './frame.ts';
import { IdColumn } from './id-column.ts';
import { maxRows } from './limits.ts';
import { type PackedColumn, packCategories, packScalars, packTimes } from './pack.ts';

/** Outcomes of one model, at least one, as a columnar frame. */
export function encodeOutcomes(events: readonly OutcomeEvent[], identity: BatchIdentity): Uint8Array {
  const columns = new OutcomeColumns();
  for (const event of events) {
    columns.append(event);
  }
  return columns.encode(events[0]?.model ?? '', identity);
}

/** The columns of one batch of outcomes while it fills. */
export class OutcomeColumns {
  #count = 0;
  #bytes = 0;
  readonly #ids = new IdColumn();
  readonly #inferenceIds = new IdColumn();
  #values: (string | number | null)[] = [];
  readonly #times = new NumberBuilder();
  readonly #types = new CategoryBuilder();

  get count(): number {
    return this.#count;
  }

  /** Whether one more row would make a batch that readers refuse. */
  get full(): boolean {
    return this.#count >= maxRows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(event: OutcomeEvent): number {
    this.#ids.set(this.#count, event.id);
    this.#inferenceIds.set(this.#count, event.inferenceId);
    this.#times.set(this.#count, event.time);
    this.#types.set(this.#count, event.type);
    this.#values.push(asScalar(event.value));
    this.#count += 1;
    const bytes =
      (this.#count === 1 ? emptyBatchBytes : 0) +
      fixedRowBytes +
      2 * (event.id.length + event.inferenceId.length) +
      String(event.value).length;
    this.#bytes += bytes;
    return bytes;
  }

  /** The rows so far as a frame; the columns are empty and ready for the next batch afterwards. */
  encode(model: string, identity: BatchIdentity): Uint8Array {
    const count = this.#count;
    const data: ColumnData[] = [];
    const packed = (column: PackedColumn): readonly unknown[] => {
      if (column.data !== undefined) {
        data.push(column.data);
      }
      return column.description;
    };
    // Members are packed, and so their bytes are laid out, in the order in which they stand here.
    const header = {
      producer: identity.producer,
      batch: identity.batch,
      model,
      ids: this.#ids.pack(count).map(packed)[0],
      times: packed(packTimes(this.#times.values(count), this.#ids)),
      inferenceIds: this.#inferenceIds.pack(count).map(packed)[0],
      types: packed(packCategories(this.#types, count)),
      values: packed(packScalars(this.#values, new CategoryBuilder())),
    };
    const frame = writeFrame('outcome', count, header, data);
    this.#reset();
    return frame;
  }

  #reset(): void {
    this.#ids.reset();
    this.#inferenceIds.reset();
    this.#values = [];
    this.#times.reset();
    this.#types.reset();
    this.#count = 0;
    this.#bytes = 0;
  }
}

const emptyBatchBytes = 256;
const fixedRowBytes = 32;
