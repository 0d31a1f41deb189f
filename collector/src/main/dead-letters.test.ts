import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { inferenceSubject, partitionOf, streamName } from '@plumbline/sdk/subjects';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { plumblineSettings } from '../config/index.ts';
import { type Collector, startCollector } from './index.ts';
import { collectorInput } from './testing/collector-input.ts';

/** Dead letters from the stream and from a door: a look at them, and another try once their cause is mended. */

let folder: string;
let nats: NatsServer;
let admin: NatsConnection;
let collector: Collector;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-dead-letters-'));
  nats = await startNatsServer({ directory: join(folder, 'nats') });
  admin = await connect(nats.admin);
  collector = await run(['credit']);
}, 60_000);
afterAll(async () => {
  await collector.stop();
  await admin.close();
  await nats.stop();
  await rm(folder, { recursive: true });
});

async function run(models: readonly string[]): Promise<Collector> {
  const settings = plumblineSettings.parse({
    collector: {
      ...collectorInput(nats, folder),
      identity: {
        insecureLocal: true,
        tokens: [
          { name: 'gateway', secret: 'secret-of-gateway', scopes: ['events:write'] },
          { name: 'reader', secret: 'secret-of-reader', scopes: ['read'] },
        ],
      },
    },
    models: models.map((name) => ({ name })),
  });
  const started = await startCollector(settings, { logger: pino({ level: 'silent' }) });
  await started.ready;
  return started;
}

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(collector.url + path, init);
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes; what a test expects of one is its check.
  const body: any = await response.json();
  return { status: response.status, body };
}

let keys = 0;
const act = (path: string, revision: number) =>
  ask(`/v1/actions/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'if-match': `"${revision}"`,
      'idempotency-key': `replay-key-${++keys}`,
    },
    body: JSON.stringify({ reason: 'the model is declared now' }),
  });

const event = (id: string, model: string) =>
  JSON.stringify({ kind: 'inference', id, time: Date.now(), model, version: '1', features: { a: 1 }, prediction: 'x' });

async function publish(id: string, model: string, messageId = `${id}:1`): Promise<void> {
  const meta = headers();
  meta.set('content-type', 'application/x-ndjson');
  meta.set('Plumbline-Producer', id);
  meta.set('Plumbline-Batch', '1');
  await jetstream(admin).publish(inferenceSubject(partitionOf(id, 16), model), event(id, model), {
    msgID: messageId,
    headers: meta,
  });
}

const kserve = (type: string, id: string, body: unknown) =>
  ask('/v1/kserve', {
    method: 'POST',
    headers: {
      authorization: 'Bearer secret-of-gateway',
      'content-type': 'application/json',
      'ce-type': `org.kubeflow.serving.inference.${type}`,
      'ce-id': id,
      'ce-inferenceservicename': 'later',
    },
    body: JSON.stringify(body),
  });

const letters = async (query = '') => (await ask(`/v1/dead-letters${query}`)).body;
const counts = async () => (await ask('/v1/status')).body.counts;

describe('dead letters', () => {
  it('are listed by code and page, with their first bytes for those who may replay them', async () => {
    for (const id of ['l-1', 'l-2', 'l-3']) await publish(id, 'later');
    await jetstream(admin).publish(inferenceSubject(0, 'credit'), Uint8Array.of(0, 1, 2, 255), { msgID: 'raw:1' });
    await expect.poll(async () => (await counts()).deadLetters).toBe(4);
    expect((await letters('?code=UNKNOWN_MODEL')).items).toHaveLength(3);
    const first = await letters('?limit=3');
    const second = await letters(`?limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }: { id: string }) => id)).toEqual(['4', '3', '2', '1']);
    expect(second.nextCursor).toBeNull();
    expect((await ask('/v1/dead-letter-codes')).body.items[0]).toMatchObject({
      code: 'UNKNOWN_MODEL',
      kept: 3,
      waiting: 3,
      revision: 0,
    });
    const { payload } = (await ask('/v1/dead-letters/1')).body;
    expect(payload).toMatchObject({ contentType: 'application/x-ndjson', hex: null, cut: false });
    expect(JSON.parse(payload.text)).toMatchObject({ id: 'l-1' });
    expect((await ask('/v1/dead-letters/4')).body.payload).toMatchObject({ text: null, hex: '000102ff', bytes: 4 });
    const asReader = { headers: { authorization: 'Bearer secret-of-reader' } };
    expect((await ask('/v1/dead-letters/1', asReader)).body.error.code).toBe('FORBIDDEN');
    expect((await ask('/v1/dead-letters/99')).body.error.code).toBe('NOT_FOUND');
  });

  it('are not published again while they still cannot be read', async () => {
    expect(await act('replay-dead-letter/1', 1)).toMatchObject({
      status: 409,
      body: { error: { code: 'REFUSED', details: { reason: 'still_unreadable' } } },
    });
    expect((await act('replay-dead-letter/1', 7)).body.error.code).toBe('STALE_REVISION');
    expect((await act('replay-dead-letters/UNKNOWN_MODEL', 0)).body).toMatchObject({
      outcome: 'unchanged',
      text: '0 are on the stream again, 3 are left (3 of them still cannot be read)',
    });
    expect((await counts()).deadLetters).toBe(4);
  });

  it('are counted once when they are replayed, whether they came over the stream or through a door', async () => {
    expect((await kserve('request', 'call', { instances: [[1, 2]] })).body.error.code).toBe('UNKNOWN_MODEL');
    expect((await kserve('response', 'call', { predictions: [1] })).body.error.code).toBe('UNKNOWN_MODEL');
    await expect.poll(async () => (await counts()).deadLetters).toBe(6);
    await collector.stop();
    collector = await run(['credit', 'later']);

    expect((await act('replay-dead-letter/1', 1)).body).toMatchObject({ outcome: 'done', revision: 2 });
    expect((await act('replay-dead-letter/1', 2)).body.error.details.reason).toBe('already_replayed');
    // Its sender sends it again as well, under the identity it had: that is the same batch.
    await jetstreamManager(admin).then((manager) => manager.streams.purge(streamName));
    await publish('l-1', 'later', 'another id');
    expect((await act('replay-dead-letters/UNKNOWN_MODEL', 1)).body).toMatchObject({
      outcome: 'done',
      text: expect.stringMatching(/^2 are on the stream again, 0 are left/),
    });
    expect((await act('replay-dead-letters/REFUSED_BODY', 0)).body).toMatchObject({
      text: '2 are on the stream again, 0 are left (0 of them still cannot be read)',
    });
    await expect.poll(async () => (await counts()).inferences).toBe(4);
    await new Promise((done) => setTimeout(done, 500));
    expect(await counts()).toMatchObject({ inferences: 4, deadLetters: 6 });
    expect((await letters()).items.filter(({ replayed }: { replayed: unknown }) => replayed === null)).toHaveLength(1);
    const { items } = (await ask('/v1/audit?limit=10')).body;
    expect(items.filter(({ action }: { action: string }) => action === 'dead_letter.replayed')).toHaveLength(4);
  });
});
