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

/** Runs the script to its end, which it must find by itself. */
function run(): Promise<{ code: number | null; output: string }> {
  const script = fileURLToPath(new URL('testing/forgets-shutdown.ts', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, NATS_OPTIONS: JSON.stringify(broker.server.app('app')) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
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
    expect(output).toMatch(/plumbline: .*\(not_delivered: /);
  });
});

describe('the source', () => {
  it('says the version of its package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await import('../version.ts')).sdkVersion).toBe(version);
  });
});
