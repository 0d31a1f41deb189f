import type { InferenceEvent } from '@plumbline/sdk/event';
import { defaultPartitions, inferenceSubject, partitionOf } from '@plumbline/sdk/subjects';
import { encodeInferences, messageIdOf } from '@plumbline/sdk/wire';
import { createUuidMaker } from '../../../sdk/src/uuid.ts';
import { FrameReader, writeFrame } from '../../../sdk/src/wire/frame.ts';
import { randomNumbers } from '../../faults/ledger.ts';

/**
 * Traffic of a model with 20 numeric and 10 category features, two sensitive attributes, score and latency, as an SDK
 * would send it: columnar batches of one partition each, with UUIDv7 ids. Encoding a million events would take longer
 * than reading them, so a few templates are encoded and each is sent again and again with ids, times and a batch number
 * of its own.
 */
export const benchModel = 'credit-risk';
export const benchVersion = '7';

export interface BatchTemplate {
  readonly partition: number;
  readonly rows: number;
  readonly header: Readonly<Record<string, unknown>>;
  /** The columns, as they lie in the frame after its header. */
  readonly body: Uint8Array;
}

export interface StampedBatch {
  readonly subject: string;
  readonly messageId: string;
  readonly payload: Uint8Array;
}

export function sampleEvents(rows: number, seed: number, startAt: number, stepMs: number): InferenceEvent[] {
  const random = randomNumbers(seed);
  let now = startAt;
  const nextId = createUuidMaker(
    () => now,
    (bytes) => {
      for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(random() * 256);
    },
  );
  return Array.from({ length: rows }, (_, row) => {
    now = startAt + row * stepMs;
    return sampleEvent(nextId(), Math.floor(now), random);
  });
}

function sampleEvent(id: string, time: number, random: () => number): InferenceEvent {
  const features: Record<string, number | string> = {};
  for (let index = 0; index < 20; index++) {
    const name = `number_${String(index).padStart(2, '0')}`;
    if (index < 10) features[name] = Math.exp(3 + gaussian(random));
    else if (index < 17) features[name] = gaussian(random) * 5 + 50;
    // Whole numbers take two bytes on the wire, the others eight.
    else features[name] = Math.floor(2_000 * random());
  }
  for (let index = 0; index < 10; index++) {
    features[`category_${index}`] = `value ${Math.floor(random() * random() * (4 + index * 2))}`;
  }
  const score = random();
  return {
    kind: 'inference',
    id,
    time,
    model: benchModel,
    version: benchVersion,
    role: 'champion',
    features,
    prediction: score > 0.5 ? 'yes' : 'no',
    score,
    groups: { sex: random() < 0.5 ? 'female' : 'male', age: random() < 0.3 ? 'young' : 'old' },
    latencyMs: Math.fround(2 + random() * 10),
    traceId: null,
    error: null,
  };
}

/** Some templates for each partition. */
export function makeTemplates(rowsPerBatch: number, perPartition: number): BatchTemplate[] {
  const waiting = Array.from({ length: defaultPartitions }, (): InferenceEvent[] => []);
  const templates: BatchTemplate[] = [];
  for (let seed = 1; templates.length < perPartition * defaultPartitions; seed++) {
    // All in one quarter of a second, so that the ids of a batch share the first five bytes of their clock.
    for (const event of sampleEvents(10_000, seed, templateTime, 0.02)) {
      const partition = partitionOf(event.id, defaultPartitions);
      const rows = waiting[partition]!;
      rows.push(event);
      if (rows.length < rowsPerBatch) continue;
      waiting[partition] = [];
      if (templates.filter((one) => one.partition === partition).length < perPartition) {
        templates.push(templateOf(partition, rows));
      }
    }
  }
  return templates;
}

/** A multiple of 256 ms. */
const templateTime = 1_700_000_000_000 - (1_700_000_000_000 % 256);

function templateOf(partition: number, rows: readonly InferenceEvent[]): BatchTemplate {
  const frame = encodeInferences(rows, { producer: 'template', batch: 1 });
  const reader = new FrameReader(frame);
  const headerLength = new DataView(frame.buffer).getUint32(8, true);
  // The encoder writes a JSON object.
  const header = reader.header as BatchTemplate['header'];
  return { partition, rows: rows.length, header, body: frame.subarray(Math.ceil((16 + headerLength) / 8) * 8) };
}

/** The template as batch `batch` of a producer, its rows from `time` on. */
export function stamp(template: BatchTemplate, producer: string, batch: number, time: number): StampedBatch {
  const { rows, body, partition } = template;
  // Ids as the encoder writes them: `["uuid", 16 bytes in hexadecimal with -- for those that differ]`.
  const [, shared, ...suffix] = template.header.ids as [string, string, ...unknown[]];
  const clock = (Math.floor(time) - (Math.floor(time) % 256)).toString(16).padStart(12, '0').slice(0, 10);
  const ids = clock + shared.slice(10);
  const header = { ...template.header, producer, batch, ids: ['uuid', ids, ...suffix] };
  const columns = body.slice();
  renewIds(columns, rows, ids, batch, partition);
  const payload = writeFrame('inference', rows, header, [columns]);
  return { subject: inferenceSubject(partition, benchModel), messageId: messageIdOf({ producer, batch }), payload };
}

/** Gives each id other last bytes than its template and every other batch has, such that it stays on its partition. */
function renewIds(columns: Uint8Array, rows: number, shared: string, batch: number, partition: number): void {
  const own = Array.from({ length: 16 }, (_, byte) => byte).filter((byte) => shared[2 * byte] === '-');
  const uuid = Buffer.from(shared.replaceAll('-', '0'), 'hex');
  for (let row = 0; row < rows; row++) {
    const start = row * own.length;
    for (let index = 0; index < own.length; index++) uuid[own[index]!] = columns[start + index]!;
    const tail = Math.imul(uuid.readUInt32BE(12) ^ batch, 0x9e3779b1);
    uuid.writeUInt32BE(tail >>> 0, 12);
    let state = 0x811c9dc5 & 15;
    for (let byte = 0; byte < 15; byte++) {
      state = nextState[state * 256 + uuid[byte]!]!;
      if (byte === 3 || byte === 5 || byte === 7 || byte === 9) state = ((state ^ dash) * 3) & 15;
    }
    // Any last byte will do that leads to the partition; the first one that the tail suggests.
    let last = uuid[15]!;
    while (nextState[state * 256 + last] !== partition) last = (last + 1) & 255;
    uuid[15] = last;
    columns.set(uuid.subarray(12), start + own.length - 4);
  }
}

/**
 * The last four bits of FNV-1a after the two digits of one more byte. They depend on nothing but the last four bits
 * before, and say which of 16 partitions an id belongs to.
 */
const nextState = Uint8Array.from({ length: 16 * 256 }, (_, index) => {
  let state = index >> 8;
  for (const digit of (index & 255).toString(16).padStart(2, '0')) state = ((state ^ digit.charCodeAt(0)) * 3) & 15;
  return state;
});

const dash = 0x2d;

/** Box and Muller 1958. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
