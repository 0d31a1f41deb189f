import type { InferenceEvent } from '@plumbline/sdk/event';
import { defaultPartitions, inferenceSubject, partitionOf } from '@plumbline/sdk/subjects';
import { encodeInferences, messageIdOf } from '@plumbline/sdk/wire';
import { createUuidMaker } from '../../../sdk/src/uuid.ts';
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
  const headerLength = new DataView(frame.buffer).getUint32(8, true);
  const header: Record<string, unknown> = JSON.parse(Buffer.from(frame.subarray(16, 16 + headerLength)).toString());
  return { partition, rows: rows.length, header, body: frame.subarray(Math.ceil((16 + headerLength) / 8) * 8) };
}

/** The template as batch `batch` of a producer, its rows from `time` on. */
export function stamp(template: BatchTemplate, producer: string, batch: number, time: number): StampedBatch {
  const { rows, body, partition } = template;
  // Header members as the encoder writes them: ids `["uuid", shared bytes]`, times `["u16", earliest]`.
  const [, shared, ...suffix] = template.header.ids as [string, string, ...unknown[]];
  const [element] = template.header.times as [string, number];
  const clock = Math.floor(time).toString(16).padStart(12, '0').slice(0, 10);
  const ids = ['uuid', clock + shared.slice(10), ...suffix];
  const header = Buffer.from(
    JSON.stringify({ ...template.header, producer, batch, ids, times: [element, Math.floor(time)] }),
  );
  const bodyOffset = Math.ceil((16 + header.length) / 8) * 8;
  const payload = new Uint8Array(bodyOffset + body.length);
  const view = new DataView(payload.buffer);
  payload.set([0x50, 0x4c, 0x4d, 0x42, 1, 1]);
  view.setUint32(8, header.length, true);
  view.setUint32(12, rows, true);
  payload.set(header, 16);
  payload.set(body, bodyOffset);
  // The last four bytes of each id are random: another batch has others.
  const stride = 16 - shared.length / 2;
  for (let row = 0; row < rows; row++) {
    const at = bodyOffset + (row + 1) * stride - 4;
    view.setUint32(at, view.getUint32(at) ^ Math.imul(batch, 0x9e3779b1));
  }
  return { subject: inferenceSubject(partition, benchModel), messageId: messageIdOf({ producer, batch }), payload };
}

/** Box and Muller 1958. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
