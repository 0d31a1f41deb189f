import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { plumblineSettings } from '../config/index.ts';
import { startCollector } from './index.ts';
import { collectorInput } from './testing/collector-input.ts';
import { hourMs, inferences } from './testing/traffic.ts';

/** A small disk of its own for the store: only root may make one. */
const folder = mkdtempSync(join(tmpdir(), 'plumbline-disk-'));
const disk = join(folder, 'disk');
mkdirSync(disk);
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]).status === 0;

let nats: NatsServer;
beforeAll(async () => {
  nats = await startNatsServer({ directory: join(folder, 'nats') });
}, 60_000);
afterAll(async () => {
  await nats.stop();
  if (isMounted) spawnSync('umount', [disk]);
  rmSync(folder, { recursive: true });
});

it.skipIf(!isMounted)(
  'a full disk is told by /readyz; what waited is counted once there is room again',
  async () => {
    const settings = plumblineSettings.parse({
      collector: { ...collectorInput(nats, folder), store: { sqlite: join(disk, 'store.sqlite') } },
      models: [{ name: 'credit', positive: 'yes' }],
    });
    const collector = await startCollector(settings, { logger: pino({ level: 'silent' }) });
    await collector.ready;
    const filler = join(disk, 'filler');
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc((bavail - 4) * bsize));

    let sent = 0;
    for (; sent < 5_000; sent += 500) {
      const answer = await fetch(`${collector.url}/v1/events`, {
        method: 'POST',
        headers: { authorization: 'Bearer secret-of-app', 'content-type': 'application/x-ndjson' },
        body: inferences(`d${sent}`, 500, Date.UTC(2026, 10, 20), hourMs)
          .map((event) => JSON.stringify(event))
          .join('\n'),
      });
      // The broker has a disk of its own.
      expect(answer.status).toBe(202);
    }
    const reasons = async () => (await fetch(`${collector.url}/readyz`)).text();
    await expect.poll(reasons).toMatch(/counts cannot be stored \(STORE_UNAVAILABLE\): .*disk is full/);

    rmSync(filler);
    const counted = async () => {
      const status = (await (await fetch(`${collector.url}/v1/status`)).json()) as { counts: { inferences: number } };
      return status.counts.inferences;
    };
    await expect.poll(counted).toBe(sent);
    await expect.poll(async () => (await fetch(`${collector.url}/readyz`)).status).toBe(200);
    await collector.stop();
  },
  120_000,
);
