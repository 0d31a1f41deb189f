import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from './testing/broker.ts';
import { createStreams, storedIds } from './testing/stored-events.ts';

let broker: Broker;

beforeEach(async () => {
  broker = await startBroker(['credit risk']);
});

afterEach(() => broker.stop());

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** Runs the script to its end, which it must find by itself, or when it is told to once it has recorded. */
function run(waits?: 'for a signal' | 'listening' | 'listening once'): Promise<Ending> {
  const script = fileURLToPath(new URL('testing/forgets-shutdown.ts', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      NATS_OPTIONS: JSON.stringify(broker.server.app('app')),
      ...(waits === undefined ? {} : { WAITS: waits }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (output.includes('recorded')) {
      child.kill('SIGTERM');
    }
  });
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })));
}

describe('a script that forgets shutdown()', () => {
  it('delivers what it recorded, and ends', async () => {
    await createStreams(broker.admin);
    const { code, output } = await run();
    expect(code).toBe(0);
    expect(output).toMatch(/^plumbline: script in production: broker connected to .*\n$/);
    expect((await storedIds(broker.admin)).sort()).toEqual(Array.from({ length: 10 }, (_, age) => `inference ${age}`));
  });

  it('ends as well when nobody takes its events, and says how many were lost', async () => {
    await broker.server.stop();
    const { code, output } = await run();
    expect(code).toBe(0);
    expect(output).toMatch(/plumbline: No broker answers/);
    expect(output).toMatch(/plumbline: 10 events dropped: .*\(not_delivered: /);
  });
});

describe('a process that is told to end', () => {
  const all = Array.from({ length: 10 }, (_, age) => `inference ${age}`);

  it('delivers what it recorded, and ends of the signal', async () => {
    await createStreams(broker.admin);
    expect(await run('for a signal')).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect((await storedIds(broker.admin)).sort()).toEqual(all);
  });

  it('delivers, and ends as it pleases where it listens itself', async () => {
    await createStreams(broker.admin);
    expect(await run('listening')).toMatchObject({ code: 0, signal: null });
    expect((await storedIds(broker.admin)).sort()).toEqual(all);
  });

  it('is left to its own listener for one signal too, and delivers what that records', async () => {
    await createStreams(broker.admin);
    expect(await run('listening once')).toMatchObject({ code: 0, signal: null });
    expect((await storedIds(broker.admin)).sort()).toEqual([...all, 'inference 10'].sort());
  });
});

describe('the source', () => {
  it('says the version of its package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await import('../version.ts')).sdkVersion).toBe(version);
  });
});
