import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../main/testing/api.ts';
import { appendAudit, auditCollection } from '../store/audit.ts';
import { sortableNumber } from '../store/port.ts';
import { runPlumbline } from './testing/plumbline-process.ts';

/** `plumbline audit` as a process, on a store and on a running collector. */

let api: TestApi;
let folder: string;
let publicKey: string;

function plumbline(...args: string[]) {
  const env = { ...process.env, PLUMBLINE_COLLECTOR: api.url, PLUMBLINE_TOKEN: 'secret-of-reader' };
  return runPlumbline(['audit', ...args], { env });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-audit-'));
  api = await startTestApi();
  const { stdout } = await plumbline('key');
  const [, , secret = '', , ...pem] = stdout.trim().split('\n');
  await api.stop();
  publicKey = join(folder, 'public.pem');
  await writeFile(publicKey, pem.join('\n'));
  api = await startTestApi({ collector: { audit: { signingKey: secret, checkpointRecords: 2 } } });
  await api.store.transaction(async (transaction) => {
    for (let i = 0; i < 250; i++) {
      await appendAudit(transaction, {
        at: i,
        actor: 'user:ada',
        action: 'alert.acknowledged',
        target: 'alert/1',
        reason: `reason ${i}`,
        before: null,
        after: { i },
        requestId: null,
      });
    }
  });
  await api.services.auditCheckpoints.run();
}, 60_000);

afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

describe('plumbline audit', () => {
  test('verifies a whole log against the public key, from the store and over the API', async () => {
    for (const where of [['--store', api.storePath], []]) {
      const { code, stdout } = await plumbline('verify', ...where, '--public-key', publicKey);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, records: 250, signedHeads: 1, problem: null });
      expect(code).toBe(0);
    }
    const { body } = await api.ask('/v1/audit/verify');
    expect(body).toMatchObject({ ok: true, signedHeads: 1 });
  });

  test('notes a head, and finds a log that was changed against it, with exit code 1', async () => {
    const noted = join(folder, 'head.json');
    const { stdout } = await plumbline('head', '--store', api.storePath);
    await writeFile(noted, JSON.stringify({ type: 'audit.checkpoint', data: JSON.parse(stdout) }));
    expect((await plumbline('verify', '--head', noted, '--public-key', publicKey)).code).toBe(0);
    await api.store.transaction(async (transaction) => {
      const record = (await transaction.get(auditCollection, sortableNumber(7)))?.value;
      if (record === undefined) throw new Error('no record 7');
      await transaction.put(auditCollection, sortableNumber(7), { ...record, actor: 'user:eve' });
    });
    for (const where of [['--store', api.storePath], []]) {
      const found = await plumbline('verify', ...where, '--head', noted);
      expect(JSON.parse(found.stdout).problem).toMatch(/^hash mismatch: record 7/);
      expect(found.code).toBe(1);
    }
  });

  test.each([
    [['verify', '--head', '/no/such/file'], 1, /BAD_DATA: cannot read \/no\/such\/file: there is no such file/],
    [['verify', '--head', import.meta.filename], 1, /BAD_DATA: .*audit\.test\.ts is not JSON/],
    [['verify', '--public-key', import.meta.filename], 1, /BAD_DATA: this is not an Ed25519 public key/],
    [['rewrite'], 2, /expected verify, head or key; `plumbline audit --help` tells how/],
  ])('says what is wrong with %j', async (args, code, message) => {
    const found = await plumbline(...args);
    expect(found.stderr).toMatch(message);
    expect(found.code).toBe(code);
  });
});
