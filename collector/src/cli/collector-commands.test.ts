import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { logisticOnnx } from '../../../test/onnx/logistic.ts';
import { startTestApi, type TestApi } from '../main/testing/api.ts';
import { auditCollection } from '../store/audit.ts';
import { run as audit } from './audit.ts';
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
      code: 'BAD_REQUEST',
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
