import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type {
  AuditVerification,
  CollectorStatus,
  DeadLetterList,
  RetrainJobList,
  VersionList,
} from '@plumbline/collector/api';
import { columnarContentType, inferenceSubject, jsonLinesContentType, partitionOf } from '@plumbline/sdk/subjects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Host, startHost } from '../../plugin/host/server.ts';
import { CollectorClient } from '../demo/collector-client.ts';
import { drawHistory } from '../demo/history.ts';
import { People, RefusedError } from '../demo/people.ts';
import { seededRandom } from '../demo/random.ts';
import { type DemoSecrets, demoModel, demoSettings } from '../demo/settings.ts';
import { until } from '../demo/timeline.ts';
import { publishVersion, trainVersion } from '../demo/training.ts';
import { type Stack, startStack } from '../stack/stack.ts';

const secrets: DemoSecrets = {
  grafanaToken: 'grafana-token-of-this-test',
  trainerToken: 'trainer-token-of-this-test',
  bankToken: 'bank-token-of-this-test',
  webhookSecret: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
};

let directory: string;
let host: Host;
let stack: Stack;
let people: People;
let broker: NatsConnection;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'plumbline-bad-input-'));
  host = await startHost();
  stack = await startStack({
    directory,
    apps: { bank: [demoModel] },
    settings: () =>
      demoSettings(secrets, { issuer: host.issuer, keysUrl: host.keysUrl, trainerUrl: 'http://127.0.0.1:9' }),
  });
  host.connect(stack.collectorUrl, secrets.grafanaToken);
  people = new People(host.url);
  const admin = stack.natsServer?.admin;
  if (admin === undefined) throw new Error('this test starts its own broker');
  broker = await connect({
    servers: admin.servers,
    user: admin.user,
    pass: admin.pass,
    inboxPrefix: admin.inboxPrefix,
  });
});

afterAll(async () => {
  await broker?.close();
  await stack?.stop();
  await host?.stop();
  await rm(directory, { recursive: true, force: true });
});

const event = (change: Record<string, unknown> = {}) => ({
  kind: 'inference',
  id: randomUUID(),
  time: Date.UTC(2026, 0, 5),
  model: demoModel,
  version: '1',
  role: 'champion',
  features: { income: 40_000, region: 'north' },
  prediction: 'repaid',
  score: 0.8,
  groups: { sex: 'male' },
  latencyMs: 1,
  traceId: null,
  error: null,
  ...change,
});

async function publish(subject: string, contentType: string, payload: Uint8Array | string): Promise<void> {
  const head = headers();
  head.set('content-type', contentType);
  await jetstream(broker).publish(subject, payload, { msgID: `${randomUUID()}:1`, headers: head });
}

async function publishEvent(body: Record<string, unknown>, model = demoModel): Promise<void> {
  const subject = inferenceSubject(partitionOf(String(body.id), 16), model);
  await publish(subject, jsonLinesContentType, JSON.stringify(body));
}

const status = () => people.read<CollectorStatus>('/v1/status');
const deadLetters = () => people.read<DeadLetterList>('/v1/dead-letters');

async function newDeadLetter(before: number) {
  return until('a dead letter', 10_000, async () => {
    const { items, total } = await deadLetters();
    return total > before && items.reduce((newest, item) => (item.at >= newest.at ? item : newest));
  });
}

describe('bad input', () => {
  it('malformed on the stream goes to the dead letters with its reason, and the next good event is counted', async () => {
    const before = await status();
    const { total } = await deadLetters();
    await publish(inferenceSubject(3, demoModel), columnarContentType, new Uint8Array([1, 2, 3, 4]));
    const letter = await newDeadLetter(total);
    expect(letter.code).toMatch(/^[A-Z_]+$/);
    expect(letter.reason.length).toBeGreaterThan(10);
    await publishEvent(event());
    await until(
      'the good event to be counted',
      10_000,
      async () => (await status()).counts.inferences === before.counts.inferences + 1,
    );
    expect((await status()).counts.deadLetters).toBe(before.counts.deadLetters + 1);
  });

  it('of an unknown model goes to the dead letters as UNKNOWN_MODEL and is counted nowhere else', async () => {
    const before = await status();
    const { total } = await deadLetters();
    await publishEvent(event({ model: 'nobody-declared-this' }), 'nobody-declared-this');
    expect((await newDeadLetter(total)).code).toBe('UNKNOWN_MODEL');
    expect((await status()).counts.inferences).toBe(before.counts.inferences);
  });

  it('on a retrain callback with a wrong signature is refused with BAD_SIGNATURE and changes no job', async () => {
    const before = await people.read<RetrainJobList>(`/v1/retrain-jobs?model=${demoModel}`);
    const client = new CollectorClient(stack.collectorUrl, secrets.trainerToken);
    const forged = client.report(
      { url: `${stack.collectorUrl}/v1/retrain-jobs/rt_1/status`, token: `rt_1.9999999999999.${'A'.repeat(43)}` },
      { state: 'accepted' },
    );
    await expect(forged).rejects.toThrow(/403.*BAD_SIGNATURE/);
    expect(await people.read<RetrainJobList>(`/v1/retrain-jobs?model=${demoModel}`)).toEqual(before);
  });

  it('in a promotion at a stale revision is refused with STALE_REVISION and nothing changes', async () => {
    const client = new CollectorClient(stack.collectorUrl, secrets.trainerToken);
    const rows = drawHistory(seededRandom(3), 'before', 1_500, Date.UTC(2025, 11, 1), 6_000);
    await client.register(demoModel, await publishVersion(client, '1', trainVersion(rows)));
    const before = await people.read<VersionList>(`/v1/models/${demoModel}/versions`);
    const stale = people.act('ada', 'promote', demoModel, before.revision + 5, {
      version: '1',
      reason: 'I read an old page',
    });
    await expect(stale).rejects.toSatisfy(
      (error) => error instanceof RefusedError && error.status === 412 && error.body.includes('STALE_REVISION'),
    );
    const after = await people.read<VersionList>(`/v1/models/${demoModel}/versions`);
    expect({ revision: after.revision, routing: after.routing }).toEqual({
      revision: before.revision,
      routing: before.routing,
    });
    expect((await people.read<AuditVerification>('/v1/audit/verify')).ok).toBe(true);
  });
});
