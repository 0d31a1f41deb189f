import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Broker, patience, startBroker } from '../nats/testing/broker.ts';
import { createStreams, storedIds } from '../nats/testing/stored-events.ts';

/**
 * The broker goes away under load, the app is killed and started again. Short by default; OUTAGE_SECONDS=30 gives the long
 * form.
 */
const outageMs = 1_000 * Number(process.env.OUTAGE_SECONDS ?? 2);
const rate = 1_000;

let broker: Broker;
let apps: RecordingApp[];

beforeEach(async () => {
  apps = [];
  broker = await startBroker(['credit']);
  await createStreams(broker.admin);
});

afterEach(async () => {
  for (const app of apps) {
    app.kill();
  }
  await broker.stop();
});

interface RecordingApp {
  /** Ids of the inferences it said it had accepted. */
  readonly accepted: readonly string[];
  readonly output: () => string;
  kill(): void;
}

function startApp(options: object): RecordingApp {
  const script = fileURLToPath(new URL('testing/recording-app.ts', import.meta.url));
  const APP_OPTIONS = JSON.stringify({ ...options, nats: broker.server.app('app'), buffer: { events: 200_000 } });
  const child: ChildProcess = spawn(process.execPath, [script], {
    env: { ...process.env, APP_OPTIONS, APP_RATE: `${rate}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let rest = '';
  let errors = '';
  const accepted: string[] = [];
  child.stdout?.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    accepted.push(...lines);
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const app = { accepted, output: () => errors, kill: () => void child.kill('SIGKILL') };
  apps.push(app);
  return app;
}

const spoolFolders = (folder: string) => readdirSync(folder);

describe('an app with a spool', () => {
  it(
    'that is killed while the broker is away has every accepted inference arrive once when it starts again',
    async () => {
      const folder = join(broker.directory, 'spool');
      const first = startApp({ spool: { folder } });
      await vi.waitFor(() => expect(first.accepted.length).toBeGreaterThan(200), patience);
      await broker.server.kill();
      await sleep(outageMs / 2);
      first.kill();
      const second = startApp({ spool: { folder } });
      await vi.waitFor(() => expect(second.accepted.length).toBeGreaterThan(200), patience);
      await sleep(outageMs / 2);
      second.kill();
      // The third is killed with the broker there again, in the middle of delivering.
      await broker.restart();
      const third = startApp({ spool: { folder } });
      await vi.waitFor(() => expect(third.accepted.length).toBeGreaterThan(200), patience);
      third.kill();
      const last = startApp({ spool: { folder } });
      const accepted = () => [first, second, third].flatMap((app) => app.accepted);
      await vi.waitFor(
        async () => {
          const stored = new Set(await storedIds(broker.admin));
          const lost = accepted().filter((id) => !stored.has(id));
          expect({ lost: lost.length, output: last.output() }).toEqual({ lost: 0, output: expect.any(String) });
        },
        { timeout: 30_000 + 2 * outageMs, interval: 200 },
      );
      const stored = await storedIds(broker.admin);
      expect(new Set(stored).size).toBe(stored.length);
      expect(new Set(accepted()).size).toBe(accepted().length);
      // What dead processes left is gone: the last one's folder is all there is.
      await vi.waitFor(() => expect(spoolFolders(folder)).toHaveLength(1), patience);
    },
    120_000 + 4 * outageMs,
  );
});

describe('an app without a spool', () => {
  it(
    'says exactly how many it lost to an outage that outlasts it',
    async () => {
      const monitor = broker.monitor({ model: { name: 'credit', version: '1' } });
      await vi.waitFor(() => expect(monitor.status().connection.state).toBe('connected'), patience);
      for (let index = 0; index < 500; index++) {
        monitor.record({ features: { index } });
      }
      expect(await monitor.flush({ timeoutMs: 10_000 })).toMatchObject({ delivered: true });
      await broker.server.kill();
      const until = Date.now() + outageMs;
      let recorded = 500;
      while (Date.now() < until) {
        monitor.record({ features: { index: recorded } });
        recorded += 1;
        if (recorded % 10 === 0) {
          await sleep(5);
        }
      }
      await monitor.shutdown({ timeoutMs: 50 });
      const { counts } = monitor.status();
      const lost = (counts.dropped.not_delivered ?? 0) + (counts.dropped.buffer_events ?? 0);
      await broker.restart();
      const stored = await storedIds(broker.admin);
      expect(counts.acknowledged).toBe(500);
      expect(stored.length).toBe(500);
      expect(lost + counts.thinned + stored.length).toBe(recorded);
      expect(broker.warnings.join('\n')).toContain('not_delivered');
    },
    60_000 + 2 * outageMs,
  );
});
