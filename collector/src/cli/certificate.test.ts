import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi } from '../main/testing/api.ts';
import type { Finding } from '../monitor/finding.ts';
import {
  type AlarmCertificate,
  advance,
  certifyStep,
  createDetector,
  evidenceOf,
  initialState,
} from '../statistics/evidence/index.ts';
import { runPlumbline } from './testing/plumbline-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-certificate-'));
});
afterAll(() => rm(folder, { recursive: true }));

function certificate(): AlarmCertificate {
  const detector = createDetector(2, [
    {
      score: 'wrong',
      direction: 'up',
      values: Float64Array.of(0, 1),
      considered: Uint8Array.of(1, 1),
      nullMean: 0.1,
      low: 0,
      bets: [1, 3],
      designEffect: 1,
    },
  ]);
  const before = initialState(detector);
  const counts = [60, 40];
  const { log } = evidenceOf(detector, advance(detector, before, counts, 1));
  const subject = { model: 'credit-risk', version: '7', stream: 'performance:error_rate', from: 0 };
  return certifyStep(detector, before, { subject, step: 1, weight: 1, alarmLog: 10, counts, log });
}

const verify = (source: string, input = '', options: readonly string[] = []) =>
  runPlumbline(['certificate', 'verify', source, ...options], { input });

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('a certificate in a file comes out as certified', async () => {
  const { code, stdout } = await verify(await file('good.json', certificate()));
  expect(stdout).toMatch(/^ok {5}credit-risk\/7 performance:error_rate at 1970-01-01T00:00:00\.000Z: evidence e\^/);
  expect(code).toBe(0);
});

test('every certificate inside a document on stdin is verified', async () => {
  const finding = { evidence: { proof: certificate() } };
  const { code, stdout } = await verify('-', JSON.stringify({ windows: [{ findings: [finding, finding] }] }));
  expect(stdout.trim().split('\n')).toHaveLength(2);
  expect(code).toBe(0);
});

test('one that was changed is WRONG, with exit code 1', async () => {
  const { code, stdout } = await verify(await file('bad.json', { ...certificate(), counts: [50, 50] }));
  expect(stdout).toMatch(/^WRONG .*the evidence is/);
  expect(code).toBe(1);
});

test.each([
  ['no certificate', { evidence: null }, /BAD_DATA: there is no alarm certificate/],
  [
    'a damaged certificate',
    { ...certificate(), counts: ['x'] },
    /BAD_DATA: a certificate cannot be read: at counts\.0/,
  ],
  ['something that is not JSON', '{', /BAD_DATA: .* is not JSON/],
])('%s is refused in one line', async (name, content, message) => {
  const { code, stderr } = await verify(await file(`${name}.json`, content));
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
});

test('of an alert, the certificates come from the collector', async () => {
  const api = await startTestApi();
  try {
    const [model] = api.settings.models;
    const proof = certificate();
    const finding: Finding = {
      model: model!.name,
      environment: model!.environment,
      version: '7',
      reference: 'sha256:0',
      signal: 'performance:error_rate',
      kind: 'performance',
      from: 0,
      to: 1,
      rows: 100,
      statistics: {},
      evidence: { log: proof.log, alarmLog: 10, level: 1.2, alarm: true, leading: null, proof },
      verdict: 'alarm',
      sentence: 'more errors',
    };
    const hidden: Finding = { ...finding, signal: 'fairness:sex=f', kind: 'fairness', rows: 0, sentence: 'hidden' };
    await api.store.transaction((transaction) =>
      api.services.alerts.windowClosed(transaction, {
        settings: model!,
        version: '7',
        findings: [finding, hidden],
        to: 1,
        at: api.now,
      }),
    );
    const { body } = await api.ask('/v1/alerts?state=firing');
    const ofHidden = body.items.find(({ kind }: { kind: string }) => kind === 'fairness').id;
    // The counts of a group too small to be shown are for approvers, and no token is one.
    for (const as of ['vera', 'ed', 'reader', 'robot'] as const) {
      expect((await api.ask(`/v1/alerts/${ofHidden}/certificates`, { as })).body).toEqual({
        certificates: [],
        withheld: [{ signal: 'fairness:sex=f', from: 0 }],
      });
    }
    expect((await api.ask(`/v1/alerts/${ofHidden}/certificates`, { as: 'ana' })).body).toMatchObject({
      certificates: [{ counts: [60, 40] }],
      withheld: [],
    });
    const to = ['--collector', api.url, '--token', 'secret-of-reader'];
    const { code, stdout, stderr } = await verify(
      body.items.find(({ kind }: { kind: string }) => kind !== 'fairness').id,
      '',
      to,
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ok {5}credit-risk\/7 performance:error_rate/);
    expect(code).toBe(0);
    expect(await verify(ofHidden, '', to)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^held {3}fairness/),
    });
    expect((await verify('no-such-alert', '', to)).stderr).toMatch(/NOT_FOUND: there is no such alert/);
    // Lists of findings stay small.
    expect(JSON.stringify(body)).not.toContain('wealthBefore');
  } finally {
    await api.stop();
  }
});
