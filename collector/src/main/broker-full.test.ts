import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { plumblineSettings } from '../config/index.ts';
import { startCollector } from './index.ts';
import { collectorInput } from './testing/collector-input.ts';
import { hourMs, inferences } from './testing/traffic.ts';

let folder: string;
let nats: NatsServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-full-'));
  nats = await startNatsServer({ directory: join(folder, 'nats') });
}, 60_000);
afterAll(async () => {
  await nats.stop();
  await rm(folder, { recursive: true });
});

function run(maximumBytes: number) {
  const input = collectorInput(nats, folder);
  const settings = plumblineSettings.parse({
    collector: { ...input, nats: { ...input.nats, maximumBytes } },
    models: [{ name: 'credit', positive: 'yes' }],
  });
  return startCollector(settings, { logger: pino({ level: 'silent' }) });
}

it('a stream that is full refuses new events and says so, keeps what it took, and takes them again when it has room', async () => {
  const full = await run(1_048_576);
  await full.ready;
  const send = async (url: string, key: string) =>
    fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer secret-of-app',
        'content-type': 'application/x-ndjson',
        'idempotency-key': `full-${key}`,
      },
      body: inferences(key, 500, Date.UTC(2026, 10, 20), hourMs)
        .map((event) => JSON.stringify(event))
        .join('\n'),
    });
  let refused: Response | undefined;
  let sent = 0;
  while (refused === undefined && sent < 200) {
    const answer = await send(full.url, String(sent));
    if (answer.status === 202) sent += 1;
    else refused = answer;
  }
  expect(refused?.status).toBe(503);
  expect(await refused?.json()).toMatchObject({
    error: {
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringMatching(/the stream is full.*collector\.nats\.maximumBytes/),
    },
  });
  await full.stop();

  const roomy = await run(64 * 1_048_576);
  await roomy.ready;
  // Part of the refused request may be on the stream already: sent again with its key, it counts once.
  expect((await send(roomy.url, String(sent))).status).toBe(202);
  const counted = async () => {
    const status = (await (await fetch(`${roomy.url}/v1/status`)).json()) as { counts: { inferences: number } };
    return status.counts.inferences;
  };
  await expect.poll(counted).toBe(500 * (sent + 1));
  await roomy.stop();
});
