import type { EventBatch, InferenceBatch, InferenceEvent, OutcomeBatch, OutcomeEvent } from '@plumbline/sdk/event';
import { decodeFrame, encodeInferences, encodeOutcomes } from '@plumbline/sdk/wire';
import { type ModelSettings, modelSettings } from '../../config/settings.ts';

/** Traffic of made-up models for tests: simple, deterministic, and true to the wire. */

export const hourMs = 3_600_000;

/** A model with hourly windows, five minutes of lateness and a reference of 200 rows, unless said otherwise. */
export function testModel(changes: Record<string, unknown> = {}): ModelSettings {
  return modelSettings.parse({ ...testModelInput, ...changes });
}

/** As it is written in a file. */
export const testModelInput = {
  name: 'credit',
  positive: 'yes',
  window: '1h',
  lateness: '5m',
  outcomeDelay: '1h',
  reference: { rows: 200 },
  groups: [{ attribute: 'sex' }],
};

export function inference(id: string, time: number, changes: Partial<InferenceEvent> = {}): InferenceEvent {
  const seed = hash(id);
  return {
    kind: 'inference',
    id,
    time,
    model: 'credit',
    version: '1',
    role: 'champion',
    features: { income: 1_000 + (seed % 997), town: `town ${seed % 5}` },
    prediction: seed % 3 === 0 ? 'yes' : 'no',
    score: (seed % 1_000) / 1_000,
    groups: { sex: seed % 2 === 0 ? 'f' : 'm' },
    latencyMs: 1 + (seed % 20),
    traceId: null,
    error: null,
    ...changes,
  };
}

export function outcome(inferenceId: string, time: number, value: string | number): OutcomeEvent {
  return {
    kind: 'outcome',
    id: `outcome ${inferenceId} ${time}`,
    time,
    model: 'credit',
    inferenceId,
    type: 'label',
    value,
  };
}

/** `count` inferences, evenly over `[from, from + overMs)`. */
export function inferences(
  prefix: string,
  count: number,
  from: number,
  overMs: number,
  changes: Partial<InferenceEvent> = {},
): InferenceEvent[] {
  return Array.from({ length: count }, (_, index) =>
    inference(`${prefix}-${index}`, from + Math.floor((index * overMs) / count), changes),
  );
}

/** A producer that numbers its batches. */
export class Producer {
  readonly name: string;
  #batch = 0;

  constructor(name: string) {
    this.name = name;
  }

  inferences(events: readonly InferenceEvent[]): InferenceBatch {
    const batch = decodeFrame(encodeInferences(events, this.next()));
    if (batch.kind !== 'inference') throw new Error(JSON.stringify(batch));
    return batch;
  }

  outcomes(events: readonly OutcomeEvent[]): OutcomeBatch {
    const batch = decodeFrame(encodeOutcomes(events, this.next()));
    if (batch.kind !== 'outcome') throw new Error(JSON.stringify(batch));
    return batch;
  }

  next() {
    this.#batch += 1;
    return { producer: this.name, batch: this.#batch };
  }
}

/** The same batch as if it had come again. */
export function again<Batch extends EventBatch>(batch: Batch): Batch {
  return { ...batch };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  // Spreads the last characters over all bits.
  value ^= value >>> 15;
  return Math.imul(value, 0x2c1b3c6d) >>> 0;
}
