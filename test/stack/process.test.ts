import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from './log.ts';
import { type ManagedProcess, startProcess } from './process.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'plumbline-process-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function start(code: string, more: Partial<Parameters<typeof startProcess>[0]> = {}): Promise<ManagedProcess> {
  return startProcess({ name: 'child', command: process.execPath, args: ['-e', code], ...more });
}

const readyAndWait = `console.log(JSON.stringify({ event: 'ready', http: 'http://127.0.0.1:1' })); setInterval(() => {}, 1000);`;

describe('startProcess', () => {
  it('waits for the ready line and hands on what it says', async () => {
    const child = await start(`console.log('{"event":"starting"}'); ${readyAndWait}`);
    expect(child.ready).toEqual({ event: 'ready', http: 'http://127.0.0.1:1' });
    await child.stop();
  });

  it('finds a ready line that arrives in pieces', async () => {
    const child = await start(
      `process.stdout.write('{"event":'); setTimeout(() => process.stdout.write('"ready"}\\n'), 50); setInterval(() => {}, 1000);`,
    );
    expect(child.ready).toEqual({ event: 'ready' });
    await child.stop();
  });

  it('does not take a line of the log for the ready line', async () => {
    const child = await start(
      `console.error('{"event":"ready","log":true}'); setTimeout(() => { ${readyAndWait} }, 50);`,
    );
    expect(child.ready).not.toHaveProperty('log');
    await child.stop();
  });

  it('streams both outputs line by line, each with the name of the process', async () => {
    const lines: string[] = [];
    const log: Log = { line: (source, text) => lines.push(`${source}: ${text}`) };
    const child = await start(`console.error('two\\nlines'); ${readyAndWait}`, { log });
    await child.stop();
    expect(lines).toEqual(expect.arrayContaining(['child: two', 'child: lines']));
  });

  it('rejects with the last output when the process ends before it is ready', async () => {
    await expect(start(`console.error('no such model'); process.exit(3);`)).rejects.toThrow(
      /child ended before it was ready \(exit code 3\)[\s\S]*no such model/,
    );
  });

  it('rejects with the last output, and ends the process, when it never becomes ready', async () => {
    const pids: number[] = [];
    const probe = async (pid: number) => {
      pids.push(pid);
      return undefined;
    };
    await expect(
      start(`console.log('thinking'); setInterval(() => {}, 1000);`, { probe, readyTimeoutMs: 1_000 }),
    ).rejects.toThrow(/child was not ready after 1 s[\s\S]*thinking/);
    expect(isAlive(pids[0])).toBe(false);
  });

  it('rejects when the program does not exist', async () => {
    await expect(startProcess({ name: 'ghost', command: join(directory, 'ghost') })).rejects.toThrow(/ghost/);
  });

  it('sets variables and takes variables away', async () => {
    process.env.PLUMBLINE_PROCESS_TEST = 'inherited';
    const child = await start(
      `console.log(JSON.stringify({ event: 'ready', a: process.env.A, inherited: process.env.PLUMBLINE_PROCESS_TEST ?? null })); setInterval(() => {}, 1000);`,
      {
        env: { A: '1', PLUMBLINE_PROCESS_TEST: undefined },
      },
    );
    delete process.env.PLUMBLINE_PROCESS_TEST;
    expect(child.ready).toMatchObject({ a: '1', inherited: null });
    await child.stop();
  });
});

describe('a started process', () => {
  it('ends by its own hand on stop', async () => {
    const child = await start(`process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); ${readyAndWait}`);
    expect(await child.stop()).toEqual({ code: 0, signal: null });
    expect(child.output()).toContain('bye');
  });

  it('is killed when it ignores the request to stop', async () => {
    const child = await start(`process.on('SIGTERM', () => {}); ${readyAndWait}`);
    expect(await child.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('takes its own children with it', async () => {
    const child = await start(
      `const { spawn } = require('node:child_process');
       const grandchild = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
       console.log(JSON.stringify({ event: 'ready', grandchild: grandchild.pid })); setInterval(() => {}, 1000);`,
    );
    const grandchild = Number(child.ready.grandchild);
    expect(isAlive(grandchild)).toBe(true);
    await child.kill();
    await expect.poll(() => isAlive(grandchild)).toBe(false);
  });

  it('can be stopped twice', async () => {
    const child = await start(readyAndWait);
    const first = await child.stop();
    expect(await child.stop()).toEqual(first);
  });
});

describe('when the launcher ends, its processes end too', () => {
  const launcher = `
    import { startProcess } from ${JSON.stringify(fileURLToPath(new URL('./process.ts', import.meta.url)))};
    const child = await startProcess({ name: 'child', command: process.execPath, args: ['-e', ${JSON.stringify(readyAndWait)}] });
    console.log(child.pid);
  `;

  it.each([
    ['by an uncaught error', `setTimeout(() => { throw new Error('bug'); }, 0);`],
    ['by process.exit', 'process.exit(0);'],
    ...(process.platform === 'linux' ? [['by kill -9', `process.kill(process.pid, 'SIGKILL');`]] : []),
  ])('%s', async (_how, ending) => {
    const file = join(directory, 'launcher.ts');
    writeFileSync(file, `${launcher}\n${ending}`);
    const pid = await new Promise<number>((resolve) => {
      execFile(process.execPath, [file], (_error, stdout) => resolve(Number(stdout)));
    });
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

/** A process that ended but was not collected by its parent (a zombie) still has an id: it is not alive. */
function isAlive(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? Number.NaN, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
