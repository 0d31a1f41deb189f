import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { columnarContentType, jsonLinesContentType } from '../subjects.ts';
import { batchRows } from './batch-rows.ts';
import { decodeBatch } from './decode.ts';
import { encodeInferences } from './inferences.ts';
import { identityFromHeaders, messageIdOf, parseEvent, parseJsonLines } from './json-lines.ts';

const identity = { producer: 'python', batch: 3 };
const inference = { kind: 'inference', id: 'a', time: 1000, model: 'credit', version: '7', features: { age: 44 } };
const outcome = { kind: 'outcome', id: 'o', time: 2000, model: 'credit', inferenceId: 'a', value: 'repaid' };

describe('JSON lines', () => {
  it('become the same columns as a frame of the same events', () => {
    const full = {
      ...inference,
      kind: 'inference' as const,
      role: 'canary' as const,
      prediction: 'yes',
      score: 0.5,
      features: { age: 44, job: null, city: 'Oslo' },
      groups: { sex: 'female' },
      latencyMs: 1.5,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      error: null,
    };
    const fromFrame = decodeBatch(encodeInferences([full], identity), columnarContentType);
    expect(decode(JSON.stringify(full))).toEqual(fromFrame);
  });

  it('of the documentation are read', () => {
    const documentation = readFileSync(new URL('../../docs/wire.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(documentation) ?? [];
    expect(decode(example)).toMatchObject({ kind: 'inference', ids: ['app-1', 'app-2'] });
  });

  it('fill in what was left out', () => {
    const batch = decode(JSON.stringify(inference));
    expect(batch.kind !== 'rejection' && batchRows(batch)).toEqual([
      {
        ...inference,
        role: 'champion',
        prediction: null,
        score: null,
        groups: {},
        latencyMs: null,
        traceId: null,
        error: null,
      },
    ]);
    const labels = decode(JSON.stringify(outcome));
    expect(labels.kind !== 'rejection' && batchRows(labels)).toEqual([{ ...outcome, type: 'label' }]);
  });

  it('say of spans and of traces that were not sampled, and cost nothing of others', () => {
    const usual = decode(JSON.stringify({ ...inference, source: null, sampled: true }));
    expect(usual.kind === 'inference' && [usual.sources, usual.sampled]).toEqual([undefined, undefined]);
    const batch = decode(
      `${JSON.stringify(inference)}\n${JSON.stringify({ ...inference, id: 'b', source: 'span', sampled: false })}`,
    );
    expect(batch.kind !== 'rejection' && batchRows(batch)).toEqual([
      expect.not.objectContaining({ source: 'span', sampled: false }),
      expect.objectContaining({ id: 'b', source: 'span', sampled: false }),
    ]);
  });

  it('take times as text and booleans as categories, and skip blank lines', () => {
    const line = { ...inference, time: '1970-01-01T00:00:01Z', features: { owner: true }, prediction: false };
    const batch = decode(`\n${JSON.stringify(line)}\r\n\n`);
    expect(batch.kind !== 'rejection' && batchRows(batch)).toMatchObject([
      { time: 1000, features: { owner: 'true' }, prediction: 'false' },
    ]);
  });

  it('keep features with the names of object internals apart', () => {
    const batch = decode(JSON.stringify(inference).replace('"age"', '"__proto__"'));
    expect(batch.kind === 'inference' && batch.schema.features).toEqual([{ name: '__proto__', type: 'number' }]);
  });

  const bad: [string, object | string, string, RegExp][] = [
    ['no JSON', '{"kind":', 'BAD_JSON', /^line 2: /],
    [
      'a number JSON does not have',
      '{"kind":"inference","score":NaN}',
      'BAD_JSON',
      /NaN and Infinity are not JSON: send null/,
    ],
    ['no object', '[]', 'BAD_EVENT', /^line 2: an event must be a JSON object, got a list of 0$/],
    [
      'an unknown kind',
      { ...inference, kind: 'guess' },
      'BAD_EVENT',
      /kind must be "inference" or "outcome", got "guess"/,
    ],
    ['an unknown field', { ...inference, confidence: 1 }, 'UNKNOWN_FIELD', /^line 2: "confidence" is no field/],
    ['no id', { ...inference, id: undefined }, 'BAD_EVENT', /id must be text of 1 to 128 characters, got nothing/],
    ['a reserved id', { ...inference, id: 'a~8' }, 'BAD_EVENT', /must not contain ~/],
    ['a time without a zone', { ...inference, time: '2024-11-22T09:50:00' }, 'BAD_EVENT', /time zone/],
    ['a time before 1970', { ...inference, time: -1 }, 'BAD_EVENT', /time must be milliseconds/],
    ['no version', { ...inference, version: '' }, 'BAD_EVENT', /version must be text/],
    ['an unknown role', { ...inference, role: 'boss' }, 'BAD_EVENT', /one of champion, canary, shadow/],
    ['features in a list', { ...inference, features: [1] }, 'BAD_EVENT', /features must be an object, got a list of 1/],
    [
      'a nested feature',
      { ...inference, features: { age: {} } },
      'BAD_EVENT',
      /features "age" must be a number.*got an object/,
    ],
    [
      'a score as text',
      { ...inference, score: 'high' },
      'BAD_EVENT',
      /score must be a finite number or null, got "high"/,
    ],
    ['a negative latency', { ...inference, latencyMs: -1 }, 'BAD_EVENT', /latencyMs must not be negative/],
    ['a group that is no text', { ...inference, groups: { sex: 1 } }, 'BAD_EVENT', /groups "sex" must be text/],
    ['an unknown source', { ...inference, source: 'sdk' }, 'BAD_EVENT', /source must be one of span, got "sdk"/],
    ['a sampled as text', { ...inference, sampled: 'no' }, 'BAD_EVENT', /sampled must be true or false, got "no"/],
    ['a short trace id', { ...inference, traceId: 'abc' }, 'BAD_EVENT', /32 hexadecimal digits/],
    ['another kind', outcome, 'MIXED_BATCH', /inference of "credit" and outcome of "credit"/],
    ['another model', { ...inference, model: 'fraud' }, 'MIXED_BATCH', /"credit" and inference of "fraud"/],
    [
      'an outcome without value',
      { ...outcome, value: null },
      'BAD_EVENT',
      /value must be text, a number or true\/false/,
    ],
  ];

  it.each(bad)('refuse %s, with line and field', (_, line, code, reason) => {
    const second = typeof line === 'string' ? line : JSON.stringify(line);
    expect(decode(`${JSON.stringify(inference)}\n${second}`)).toEqual({
      kind: 'rejection',
      code,
      reason: expect.stringMatching(reason),
    });
  });

  it('refuse an empty batch, one that is too long, and one of nobody', () => {
    const line = `${JSON.stringify(inference)}\n`;
    expect(decode('\n\n')).toMatchObject({ code: 'EMPTY_BATCH' });
    expect(decode(line.repeat(10_001))).toMatchObject({
      code: 'TOO_LARGE',
      reason: 'line 10001: a batch has at most 10000 events',
    });
    expect(decodeBatch(Buffer.from(line), jsonLinesContentType)).toMatchObject({ code: 'NO_IDENTITY' });
    expect(decodeBatch(Buffer.of(0xff, 0xfe), jsonLinesContentType, identity)).toMatchObject({ code: 'BAD_JSON' });
  });

  it('can be taken as events, of several kinds and models', () => {
    const other = { ...outcome, model: 'fraud' };
    expect(parseJsonLines(Buffer.from(`${JSON.stringify(inference)}\n${JSON.stringify(other)}`))).toMatchObject({
      kind: 'events',
      events: [inference, other],
    });
    expect(parseEvent({ ...outcome, extra: 1 })).toMatchObject({ kind: 'rejection', code: 'UNKNOWN_FIELD' });
  });
});

describe('the identity of a message', () => {
  const read = (headers: Record<string, string>) => identityFromHeaders((name) => headers[name]);

  it('comes from our headers, else from the message id', () => {
    expect(read({ 'Plumbline-Producer': 'job', 'Plumbline-Batch': '12' })).toEqual({ producer: 'job', batch: 12 });
    expect(read({ 'Nats-Msg-Id': 'host:4711:12' })).toEqual({ producer: 'host:4711', batch: 12 });
    expect(read({ 'Nats-Msg-Id': messageIdOf(identity) })).toEqual(identity);
  });

  it.each([
    {},
    { 'Nats-Msg-Id': 'no colon' },
    { 'Nats-Msg-Id': ':1' },
    { 'Nats-Msg-Id': 'p:0' },
    { 'Nats-Msg-Id': 'p:1e3' },
    { 'Nats-Msg-Id': 'p:99999999999999999' },
    { 'Plumbline-Producer': 'p'.repeat(129), 'Plumbline-Batch': '1' },
  ])('is nobody when %j', (headers) => {
    expect(read(headers)).toBeUndefined();
  });
});

function decode(text: string) {
  return decodeBatch(Buffer.from(text), jsonLinesContentType, identity);
}
