import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logisticOnnx } from '../../../test/onnx/logistic.ts';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../../../test/stack/postgres.ts';
import { connectBus } from '../bus/index.ts';
import { collectorSettings, plumblineSettings } from '../config/settings.ts';
import { digestOf } from '../rollout/index.ts';
import { type Collector, startCollector } from './index.ts';
import { hourMs, inferences } from './testing/traffic.ts';

const missing = postgresMissing();
const start = Date.UTC(2026, 10, 20);

/** Whole collectors on one PostgreSQL, each asked over HTTP. */
describe.skipIf(missing !== undefined)(missing ?? 'two collectors on one PostgreSQL', { timeout: 120_000 }, () => {
  let directory: string;
  let nats: NatsServer;
  let postgres: PostgresServer;
  let collectors: Collector[];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'plumbline-shared-'));
    nats = await startNatsServer({ directory: join(directory, 'nats') });
    postgres = await startPostgres({ directory: join(directory, 'postgres') });
    collectors = await Promise.all([run(), run()]);
    await Promise.all(collectors.map(({ ready }) => ready));
  });
  afterAll(async () => {
    await Promise.all(collectors.map((collector) => collector.stop()));
    await postgres.stop();
    await nats.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const natsInput = () => {
    const { servers, user, pass, inboxPrefix } = nats.collector;
    return { url: servers, user, password: pass, inboxPrefix };
  };
  const run = () =>
    startCollector(
      plumblineSettings.parse({
        collector: {
          ...{ http: { port: 0 }, nats: natsInput(), store: postgres.url, commitEvery: '100ms' },
          ...{ artefacts: join(directory, 'artefacts'), identity: { insecureLocal: true } },
        },
        models: [{ name: 'credit', positive: 'yes', reference: { rows: 200 }, rollout: { approvals: 1 } }],
      }),
      { logger: pino({ level: 'silent' }) },
    );

  async function ask(collector: Collector, path: string, init: RequestInit = {}) {
    const response = await fetch(collector.url + path, init);
    // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes; what a test expects of one is its check.
    const body: any = await response.json();
    return { status: response.status, body };
  }

  test('answer alike, whichever was sent the events', async () => {
    const [first, second] = collectors as [Collector, Collector];
    for (const [index, collector] of [first, second].entries()) {
      const events = inferences(`part-${index}`, 300, start + index * 3 * hourMs, hourMs);
      const sent = await ask(collector, '/v1/events', {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: events.map((event) => JSON.stringify(event)).join('\n'),
      });
      expect(sent.status).toBe(202);
    }
    for (const collector of [first, second]) {
      await expect.poll(async () => (await ask(collector, '/v1/status')).body.counts.inferences).toBe(600);
      expect((await ask(collector, '/readyz')).status).toBe(200);
    }
    const models = await Promise.all(collectors.map((collector) => ask(collector, '/v1/models')));
    expect(models[0]!.body).toEqual(models[1]!.body);
    expect((await ask(second, '/v1/audit/verify')).body).toMatchObject({ ok: true });
  });

  test('act alike: what one is told, whichever leads publishes', async () => {
    const bytes = logisticOnnx({ inputs: ['a'], weights: [1], bias: 0 });
    const [first, second] = collectors as [Collector, Collector];
    const upload = await ask(first, `/v1/artefacts/${digestOf(bytes)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
    });
    expect(upload.status).toBe(201);
    const registered = await ask(second, '/v1/models/credit/versions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version: '9', digest: digestOf(bytes), inputs: ['a'], classes: ['no', 'yes'] }),
    });
    expect(registered.status).toBe(201);
    const { revision } = (await ask(first, '/v1/models/credit/versions')).body;
    const promote = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'if-match': `"${revision}"`, 'idempotency-key': 'one-promotion' },
      body: JSON.stringify({ version: '9', reason: 'the first one' }),
    };
    // Sent to both, as a client that tries again may: it happens once.
    const answers = await Promise.all(
      collectors.map((collector) => ask(collector, '/v1/actions/promote/credit', promote)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]!.body).toEqual(answers[1]!.body);
    const bus = await connectBus({ nats: collectorSettings.parse({ nats: natsInput() }).nats });
    await expect.poll(async () => (await bus.readRouting('production', 'credit'))?.champion?.version).toBe('9');
    await bus.close();
  });
});
