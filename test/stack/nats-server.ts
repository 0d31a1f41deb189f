import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findExecutable } from '../setup/commands.mjs';
import { requireNatsServer } from '../setup/nats-server.mjs';
import type { Log } from './log.ts';
import { brokerUsers, type NatsUser, type UserPermissions } from './nats-users.ts';
import { type Exit, type ManagedProcess, startProcess } from './process.ts';

/**
 * A real nats-server with JetStream as a child process: ephemeral port on loopback, every acknowledged message on disk,
 * and users who may do only what their part of the system does.
 */
export interface NatsServerOptions {
  /** Holds the store, the configuration and the lock. Two servers on one store would corrupt it: the second is refused. */
  readonly directory: string;
  /** Apps that publish, each with the models it may publish. */
  readonly apps?: Readonly<Record<string, readonly string[]>>;
  readonly maximumStoreBytes?: number;
  /** A client that takes nothing for so long is cut off, such as `200ms`. Default: the server's, 10 s. */
  readonly writeDeadline?: string;
  readonly log?: Log;
  readonly env?: NodeJS.ProcessEnv;
}

export interface NatsServer {
  readonly url: string;
  /** The server's own HTTP pages about itself, such as `/healthz` and `/jsz`. */
  readonly monitoringUrl: string;
  readonly version: string;
  readonly pid: number;
  /** The collector's user. */
  readonly collector: NatsUser;
  /** May do everything. For tests and benches that look behind the scenes, never for a part of the system. */
  readonly admin: NatsUser;
  /** The user of an app named in the options. */
  app(name: string): NatsUser;
  stop(): Promise<Exit>;
  /** kill -9. */
  kill(): Promise<Exit>;
  /** Starts again on the same store and port, after `stop` or `kill` (or stops first). */
  restart(): Promise<void>;
  /** The last lines the server wrote. */
  output(): string;
}

const lockTaken = 75;

export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const binary = requireNatsServer(options.env ?? process.env);
  const directory = join(options.directory);
  mkdirSync(directory, { recursive: true });
  const users = brokerUsers(options.apps ?? {}, () => randomBytes(18).toString('base64url'));

  let server = await launch(-1);
  const { url } = server.addresses;

  return {
    url,
    get monitoringUrl() {
      return server.addresses.monitoringUrl;
    },
    version: binary.version,
    get pid() {
      return server.process.pid;
    },
    collector: { servers: url, ...users.collector.credentials },
    admin: { servers: url, ...users.admin.credentials },
    app(name) {
      const app = users.apps.get(name);
      if (app === undefined) {
        throw new Error(`nats-server was started without an app named ${name}`);
      }
      return { servers: url, ...app.credentials };
    },
    stop: () => server.process.stop(),
    kill: () => server.process.kill(),
    async restart() {
      await server.process.stop();
      server = await launch(Number(new URL(url).port));
    },
    output: () => server.process.output(),
  };

  async function launch(port: number): Promise<{ process: ManagedProcess; addresses: Addresses }> {
    const configuration = join(directory, `nats-server.${process.pid}.conf`);
    const settings = {
      port,
      directory,
      // 2.9 does not know the setting and would not start; setup has warned loudly by then.
      syncAlways: !binary.outdated,
      maximumStoreBytes: options.maximumStoreBytes ?? 4 * 1024 ** 3,
      writeDeadline: options.writeDeadline,
      users: [users.collector, users.admin, ...users.apps.values()],
    };
    try {
      writeFileSync(configuration, configurationText(settings), { mode: 0o600 });
      const started = await startProcess({
        name: 'nats',
        ...lockedCommand(directory, [binary.path, '-c', configuration]),
        ...(options.log === undefined ? {} : { log: options.log }),
        probe: (pid) => readAddresses(directory, pid),
      });
      // `readAddresses` answered with exactly this.
      return { process: started, addresses: started.ready as unknown as Addresses };
    } catch (error) {
      throw explain(error, directory);
    } finally {
      // It holds passwords, and the server reads it only once.
      rmSync(configuration, { force: true });
    }
  }
}

interface Addresses {
  readonly url: string;
  readonly monitoringUrl: string;
}

