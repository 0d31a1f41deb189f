import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNatsServer } from './nats-server.ts';
import { freePort, type Stack, type StackOptions, startStack } from './stack.ts';

let directory: string;
const stops: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plumbline-stack-'));
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) {
    await stop();
  }
  rmSync(directory, { recursive: true, force: true });
});

const settings: StackOptions['settings'] = () => ({
  collector: { identity: { insecureLocal: true } },
  models: [{ name: 'credit-risk' }],
});

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startStack({ directory, apps: { bank: ['credit-risk'] }, settings, ...options });
  stops.push(() => stack.stop());
  return stack;
}

async function readiness(stack: Stack): Promise<number | string> {
  try {
    return (await fetch(`${stack.collectorUrl}/readyz`)).status;
  } catch {
    return 'unreachable';
  }
}

describe('startStack', () => {
  it('runs a broker and a collector that is ready, on the address promised beforehand', async () => {
    let promised = '';
    const stack = await start({
      settings: (starting) => {
        promised = starting.collectorUrl;
        return settings(starting);
      },
    });
    expect(stack.collectorUrl).toBe(promised);
    expect(stack.collector().ready).toMatchObject({ event: 'ready', http: promised });
    expect(await readiness(stack)).toBe(200);
  });

  it('brings a killed collector back on the same address', async () => {
    const stack = await start();
    const { pid } = stack.collector();
    await stack.killCollector();
    expect(await readiness(stack)).toBe('unreachable');
    await stack.restartCollector();
    expect(stack.collector().pid).not.toBe(pid);
    await expect.poll(() => readiness(stack)).toBe(200);
  });

  it('uses a broker that runs already', async () => {
    const broker = await startNatsServer({ directory: join(directory, 'elsewhere') });
    stops.push(() => broker.stop());
    const { user, pass } = broker.admin;
    const stack = await start({ natsUrl: broker.url.replace('nats://', `nats://${user}:${pass}@`) });
    expect(stack.natsServer).toBeNull();
    expect(stack.natsUser('bank')).toMatchObject({ servers: broker.url, user, pass });
    expect(await readiness(stack)).toBe(200);
    expect(readdirSync(directory)).not.toContain('nats');
  });

  it('stops the broker when the rest cannot be started', async () => {
    const starting = startStack({
      directory,
      apps: {},
      settings: () => {
        throw new Error('no trainer');
      },
    });
    await expect(starting).rejects.toThrow('no trainer');
    // Its lock is free again.
    await (await startNatsServer({ directory: join(directory, 'nats') })).stop();
  });

  it('says what the collector said when its settings are wrong', async () => {
    const starting = startStack({ directory, apps: {}, settings: () => ({ models: [{ name: '' }] }) });
    await expect(starting).rejects.toThrow(/collector ended before it was ready[\s\S]*models\[0\]\.name/);
  });

  it('leaves nothing running when it is stopped', async () => {
    const stack = await start();
    await stack.stop();
    expect(await readiness(stack)).toBe('unreachable');
    expect(existsSync(join(directory, 'collector.sqlite'))).toBe(true);
    await (await startNatsServer({ directory: join(directory, 'nats') })).stop();
  });
});

describe('freePort', () => {
  it('passes over a port that is taken', async () => {
    const taken = createServer();
    const answers = [0.123_45, 0.123_45, 0.5];
    const first = await freePort(() => 0.123_45);
    await new Promise<void>((resolve) => taken.listen(first, '127.0.0.1', resolve));
    stops.push(async () => taken.close());
    expect(await freePort(() => answers.shift() ?? 0.9)).not.toBe(first);
  });
});
