import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ask, findExecutable, run } from '../setup/commands.mjs';
import { findPostgres } from '../setup/postgres.mjs';
import { type Log, silentLog } from './log.ts';
import { type ManagedProcess, startProcess } from './process.ts';
import { freePort } from './stack.ts';

/**
 * A real PostgreSQL for tests: a cluster of its own below a folder, on a port of loopback, synced to disk like one in
 * production. PostgreSQL refuses to run as root, so root starts it as the user `postgres`, or `nobody`.
 */
export interface PostgresServer {
  /** Address of the database `plumbline`, as `collector.store` takes it. */
  readonly url: string;
  readonly pid: number;
  /** Runs SQL as the owner of the server, for what a test wants to see or break. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** A new empty database on this server; returns its address. */
  createDatabase(name: string): Promise<string>;
  /** Ends the connections of collectors, as an administrator would; returns how many there were. */
  endConnections(): Promise<number>;
  /** kill -9 of the server and all it started: what a crash looks like. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files after a kill. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  readonly directory: string;
  readonly log?: Log;
}

/** Why there is none here; `undefined` when it can be started. */
export function postgresMissing(): string | undefined {
  if (findPostgres() === undefined) return 'PostgreSQL is not installed (npm run setup says how)';
  if (isRoot() && runAs() === undefined)
    return 'PostgreSQL does not run as root, and setpriv or a user for it is missing';
  return undefined;
}

export async function startPostgres({ directory, log = silentLog }: PostgresServerOptions): Promise<PostgresServer> {
  const missing = postgresMissing();
  const programs = findPostgres();
  if (missing !== undefined || programs === undefined) throw new Error(missing);
  const cluster = join(directory, 'cluster');
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  const user = isRoot() ? runAs() : undefined;
  if (user !== undefined) {
    chownSync(cluster, user.uid, user.gid);
    letThrough(directory);
  }
  const [initdb, ...initArguments] = asUser(user, join(programs, 'initdb'), [
    ...['--pgdata', cluster, '--username', 'owner', '--auth', 'trust', '--encoding', 'UTF8', '--no-locale'],
    '--no-sync',
  ]);
  await run(initdb!, initArguments, { cwd: '/' });
  const port = await freePort();
  const address = (database: string) => `postgres://owner@127.0.0.1:${port}/${database}`;
  let server: ManagedProcess = await start();

  const postgres: PostgresServer = {
    url: address('plumbline'),
    get pid() {
      return server.pid;
    },
    query: (text, values) => queryOnce(address('plumbline'), text, values),
    async createDatabase(name) {
      await queryOnce(address('postgres'), `CREATE DATABASE ${name}`);
      return address(name);
    },
    async endConnections() {
      const ended = await queryOnce(
        address('postgres'),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plumbline-collector'",
      );
      return ended.length;
    },
    async kill() {
      await server.kill();
    },
    async restart() {
      await server.kill();
      server = await startAgain();
    },
    async stop() {
      // SIGTERM waits for clients to leave; SIGINT does not.
      signal(server.pid, 'SIGINT');
      await server.stop();
    },
  };
  await postgres.createDatabase('plumbline');
  return postgres;

  /** What the killed server had started notices on its own that it is gone, and holds its memory until then. */
  async function startAgain(): Promise<ManagedProcess> {
    const giveUpAt = performance.now() + 15_000;
    for (;;) {
      try {
        return await start();
      } catch (error) {
        if (performance.now() >= giveUpAt) throw error;
        await delay(100);
      }
    }
  }

  function start(): Promise<ManagedProcess> {
    const [command, ...args] = asUser(user, join(programs!, 'postgres'), [
      ...['-D', cluster, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...['-c', 'max_connections=100', '-c', 'shared_buffers=64MB'],
    ]);
    return startProcess({
      name: 'postgres',
      command: command!,
      args,
      cwd: '/',
      log,
      probe: () =>
        queryOnce(address('postgres'), 'SELECT 1').then(
          () => ({}),
          () => undefined,
        ),
    });
  }
}

async function queryOnce(url: string, text: string, values: readonly unknown[] = []) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A connection that the server ends meanwhile fails the query; the event says nothing more.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** Temporary folders belong to who made them alone: the server has to get to its own below them. */
function letThrough(directory: string): void {
  for (let folder = directory; folder.startsWith(`${tmpdir()}/`); folder = dirname(folder)) {
    chmodSync(folder, statSync(folder).mode | 0o011);
  }
}

interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** A user that is not root, and the program that becomes it. */
function runAs(): SystemUser | undefined {
  if (findExecutable('setpriv', process.env) === undefined) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [ask('id', ['-u', name]), ask('id', ['-g', name])];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

function asUser(user: SystemUser | undefined, command: string, args: readonly string[]): string[] {
  if (user === undefined) return [command, ...args];
  const become = ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'];
  return ['setpriv', ...become, '--pdeathsig', 'KILL', command, ...args];
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
