import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
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
          http: { port: 0 },
          nats: natsInput(),
          store: postgres.url,
          commitEvery: '100ms',
          artefacts: join(directory, 'artefacts'),
          identity: { insecureLocal: true },
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

  const countedByAll = () =>
    Promise.all(collectors.map(async (collector) => (await ask(collector, '/v1/status')).body.counts?.inferences));
  const reasons = () => Promise.all(collectors.map(async (collector) => (await ask(collector, '/readyz')).body));
  const bothReady = [{ ready: true }, { ready: true }];
  async function send(name: string, count: number): Promise<void> {
    const { status } = await ask(collectors[0]!, '/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: inferences(name, count, start, hourMs)
        .map((event) => JSON.stringify(event))
        .join('\n'),
    });
    // The broker is well, and has it.
    expect(status).toBe(202);
  }

  test('say that the database is down, and count what waited when it is back', async () => {
    const [before] = await countedByAll();
    await postgres.kill();
    await send('down', 500);
    const down = {
      error: { code: 'NOT_READY', message: expect.stringMatching(/\(STORE_UNAVAILABLE\): .*PostgreSQL/) },
    };
    await expect.poll(reasons).toMatchObject([down, down]);
    await postgres.restart();
    await expect.poll(countedByAll).toEqual([before + 500, before + 500]);
    await expect.poll(reasons).toEqual(bothReady);
  });

  test('say that the disk of the database is full, and count what waited when it has room', async ({ skip }) => {
    const disk = join(directory, 'disk');
    const { uid, gid } = statSync(join(directory, 'postgres', 'cluster'));
    mkdirSync(disk);
    const options = `size=64m,mode=700,uid=${uid},gid=${gid}`;
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status !== 0) {
      skip('only root may make a small disk');
    }
    try {
      const [before] = await countedByAll();
      await postgres.query(`CREATE TABLESPACE small LOCATION '${disk}'`);
      for (const kind of ['TABLE', 'INDEX']) {
        await postgres.query(`ALTER ${kind} ALL IN TABLESPACE pg_default SET TABLESPACE small`);
      }
      const filler = join(disk, 'filler');
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(filler, Buffer.alloc(bavail * bsize));
      for (let part = 0; part < 8; part++) await send(`full-${part}`, 500);
      const full = {
        message: expect.stringMatching(/\(STORE_UNAVAILABLE\): .*No space left.*give the server more room/),
      };
      await expect
        .poll(async () => (await reasons()).map(({ error }) => error))
        .toContainEqual(expect.objectContaining(full));
      rmSync(filler);
      await expect.poll(countedByAll).toEqual([before + 4_000, before + 4_000]);
      await expect.poll(reasons).toEqual(bothReady);
    } finally {
      // The server must have let go of its files before the disk goes.
      await Promise.all(collectors.splice(0).map((collector) => collector.stop()));
      await postgres.stop();
      spawnSync('umount', [disk]);
    }
  });
});
