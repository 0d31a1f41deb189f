import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMonitor, type Monitor, type MonitorOptions } from '../index.ts';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';
import { claimLeftOver, disown, readLeftOver } from './left-over.ts';

const patience = { timeout: 10_000, interval: 10 };

let folder: string;
let monitors: Monitor[];
const warnings: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-spool-'));
  monitors = [];
  warnings.length = 0;
});

afterEach(async () => {
  await Promise.all(monitors.map((monitor) => monitor.shutdown({ timeoutMs: 0 })));
  rmSync(folder, { recursive: true, force: true });
});

function start(transport: MemoryTransport, options: Partial<MonitorOptions> = {}): Monitor {
  const logger = { info: () => {}, warn: (message: string) => warnings.push(message) };
  const model = { name: 'credit', version: '1' };
  const monitor = createMonitor({ service: 'api', model, transport, logger, spool: { folder }, ...options });
  monitors.push(monitor);
  return monitor;
}

const away = () => createMemoryTransport({ connected: false });

describe('a spool', () => {
  it('gives what one monitor left to the next, value for value', async () => {
    const first = start(away());
    const features = {
      age: 44,
      missing: null,
      wrong: Number.NaN,
      infinite: Number.POSITIVE_INFINITY,
      text: 'a\nb\u2028',
      yes: true,
    };
    const id = first.record({ features, groups: { sex: 'f' }, prediction: 'yes', score: 0.25, latencyMs: 1.5 });
    const outcome = first.outcome({ inferenceId: id, value: 'repaid' });
    expect(await first.shutdown({ timeoutMs: 20 })).toEqual({ delivered: false, remaining: 2 });
    expect(first.status().counts.dropped).toEqual({});

    const transport = createMemoryTransport();
    const second = start(transport);
    await vi.waitFor(() => expect(transport.outcomes()).toHaveLength(1), patience);
    expect(transport.inferences()).toMatchObject([
      {
        id,
        prediction: 'yes',
        score: 0.25,
        latencyMs: 1.5,
        groups: { sex: 'f' },
        features: { age: 44, infinite: Number.POSITIVE_INFINITY, text: 'a\nb\u2028', yes: 'true' },
      },
    ]);
    expect(transport.outcomes()).toMatchObject([{ id: outcome, inferenceId: id }]);
    expect(second.status()).toMatchObject({ spool: { recovered: 2 }, counts: { accepted: 2, acknowledged: 2 } });
  });

  it('keeps nothing once all is delivered', async () => {
    const monitor = start(createMemoryTransport());
    monitor.record({ features: { age: 1 } });
    await monitor.shutdown();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('can be read by nobody but the user of the app', async () => {
    const monitor = start(away());
    monitor.record({ features: { age: 1 } });
    await vi.waitFor(() => expect(monitor.status().counts.accepted).toBe(1), patience);
    const [own = ''] = readdirSync(folder);
    expect(statSync(join(folder, own)).mode & 0o077).toBe(0);
    for (const name of readdirSync(join(folder, own))) {
      expect(statSync(join(folder, own, name)).mode & 0o077).toBe(0);
    }
  });

  it('takes over what a process on another host left, once that has been silent for a minute', async () => {
    const first = start(away());
    const id = first.record({ features: { age: 1 } });
    await first.shutdown({ timeoutMs: 20 });
    const [left = ''] = readdirSync(folder);
    const owner = join(folder, left, 'owner.json');
    const host = 'a host that is gone';
    writeFileSync(owner, JSON.stringify({ host, pid: process.pid }));
    const claimAt = (silentMs: number) => claimLeftOver(folder, '', statSync(owner).mtimeMs + silentMs);
    expect(await claimAt(59_999)).toBeUndefined();
    const claimed = (await claimAt(60_001)) ?? '';
    disown(claimed);
    expect((await readLeftOver(claimed)).map(({ events }) => events)).toMatchObject([[{ id }]]);
  });

  it('leaves the folder of a living process alone', async () => {
    const first = start(away());
    first.record({ features: { age: 1 } });
    await vi.waitFor(() => expect(first.status().counts.accepted).toBe(1), patience);
    const transport = createMemoryTransport();
    const second = start(transport);
    second.record({ features: { age: 2 } });
    await second.flush();
    expect(transport.inferences()).toHaveLength(1);
  });

  it('passes over a torn last line and whatever is no line of ours', async () => {
    const first = start(away());
    const id = first.record({ features: { age: 1 } });
    await first.shutdown({ timeoutMs: 20 });
    const [own = ''] = readdirSync(folder);
    const [segment = ''] = readdirSync(join(folder, own)).filter((name) => name.endsWith('.events'));
    const path = join(folder, own, segment);
    const line = readFileSync(path, 'utf8').trimEnd();
    appendFileSync(path, `nonsense\n[1,2,3]\n["e","p",-1,{}]\n${line.slice(0, line.length / 2)}`);
    writeFileSync(join(folder, 'a file'), '');
    mkdirSync(join(folder, 'a folder'));
    const transport = createMemoryTransport();
    start(transport);
    await vi.waitFor(() => expect(transport.inferences().map((event) => event.id)).toEqual([id]), patience);
  });

  it('that is full thins what is recorded, and refuses the rest with its own reason', async () => {
    const monitor = start(away(), { spool: { folder, bytes: 64 * 1024 } });
    for (let index = 0; index < 2_000; index++) {
      monitor.record({ features: { text: 'x'.repeat(200) } });
      monitor.outcome({ inferenceId: `${index}`, value: 1 });
    }
    const { thinned, dropped } = monitor.status().counts;
    expect(thinned).toBeGreaterThan(100);
    expect(dropped.spool_full).toBeGreaterThan(100);
    expect(monitor.status().spool?.bytes).toBeLessThan(66 * 1024);
  });

  it.skipIf(process.getuid?.() === 0)(
    'that cannot be written is a problem to show, and nothing is lost by it',
    async () => {
      chmodSync(folder, 0o500);
      const transport = createMemoryTransport();
      const monitor = start(transport);
      monitor.record({ features: { age: 1 } });
      expect(await monitor.flush()).toMatchObject({ delivered: true });
      expect(monitor.status().problems).toMatchObject([{ code: 'spool_failed' }]);
    },
  );

  it('in a place that is no folder is a problem to show, and nothing is lost by it', async () => {
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    const transport = createMemoryTransport();
    const monitor = start(transport, { spool: { folder: file } });
    monitor.record({ features: { age: 1 } });
    expect(await monitor.flush()).toMatchObject({ delivered: true });
    expect(transport.inferences()).toHaveLength(1);
    expect(monitor.status().problems).toMatchObject([{ code: 'spool_failed' }]);
  });
});
