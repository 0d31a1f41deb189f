import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { InferenceEvent, OutcomeEvent } from '@plumbline/sdk/event';
import {
  columnarContentType,
  defaultPartitions,
  inferenceSubject,
  outcomeSubject,
  partitionOf,
} from '@plumbline/sdk/subjects';
import { encodeInferences, encodeOutcomes } from '@plumbline/sdk/wire';
import { uuidOfText } from '../../collector/src/main/testing/uuid-of-text.ts';

/** One batch as it goes over the wire. */
export interface SentBatch {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly messageId: string;
}

/** What must be counted in one window of one version. */
export interface WindowTruth {
  rows: number;
  /** Sum of the feature `number`, unique for each inference: a loss and a repeat cannot cancel out. */
  sum: number;
  labelled: number;
}

export interface LedgerOptions {
  readonly model: string;
  readonly producer: string;
  readonly seed: number;
  readonly inferences: number;
  readonly rowsPerBatch: number;
  readonly windowMs: number;
  /** Event time of the first inference; the others follow every `stepMs`. */
  readonly startAt: number;
  readonly stepMs: number;
  /** First value of the feature `number`. */
  readonly firstNumber?: number;
}

/** Made-up traffic and everything that must be true of it afterwards. */
export interface Ledger {
  /** In the order in which a producer with several batches under way may send them: somewhat shuffled. */
  readonly batches: readonly SentBatch[];
  /** By `<version> <from>`. */
  readonly windows: ReadonlyMap<string, WindowTruth>;
  readonly inferences: number;
  readonly outcomes: number;
  readonly ids: ReadonlySet<string>;
}

/** Two versions, labels for two of three inferences, many of which come before their inference does. */
export function makeLedger(options: LedgerOptions): Ledger {
  const random = randomNumbers(options.seed);
  const windows = new Map<string, WindowTruth>();
  const ids = new Set<string>();
  const byPartition = new Map<number, { inferences: InferenceEvent[]; outcomes: OutcomeEvent[] }>();
  const batches: SentBatch[] = [];
  let batch = 0;
  let outcomes = 0;
  const identity = () => {
    batch += 1;
    return { producer: options.producer, batch };
  };
  const send = (partition: number, kind: 'inferences' | 'outcomes') => {
    const waiting = byPartition.get(partition);
    if (waiting === undefined || waiting[kind].length === 0) return;
    const { model } = options;
    const made = identity();
    batches.push({
      subject: kind === 'inferences' ? inferenceSubject(partition, model) : outcomeSubject(partition, model),
      data: kind === 'inferences' ? encodeInferences(waiting.inferences, made) : encodeOutcomes(waiting.outcomes, made),
      messageId: `${made.producer}:${made.batch}`,
    });
    waiting[kind] = [];
  };

  for (let index = 0; index < options.inferences; index++) {
    const number = (options.firstNumber ?? 0) + index;
    const time = options.startAt + index * options.stepMs;
    const text = `${options.producer}-${String(index).padStart(8, '0')}`;
    // Ids that tell their time and ids that do not are kept in different ways.
    const id = index % 2 === 0 ? uuidOfText(text, time) : text;
    const version = random() < 0.8 ? '1' : '2';
    ids.add(id);
    const truth = windowTruth(windows, `${version} ${Math.floor(time / options.windowMs) * options.windowMs}`);
    truth.rows += 1;
    truth.sum += number;
    const partition = partitionOf(id, defaultPartitions);
    let waiting = byPartition.get(partition);
    if (waiting === undefined) {
      waiting = { inferences: [], outcomes: [] };
      byPartition.set(partition, waiting);
    }
    waiting.inferences.push(inference(options.model, id, time, version, number, random()));
    if (random() < 2 / 3) {
      truth.labelled += 1;
      outcomes += 1;
      waiting.outcomes.push(outcome(options.model, id, time + 1_000, random() < 0.5 ? 'yes' : 'no'));
    }
    if (waiting.outcomes.length >= options.rowsPerBatch) send(partition, 'outcomes');
    if (waiting.inferences.length >= options.rowsPerBatch) send(partition, 'inferences');
  }
  for (const partition of byPartition.keys()) {
    send(partition, 'outcomes');
    send(partition, 'inferences');
  }
  return { batches: shuffled(batches, 20, random), windows, inferences: options.inferences, outcomes, ids };
}

/** Publishes every batch until the broker says that it has it, in the order given but several at a time. */
export async function publishAll(
  connection: NatsConnection,
  batches: readonly SentBatch[],
  options: { readonly perSecond: number; readonly stop?: AbortSignal },
): Promise<void> {
  const client = jetstream(connection, { timeout: 1_000 });
  const began = performance.now();
  const running = new Set<Promise<void>>();
  for (const [index, batch] of batches.entries()) {
    if (options.stop?.aborted) break;
    const due = began + (index / options.perSecond) * 1_000;
    const early = due - performance.now();
    if (early > 1) await new Promise((resume) => setTimeout(resume, early));
    const publishing = publishUntilStored(client, batch).finally(() => running.delete(publishing));
    running.add(publishing);
    if (running.size >= 64) await Promise.race(running);
  }
  await Promise.all(running);
}

async function publishUntilStored(client: JetStreamClient, batch: SentBatch): Promise<void> {
  const meta = headers();
  meta.set('content-type', columnarContentType);
  for (;;) {
    try {
      await client.publish(batch.subject, batch.data, { msgID: batch.messageId, headers: meta });
      return;
    } catch {
      await new Promise((resume) => setTimeout(resume, 50));
    }
  }
}

/** Numbers in [0, 1), the same for the same seed (Mulberry32, Ettinger 2017). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Each item at most `reach` places from where it was, roughly. */
function shuffled<Item>(items: readonly Item[], reach: number, random: () => number): Item[] {
  return items
    .map((item, index) => ({ item, place: index + random() * reach }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function windowTruth(windows: Map<string, WindowTruth>, key: string): WindowTruth {
  let truth = windows.get(key);
  if (truth === undefined) {
    truth = { rows: 0, sum: 0, labelled: 0 };
    windows.set(key, truth);
  }
  return truth;
}

function inference(
  model: string,
  id: string,
  time: number,
  version: string,
  number: number,
  score: number,
): InferenceEvent {
  return {
    kind: 'inference',
    id,
    time,
    model,
    version,
    role: 'champion',
    features: { number, town: `town ${number % 7}` },
    prediction: score > 0.5 ? 'yes' : 'no',
    score,
    groups: { sex: number % 2 === 0 ? 'f' : 'm' },
    latencyMs: 3,
    traceId: null,
    error: null,
  };
}

function outcome(model: string, inferenceId: string, time: number, value: string): OutcomeEvent {
  return { kind: 'outcome', id: `o-${inferenceId}`, time, model, inferenceId, type: 'label', value };
}
