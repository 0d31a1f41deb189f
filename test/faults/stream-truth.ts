import type { InferenceBatch } from '@plumbline/sdk/event';
import { partitionOf } from '@plumbline/sdk/subjects';
import type { Bus } from '../../collector/src/bus/index.ts';
import { readBatch } from '../../collector/src/events/index.ts';
import { versionAt } from '../../collector/src/main/windows.ts';
import type { WindowTruth } from './ledger.ts';

/** What lies on the stream, by its own reading: every batch once, whatever was sent twice. */
export interface StreamTruth {
  readonly ids: ReadonlySet<string>;
  /** By `<version> <from>`. */
  readonly windows: ReadonlyMap<string, WindowTruth>;
  readonly inferences: number;
  readonly outcomes: number;
  /** Inferences with a label. */
  readonly labelled: number;
  readonly lastSequence: number;
}

export async function readStream(bus: Bus, windowMs: number): Promise<StreamTruth> {
  const ids = new Set<string>();
  const windows = new Map<string, WindowTruth>();
  const windowOf = new Map<string, string>();
  const labelled = new Set<string>();
  const batches = new Set<string>();
  let inferences = 0;
  let outcomes = 0;
  const { lastSequence } = await bus.stream();
  await using reader = await bus.read({ after: 0 });
  for await (const message of lastSequence === 0 ? [] : reader.messages()) {
    const batch = readBatch(message);
    if (batch.kind === 'refusal') throw new Error(`a message that cannot be read: ${batch.reason}`);
    const name = `${batch.producer}:${batch.batch}`;
    if (!batches.has(name)) {
      batches.add(name);
      if (batch.kind === 'inference') {
        inferences += batch.count;
        countRows(batch);
      } else {
        outcomes += batch.count;
        for (const id of batch.inferenceIds) labelled.add(id);
      }
    }
    if (message.sequence >= lastSequence) break;
  }
  let joined = 0;
  for (const id of labelled) {
    const window = windows.get(windowOf.get(id) ?? '');
    if (window === undefined) continue;
    window.labelled += 1;
    joined += 1;
  }
  return { ids, windows, inferences, outcomes, labelled: joined, lastSequence };

  function countRows(batch: InferenceBatch): void {
    const number = batch.schema.features.findIndex(({ name }) => name === 'number');
    const column = batch.features[number];
    if (column?.type !== 'number') throw new Error('a batch without the feature `number`');
    batch.ids.forEach((id, row) => {
      if (ids.has(id)) throw new Error(`${id} was sent in two batches (partition ${partitionOf(id, 16)})`);
      ids.add(id);
      const key = `${versionAt(batch, row)} ${Math.floor(batch.times[row]! / windowMs) * windowMs}`;
      windowOf.set(id, key);
      const window = windows.get(key) ?? { rows: 0, sum: 0, labelled: 0 };
      windows.set(key, { ...window, rows: window.rows + 1, sum: window.sum + column.values[row]! });
    });
  }
}