interface ConfigurationSettings {
  readonly port: number;
  readonly directory: string;
  readonly syncAlways: boolean;
  readonly maximumStoreBytes: number;
  readonly writeDeadline: string | undefined;
  readonly users: readonly {
    readonly credentials: Omit<NatsUser, 'servers'>;
    readonly permissions: UserPermissions | null;
  }[];
}

/** The server's configuration file. Its syntax takes JSON for values, which quotes every string for us. */
function configurationText(settings: ConfigurationSettings): string {
  const users = settings.users.map(({ credentials: { user, pass }, permissions }) => ({
    user,
    password: pass,
    ...(permissions === null ? {} : { permissions }),
  }));
  return [
    `listen: "127.0.0.1:${settings.port}"`,
    'http: "127.0.0.1:-1"',
    `server_name: ${JSON.stringify(serverName(settings.directory))}`,
    `ports_file_dir: ${JSON.stringify(settings.directory)}`,
    `pid_file: ${JSON.stringify(join(settings.directory, 'nats-server.pid'))}`,
    // A columnar batch is at most 256 KiB; room for what other languages send.
    'max_payload: 8MB',
    ...(settings.writeDeadline === undefined ? [] : [`write_deadline: "${settings.writeDeadline}"`]),
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(settings.directory, 'store'))}`,
    `  max_file_store: ${settings.maximumStoreBytes}`,
    '  max_memory_store: 64MB',
    ...(settings.syncAlways ? ['  sync_interval: always'] : []),
    '}',
    'accounts {',
    '  PLUMBLINE {',
    '    jetstream: enabled',
    `    users: ${JSON.stringify(users, null, 2)}`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Stable for a folder, so that a restart is the same server to its clients. */
function serverName(directory: string): string {
  return `plumbline-${createHash('sha256').update(directory).digest('hex').slice(0, 8)}`;
}

/**
 * The server itself takes no lock on its store, so `flock` does. Without flock (macOS) the pid file has to do: it
 * cannot tell a server from another process that got its id, and then refuses where it need not.
 */
function lockedCommand(
  directory: string,
  [program = '', ...args]: readonly string[],
): { command: string; args: string[] } {
  const flock = findExecutable('flock', process.env);
  if (flock !== undefined) {
    const lock = join(directory, '.lock');
    return { command: flock, args: ['-n', '-E', `${lockTaken}`, '--no-fork', lock, program, ...args] };
  }
  const pid = readPid(directory);
  if (pid !== undefined && isAlive(pid)) {
    throw new Error(alreadyRunning(directory));
  }
  return { command: program, args };
}

function readPid(directory: string): number | undefined {
  const path = join(directory, 'nats-server.pid');
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * The addresses, once the server with this process id has written its ports file and takes connections. Files of
 * earlier servers, left behind by a crash, are removed on the way.
 */
async function readAddresses(
  directory: string,
  pid: number,
): Promise<Readonly<Record<keyof Addresses, string>> | undefined> {
  const files = readdirSync(directory).filter((file) => file.endsWith('.ports'));
  const own = files.find((file) => file.endsWith(`_${pid}.ports`));
  if (own === undefined) {
    return undefined;
  }
  for (const stale of files.filter((file) => file !== own)) {
    rmSync(join(directory, stale), { force: true });
  }
  const { nats: [url] = [], monitoring: [monitoringUrl] = [] } = readPorts(join(directory, own));
  const complete = url !== undefined && monitoringUrl !== undefined && (await takesConnections(url));
  return complete ? { url, monitoringUrl } : undefined;
}

/** Addresses by protocol. Empty while the file is being written: the caller asks again in a moment. */
function readPorts(path: string): { nats?: string[]; monitoring?: string[] } {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

function takesConnections(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

function explain(error: unknown, directory: string): unknown {
  return error instanceof Error && error.message.includes(`(exit code ${lockTaken})`)
    ? new Error(alreadyRunning(directory), { cause: error })
    : error;
}

function alreadyRunning(directory: string): string {
  return `another nats-server already runs on the store in ${directory}. Stop it, or use another folder.`;
}
