import type { EventBatch, InferenceEvent, OutcomeEvent } from '@plumbline/sdk/event';
import { decodeBatch } from '@plumbline/sdk/wire';
import { describe, expect, it } from 'vitest';
import { readSubject } from '../bus/index.ts';
import { batchesOf, readIncoming } from './incoming.ts';

const inference = (id: string, change: Partial<InferenceEvent> = {}): InferenceEvent => ({
  kind: 'inference',
  id,
  time: 1_000,
  model: 'm',
  version: '1',
  role: 'champion',
  features: { age: 3 },
  prediction: 'yes',
  score: 0.7,
  groups: {},
  latencyMs: 2,
  traceId: null,
  error: null,
  ...change,
});
const outcome = (inferenceId: string): OutcomeEvent => ({
  kind: 'outcome',
  id: `o-${inferenceId}`,
  time: 2_000,
  model: 'm',
  inferenceId,
  type: 'label',
  value: 'yes',
});
const bytes = (text: string) => new TextEncoder().encode(text);

function decoded({ bytes: frame, contentType }: { bytes: Uint8Array; contentType: string }): EventBatch {
  const batch = decodeBatch(frame, contentType, undefined);
  if (batch.kind === 'rejection') {
    throw new Error(batch.reason);
  }
  return batch;
}

describe('events that come over HTTP', () => {
  it('are read from lines, from a list and from one object alike', () => {
    const event = { kind: 'inference', id: 'i1', time: 1_000, model: 'm', version: '1', prediction: 'yes' };
    const line = JSON.stringify(event);
    const expected = [expect.objectContaining({ id: 'i1', prediction: 'yes', role: 'champion' })];
    expect(readIncoming(bytes(`${line}\n`), 'lines')).toEqual({ kind: 'events', events: expected });
    expect(readIncoming(bytes(`[${line}]`), 'json')).toEqual({ kind: 'events', events: expected });
    expect(readIncoming(bytes(line), 'json')).toEqual({ kind: 'events', events: expected });
  });

  it.each([
    ['an unknown field', '[{"kind":"outcome"},{"kind":"outcome","x":1}]', 'json', 'event 1'],
    ['no kind', '{"id":"a"}', 'json', 'kind must be'],
    ['broken JSON', '{', 'json', 'not JSON'],
    ['a bad second line', `${JSON.stringify(outcome('a'))}\n{"kind":"inference"}`, 'lines', 'line 2'],
    ['null', 'null', 'json', 'event 1'],
  ] as const)('are refused as a whole for %s, with the place', (_, text, form, reason) => {
    expect(readIncoming(bytes(text), form)).toMatchObject({
      kind: 'refusal',
      reason: expect.stringContaining(reason),
    });
  });

  it('are refused when they are not UTF-8', () => {
    expect(readIncoming(Uint8Array.of(0x22, 0xff, 0x22), 'json')).toMatchObject({ code: 'BAD_JSON' });
  });

  it('become batches of one kind, model and partition, none lost and none twice', () => {
    const events = Array.from({ length: 2_000 }, (_, index) =>
      index % 3 === 0 ? outcome(`i${index}`) : inference(`i${index}`, { model: index % 2 === 0 ? 'm' : 'n' }),
    );
    const batches = batchesOf(events, { producer: 'p', partitions: 4 });
    const ids = batches.flatMap((batch) => {
      const content = decoded(batch);
      const address = readSubject(batch.subject);
      expect(content).toMatchObject({ kind: address?.kind, model: address?.model });
      expect(content.count).toBeLessThanOrEqual(500);
      expect(batch.messageId).toBe(`p:${content.batch}`);
      return content.ids;
    });
    expect(ids.sort()).toEqual(events.map(({ id }) => id).sort());
    expect(new Set(batches.map(({ messageId }) => messageId)).size).toBe(batches.length);
  });

  it('go to one partition with all that belongs to them', () => {
    const batches = batchesOf(
      [inference('i1'), inference('i1~2', { role: 'shadow' }), outcome('i1'), outcome('i1~2')],
      {
        producer: 'p',
        partitions: 256,
      },
    );
    expect(new Set(batches.map(({ subject }) => readSubject(subject)?.partition)).size).toBe(1);
  });

  it('make the same batches when they are sent again', () => {
    const events = [inference('a'), inference('b'), outcome('a')];
    const options = { producer: 'p', partitions: 16 };
    expect(batchesOf(events, options)).toEqual(batchesOf(events, options));
  });

  it('are cut into messages that a broker takes', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`feature ${index}`, `text ${index} ${'x'.repeat(200)}`]),
    );
    const events = Array.from({ length: 40 }, (_, index) =>
      inference(`i${index}`, { features: { ...wide, own: `${index}${'y'.repeat(200)}` } }),
    );
    const batches = batchesOf(events, { producer: 'p', partitions: 1 });
    expect(batches.reduce((sum, batch) => sum + decoded(batch).count, 0)).toBe(40);
    expect(Math.max(...batches.map((batch) => batch.bytes.length))).toBeLessThanOrEqual(262_144);
  });
});
