import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requireNatsServer } from '../../../test/setup/nats-server.mjs';
import { type NatsServer, startNatsServer } from '../../../test/stack/nats-server.ts';
import { hourMs, inferences } from '../main/testing/traffic.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { type PlumblineProcess, startPlumbline } from './testing/plumbline-process.ts';

/** `plumbline serve` as people meet it: what it says, also when it cannot start, and how it ends. */

let folder: string;
let nats: NatsServer;
const children = new Set<ChildProcess>();
const servers: Server[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-serve-'));
  nats = await startNatsServer({ directory: join(folder, 'nats') });
}, 60_000);
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(async () => {
  await nats.stop();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

interface Settings {
  readonly nats?: object;
  readonly store?: object;
  readonly http?: object;
}

function serve(name: string, { nats: natsSettings, store, http }: Settings = {}) {
  const { user, pass, inboxPrefix } = nats.collector;
  const config = join(folder, `${name}.yaml`);
  const collector = {
    http: http ?? { port: 0 },
    nats: { url: nats.url, user, password: pass, inboxPrefix, ...natsSettings },
    store: store ?? { sqlite: join(folder, name, 'store.sqlite') },
    artefacts: join(folder, name, 'artefacts'),
    commitEvery: '200ms',
    identity: { insecureLocal: true, tokens: [{ name: 'app', secret: 'secret-of-app', scopes: ['events:write'] }] },
  };
  writeFileSync(config, JSON.stringify({ collector, models: [{ name: 'credit', positive: 'yes' }] }));
  return start('--config', config);
}

function start(...args: string[]): PlumblineProcess {
  const started = startPlumbline(['serve', ...args], { cwd: folder });
  children.add(started.child);
  return started;
}

/** What it says in the end, when it ends by itself: one line. */
async function lastWords(name: string, settings: Settings): Promise<string> {
  const { exit, stdout, stderr } = serve(name, settings);
  expect(await exit, stderr()).toBe(1);
  expect(stdout()).toBe('');
  const said = stderr()
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  expect(said).toHaveLength(1);
  return said[0] ?? '';
}

async function listening(respond: (data: string) => string, greeting: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).write(greeting);
    socket.on('data', (data) => void socket.write(respond(String(data))));
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

describe('plumbline serve', () => {
  it('prints one line when it is ready, logs without secrets, and ends clean on SIGTERM', async () => {
    const config = join(folder, 'plumbline.yaml');
    const { user, pass, inboxPrefix } = nats.collector;
    const settings = {
      collector: {
        http: { port: 0 },
        nats: { url: nats.url, user, password: pass, inboxPrefix },
        store: { sqlite: 'serve/store.sqlite' },
        artefacts: 'serve/artefacts',
        identity: { tokens: [{ name: 'reader', secret: 'a-secret-token', scopes: ['read'] }] },
        logLevel: 'debug',
      },
      models: [{ name: 'credit' }],
    };
    writeFileSync(config, JSON.stringify(settings));
    const { child, exit, stdout, stderr } = start('--config', config);
    await expect.poll(stdout).toMatch(/\n/);
    const ready = JSON.parse(stdout());
    expect(ready).toEqual({ event: 'ready', http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    const answer = await fetch(`${ready.http}/v1/me`, { headers: { authorization: 'Bearer a-secret-token' } });
    expect(await answer.json()).toMatchObject({ subject: 'token:reader', actions: [] });
    child.kill('SIGTERM');
    expect(await exit, stderr()).toBe(0);
    expect(stdout().trimEnd().split('\n')).toHaveLength(1);
    expect(stderr()).not.toContain('a-secret-token');
    expect(stderr()).not.toContain(pass);
    const events = stderr()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(events).toEqual(expect.arrayContaining(['listening', 'ready', 'http.request', 'stopped']));
  });

  it('names what is wrong with its settings, a line each, and ends', async () => {
    const config = join(folder, 'wrong.yaml');
    writeFileSync(config, 'models:\n  - name: a\n    windw: 1h\n  - nam: b\n');
    const { exit, stdout, stderr } = start('--config', config);
    expect(await exit).toBe(1);
    expect(stdout()).toBe('');
    expect(stderr().trimEnd().split('\n')).toEqual([
      `plumbline: BAD_CONFIG: ${config}:3: models[0].windw: unknown setting; is it misspelt?`,
      expect.stringContaining(`${config}:4: models[1].nam`),
      expect.stringContaining(`${config}:4: models[1].nam`),
    ]);
  });

  it('prints the schema of its settings', async () => {
    const { exit, stdout } = start('--print-schema');
    expect(await exit).toBe(0);
    expect(JSON.parse(stdout())).toMatchObject({ title: 'plumbline.yaml', type: 'object' });
  });

  it('refuses options it does not know', async () => {
    const { exit, stderr } = start('--confg', 'x');
    expect(await exit).toBe(2);
    expect(stderr()).toMatch(/^plumbline: BAD_REQUEST: Unknown option '--confg'/);
  });
});

describe('plumbline serve ends with one line that says what to do', () => {
  it('when the server is too old', async () => {
    const info = {
      server_id: 'X',
      version: '2.9.10',
      headers: true,
      jetstream: true,
      max_payload: 1_048_576,
      proto: 1,
    };
    const port = await listening(
      (data) => (data.includes('PING') ? 'PONG\r\n' : ''),
      `INFO ${JSON.stringify(info)}\r\n`,
    );
    expect(await lastWords('old', { nats: { url: `nats://127.0.0.1:${port}` } })).toMatch(
      /^plumbline: BROKER_TOO_OLD: nats-server 2\.9\.10 .* at least 2\.10 is needed: upgrade it$/,
    );
  });

  it('when its port is taken', async () => {
    const port = await listening(() => '', '');
    expect(await lastWords('port', { http: { port } })).toMatch(
      /^plumbline: BAD_CONFIG: cannot listen on 127\.0\.0\.1:\d+ \(.*EADDRINUSE.*\): .* set collector\.http$/,
    );
  });

  it('when its store is of a newer version, of another program, or cannot be made', async () => {
    const newer = join(folder, 'newer.sqlite');
    await (await openSqliteStore({ path: newer })).close();
    const database = new DatabaseSync(newer);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(await lastWords('newer', { store: { sqlite: newer } })).toMatch(
      /^plumbline: STORE_NEWER: .*newer\.sqlite was written by a newer Plumbline \(schema 99.*upgrade, or use another file$/,
    );
    const text = join(folder, 'text.sqlite');
    writeFileSync(text, 'not a database, but long enough to look like one to somebody who reads its head'.repeat(10));
    expect(await lastWords('text', { store: { sqlite: text } })).toMatch(
      /^plumbline: STORE_UNAVAILABLE: cannot open the store .*text\.sqlite: file is not a database$/,
    );
    expect(await lastWords('folder', { store: { sqlite: join(text, 'store.sqlite') } })).toMatch(
      /^plumbline: STORE_UNAVAILABLE: cannot open the store .*store\.sqlite: /,
    );
  }, 240_000);

  it('when the stream has other partitions than the settings', async () => {
    const first = serve('partitions');
    await expect.poll(first.stdout).toMatch(/ready/);
    const words = await lastWords('partitions-8', { nats: { partitions: 8 } });
    expect(words).toMatch(/^plumbline: BAD_CONFIG: the stream PLUMBLINE exists .* 16 partitions.*is 8/);
    // And when another collector has its store.
    expect(await lastWords('second', { store: { sqlite: join(folder, 'partitions', 'store.sqlite') } })).toMatch(
      /^plumbline: STORE_UNAVAILABLE: another process is using the store .*: stop it, or give this one another file$/,
    );
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
  }, 240_000);
});

describe('plumbline serve waits and says for what', () => {
  const reasonOf = (stderr: string) =>
    stderr
      .split('\n')
      .filter((line) => line.includes('"broker.unavailable"'))
      .map((line) => JSON.parse(line).reason)
      .join();

  it('where there is no JetStream, or its user is refused; SIGTERM ends that too', async () => {
    const { path } = requireNatsServer();
    const plain = spawn(path, ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', folder]);
    children.add(plain);
    let said = '';
    plain.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const port = () => /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    await expect.poll(port).toBeDefined();
    const none = serve('no-jetstream', { nats: { url: `nats://127.0.0.1:${port()}` } });
    await expect.poll(() => reasonOf(none.stderr())).toMatch(/no JetStream .*start it with `-js`/);
    none.child.kill('SIGTERM');
    expect(await none.exit, none.stderr()).toBe(0);

    const refused = serve('refused', { nats: { password: 'wrong' } });
    await expect
      .poll(() => reasonOf(refused.stderr()))
      .toMatch(/refuses the user collector: set collector\.nats\.user and collector\.nats\.password/);
    expect(refused.stderr()).not.toContain('"stack"');
    refused.child.kill('SIGTERM');
    expect(await refused.exit, refused.stderr()).toBe(0);
  }, 240_000);
});

describe('SIGTERM', () => {
  it('commits and ends within seconds: what was taken is counted, and what was not can be sent again, once', async () => {
    const first = serve('drain');
    await expect.poll(first.stdout).toMatch(/\n/);
    const start = Date.UTC(2026, 10, 20);
    const post = (stdout: string, key: string) =>
      fetch(`${JSON.parse(stdout).http}/v1/events`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer secret-of-app',
          'content-type': 'application/x-ndjson',
          'idempotency-key': `batch-${key}`,
        },
        body: inferences(key, 20, start, hourMs)
          .map((event) => JSON.stringify(event))
          .join('\n'),
      });
    const taken: string[] = [];
    const untaken: string[] = [];
    const send = async (sender: number) => {
      for (let number = 0; ; number++) {
        const key = `s${sender}-${number}`;
        const answer = await post(first.stdout(), key).catch(() => null);
        (answer?.status === 202 ? taken : untaken).push(key);
        if (answer?.status !== 202) return;
      }
    };
    const senders = [1, 2, 3, 4].map(send);
    await expect.poll(() => taken.length).toBeGreaterThan(20);
    const askedAt = performance.now();
    first.child.kill('SIGTERM');
    expect(await first.exit, first.stderr()).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(15_000);
    await Promise.all(senders);

    const second = serve('drain');
    await expect.poll(second.stdout).toMatch(/\n/);
    const counted = async () => {
      const { http } = JSON.parse(second.stdout());
      const status = (await (await fetch(`${http}/v1/status`)).json()) as { counts: { inferences: number } };
      return status.counts.inferences;
    };
    // A request that was cut off may have been taken or not: its sender cannot know, and need not.
    await expect.poll(counted).toBeGreaterThanOrEqual(20 * taken.length);
    for (const key of untaken) expect((await post(second.stdout(), key)).status).toBe(202);
    await expect.poll(counted).toBe(20 * (taken.length + untaken.length));
    second.child.kill('SIGTERM');
    expect(await second.exit).toBe(0);
  }, 240_000);
});
