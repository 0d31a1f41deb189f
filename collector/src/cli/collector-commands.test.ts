import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceEvent } from '@plumbline/sdk/event';
import { columnarContentType, inferenceSubject, partitionOf } from '@plumbline/sdk/subjects';
import { batchRows, decodeBatch, encodeInferences } from '@plumbline/sdk/wire';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { logisticOnnx } from '../../../test/onnx/logistic.ts';
import { readSubject } from '../bus/index.ts';
import { startTestApi, type TestApi } from '../main/testing/api.ts';
import { auditCollection } from '../store/audit.ts';
import { putDeadLetters } from '../store/dead-letters.ts';
import { run as audit } from './audit.ts';
import { run as deadLetters } from './dead-letters.ts';
import { run as gate, verdictOf } from './gate.ts';
import { run as register } from './register.ts';

/** The commands that talk to a collector, against a real one. */

let api: TestApi;
let folder: string;
beforeAll(async () => {
  api = await startTestApi();
  folder = await mkdtemp(join(tmpdir(), 'plumbline-cli-'));
  await writeFile(join(folder, 'model.onnx'), logisticOnnx({ inputs: ['a', 'b'], weights: [4, 0], bias: 0 }));
  await writeFile(join(folder, 'worse.onnx'), logisticOnnx({ inputs: ['a', 'b'], weights: [-4, 0], bias: 0 }));
  const rows = Array.from(
    { length: 500 },
    (_, row) => `${(row % 20) / 10 - 0.95},0,${row % 2 ? 'f' : 'm'},${row % 20 > 9 ? 'yes' : 'no'}`,
  );
  await writeFile(join(folder, 'rows.csv'), `a,b,sex,label\n${rows.join('\n')}\n`);
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

const to = (token = 'trainer') => ['--collector', api.url, '--token', `secret-of-${token}`];
const registerArgs = (version: string, artefact = 'model.onnx') => [
  ...['credit', version, '--artefact', join(folder, artefact), '--held-out', join(folder, 'rows.csv')],
  ...['--inputs', 'a,b', '--classes', 'no, yes', '--parameter', 'depth=3', ...to()],
];

async function printed(work: () => Promise<number>): Promise<{ code: number; out: string }> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const code = await work();
    return { code, out: write.mock.calls.map(([text]) => String(text)).join('') };
  } finally {
    write.mockRestore();
  }
}

describe('plumbline register and gate', () => {
  it('upload, register and tell a pipeline whether to go on', async () => {
    const first = await printed(() => register(registerArgs('1')));
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ model: 'credit', version: '1', state: 'registered' });
    // Nothing to compare it with: nobody knows.
    expect((await printed(() => gate(['credit', '1', ...to('reader')]))).code).toBe(2);

    const { body } = await api.ask('/v1/models/credit/versions');
    const asked = await api.act(
      '/v1/actions/promote/credit',
      { version: '1', reason: 'first' },
      { as: 'ed', revision: body.revision },
    );
    const { approval } = asked.body;
    await api.act(`/v1/actions/approve/${approval.id}`, { reason: 'fine' }, { as: 'ana', revision: approval.revision });

    expect((await printed(() => register(registerArgs('2')))).code).toBe(0);
    const good = await printed(() => gate(['credit', '2', '--wait', '--json', ...to('reader')]));
    expect(good.code, good.out).toBe(0);
    const { verdict, gates } = JSON.parse(good.out);
    expect(verdict).toBe('pass');
    expect(gates).toContainEqual(expect.objectContaining({ gate: 'offline_performance', verdict: 'pass' }));

    expect((await printed(() => register(registerArgs('3', 'worse.onnx')))).code).toBe(0);
    const bad = await printed(() => gate(['credit', '3', '--wait', ...to('reader')]));
    expect(bad.code, bad.out).toBe(1);
    expect(bad.out).toMatch(/credit 3: fail[\s\S]*offline_performance +fail/);
  });

  it('say what is wrong with a code', async () => {
    await expect(register(['credit', '--artefact', 'x'])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(register(['credit', '9', ...to()])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(register(['credit', '9', '--artefact', '/none', ...to()])).rejects.toMatchObject({
      code: 'BAD_DATA',
    });
    await expect(register([...registerArgs('9'), '--threshold', 'high'])).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await expect(register([...registerArgs('9'), '--parameter', 'depth'])).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await expect(register([...registerArgs('9'), '--token', 'wrong-token'])).rejects.toMatchObject({
      code: 'NOT_AUTHENTICATED',
    });
    await expect(gate(['credit', '9', ...to('reader')])).rejects.toMatchObject({ code: 'UNKNOWN_VERSION' });
    await expect(gate(['other', '1', ...to('reader')])).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' });
    await expect(gate(['credit', '1', '--timeout', 'soon'])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(gate(['credit', '1', '--collector', 'http://127.0.0.1:1'])).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('no collector answers at http://127.0.0.1:1'),
    });
    await expect(gate(['credit', '1', '--collector', 'localhost:4318'])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('never take missing data for a pass', () => {
    const one = (verdict: 'pass' | 'fail' | 'inconclusive' | 'error') => ({
      gate: 'g',
      verdict,
      reason: '',
      numbers: {},
      at: 0,
    });
    expect(verdictOf({ state: 'registered', gates: [] })).toBe('inconclusive');
    expect(verdictOf({ state: 'evaluated', gates: [one('pass'), one('inconclusive')] })).toBe('inconclusive');
    expect(verdictOf({ state: 'evaluated', gates: [one('pass'), one('error')] })).toBe('error');
    expect(verdictOf({ state: 'evaluated', gates: [one('inconclusive'), one('fail')] })).toBe('fail');
    expect(verdictOf({ state: 'rolled_back', gates: [one('pass')] })).toBe('fail');
    expect(verdictOf({ state: 'canary', gates: [one('pass')] })).toBe('pass');
  });
});

describe('plumbline dead-letters', () => {
  const identity = { producer: 'app', batch: 7 };
  const event = (id: string, model = 'credit'): InferenceEvent => ({
    kind: 'inference',
    id,
    time: 1_700_000_000_000,
    model,
    version: '1',
    role: 'champion',
    features: { a: 1, town: 'Ulm' },
    prediction: 'yes',
    score: 0.7,
    groups: { sex: 'f' },
    latencyMs: 3,
    traceId: null,
    error: null,
  });
  const ids = Array.from({ length: 20 }, (_, index) => `id ${index}`);

  async function keep(letter: { id: string; code: string; reason: string; data: Uint8Array; contentType?: string }) {
    const { id, code, reason, data, contentType = columnarContentType } = letter;
    const subject = inferenceSubject(3, 'credit');
    const kept = { id, at: Date.UTC(2026, 10, 22, 12), subject, code, reason, bytes: data.length };
    await api.store.transaction((transaction) => putDeadLetters(transaction, [kept], 1));
    const place = { sequence: Number(id), storedAt: kept.at, messageId: `m${id}`, waiting: 0 };
    const address = readSubject(subject);
    api.kept.set(id, { ...place, subject, address, contentType, data, header: () => undefined, headerNames: () => [] });
  }

  beforeAll(async () => {
    const text = Buffer.from('no JSON \u202e\nat all');
    await keep({ id: '11', code: 'BAD_JSON', reason: 'line 1: "\u001b[2J" is no JSON', data: text, contentType: 'x' });
    const batch = encodeInferences(
      ids.map((id) => event(id)),
      identity,
    );
    await keep({ id: '12', code: 'WRONG_PARTITION', reason: '"id 0" does not belong on partition 3', data: batch });
    for (const id of ['13', '14']) {
      const later = encodeInferences([event(id)], { producer: 'app', batch: Number(id) });
      await keep({ id, code: 'UNKNOWN_MODEL', reason: 'no model named "credit" is configured', data: later });
    }
  });

  it('lists them, the latest first, with nothing in them that a terminal would obey', async () => {
    const { code, out } = await printed(() => deadLetters(['list', '--limit', '3', ...to('reader')]));
    expect(code).toBe(0);
    expect(out.match(/^ +1\d/gm)?.map(Number)).toEqual([14, 13, 12]);
    const ofCode = await printed(() => deadLetters(['list', '--code', 'BAD_JSON', ...to('reader')]));
    expect(ofCode.out).toContain('11  2026-11-22T12:00:00.000Z  BAD_JSON  no        line 1: "\\u{1b}[2J" is no JSON');
    const json = await printed(() => deadLetters(['list', '--json', ...to('reader')]));
    expect(JSON.parse(json.out).items.map(({ id }: { id: string }) => id)).toEqual(['14', '13', '12', '11']);
    const none = await printed(() => deadLetters(['list', '--code', 'BAD_TIME', ...to('reader')]));
    expect(none.out).toBe('no dead letters\n');
  });

  it('shows one with its first bytes to those who may replay it', async () => {
    const { out } = await printed(() => deadLetters(['show', '11', ...to('robot')]));
    expect(out).toMatch(/letter +11, \d+ bytes[\s\S]*replayed +no\n\nno JSON \\u\{202e\}\nat all\n$/);
    const { out: json } = await printed(() => deadLetters(['show', '12', '--json', ...to('robot')]));
    expect(JSON.parse(json).payload).toMatchObject({ contentType: columnarContentType, text: null });
    await expect(deadLetters(['show', '11', ...to('reader')])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(deadLetters(['show', '99', ...to('robot')])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('puts a batch of the wrong partition on the right ones: the same rows, as the same batch of its sender', async () => {
    api.published.length = 0;
    const args = ['replay', '12', '--reason', 'the app hashes now', ...to('robot')];
    expect(await printed(() => deadLetters(args))).toEqual({ code: 0, out: 'It is on the stream again\n' });
    const parts = api.published.map(({ subject, bytes, contentType }) => {
      const batch = decodeBatch(bytes, contentType);
      if (batch.kind !== 'inference') throw new Error('no batch of inferences');
      expect(batch.ids.map((id) => inferenceSubject(partitionOf(id, 16), 'credit'))).toEqual(
        batch.ids.map(() => subject),
      );
      expect(batch).toMatchObject(identity);
      return batch;
    });
    expect(parts.length).toBeGreaterThan(3);
    expect(new Set(api.published.map(({ messageId }) => messageId)).size).toBe(parts.length);
    const rows = parts.flatMap(batchRows).sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
    expect(rows).toEqual(ids.map((id) => event(id)));
    await expect(deadLetters(args)).rejects.toMatchObject({ code: 'REFUSED', details: { reason: 'already_replayed' } });
  });

  it('replays all of a code, and says when none can be', async () => {
    api.published.length = 0;
    const replay = (code: string) => deadLetters(['replay', '--code', code, '--reason', 'mended', ...to('robot')]);
    const all = await printed(() => replay('UNKNOWN_MODEL'));
    expect(all).toMatchObject({ code: 0, out: expect.stringMatching(/^2 are on the stream again, 0 are left/) });
    expect(api.published).toHaveLength(2);
    expect(await printed(() => replay('UNKNOWN_MODEL'))).toMatchObject({
      code: 0,
      out: expect.stringContaining('None'),
    });
    const some = await printed(() => replay('BAD_JSON'));
    expect(some).toMatchObject({ code: 1, out: expect.stringMatching(/^0 are .* 1 are left/) });
    await expect(replay('BAD_TIME')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses anything else', async () => {
    for (const args of [[], ['drop'], ['show'], ['replay', '12'], ['list', '--limit', 'all'], ['list', '12']]) {
      await expect(deadLetters([...args, ...to('robot')])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });
});

describe('plumbline audit verify', () => {
  it('finds the log of a running collector whole, over the API and in its file', async () => {
    const overApi = await printed(() => audit(['verify', ...to('reader')]));
    expect(overApi.code, overApi.out).toBe(0);
    const inFile = await printed(() => audit(['verify', '--store', api.storePath]));
    expect(JSON.parse(inFile.out)).toEqual(JSON.parse(overApi.out));
  });

  it('names the record that was changed', async () => {
    await api.store.transaction(async (transaction) => {
      const [second] = await transaction.range(auditCollection, { limit: 1, after: '0000000000000001' });
      await transaction.put(auditCollection, second!.key, { ...second!.value, reason: 'a better reason' });
    });
    const { code, out } = await printed(() => audit(['verify', '--store', api.storePath]));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, problem: expect.stringContaining('record 2') });
  });

  it('refuses anything else', async () => {
    await expect(audit(['erase'])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(audit([])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(audit(['verify', '--store', join(folder, 'none.sqlite')])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });
});
