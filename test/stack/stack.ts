import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { PlumblineSettingsInput as SettingsInput } from '@plumbline/collector/config';
import { repositoryRoot } from '../setup/commands.mjs';
import { type Log, silentLog } from './log.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import { inboxPrefix, type NatsUser } from './nats-users.ts';
import { type ManagedProcess, startProcess } from './process.ts';

export type { SettingsInput };

/**
 * The whole system on one machine: broker, collector, and whatever programs the caller adds (sample apps, a trainer, the
 * host page). Shared by the demo, the end-to-end tests and the benches.
 */
export interface StackOptions {
  /** Everything the stack writes goes below this folder. */
  readonly directory: string;
  /** Apps that publish, each with the models it may publish. */
  readonly apps: Readonly<Record<string, readonly string[]>>;
  /**
   * The collector's settings, without the addresses and folders that the stack fills in. Called when the broker runs
   * and `collectorUrl` is known, so programs the settings refer to (a trainer, the host page) can be started here.
   */
  readonly settings: (stack: Stack) => SettingsInput | Promise<SettingsInput>;
  readonly log?: Log;
  /** A broker that runs already is used instead of starting one: its address, with user and password if it wants any. */
  readonly natsUrl?: string | undefined;
}

export interface Stack {
  readonly directory: string;
  /** Null when a broker was given by `natsUrl`. */
  readonly natsServer: NatsServer | null;
  /** Fixed before the collector starts, and kept over its restarts. */
  readonly collectorUrl: string;
  /** How an app of the options connects to the broker. */
  natsUser(app: string): NatsUser;
  /** Starts a program of this repository on the project's Node and waits for its line `{"event":"ready",...}`. */
  start(program: Program): Promise<ManagedProcess>;
  /** The running collector. */
  collector(): ManagedProcess;
  /** kill -9 (what a crash looks like), without a restart. */
  killCollector(): Promise<void>;
  /** Starts the collector again on the same state and address; stops it first if it runs. */
  restartCollector(): Promise<void>;
  /** Stops everything, last started first. */
  stop(): Promise<void>;
}

export interface Program {
  /** Name in the log. */
  readonly name: string;
  /** Path of the TypeScript file from the repository's root. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly readyTimeoutMs?: number;
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const { directory, apps, natsUrl, log = silentLog } = options;
  mkdirSync(directory, { recursive: true });
  const configuration = join(directory, 'plumbline.yaml');
  const port = await freePort();
  const programs: ManagedProcess[] = [];
  let collector: ManagedProcess | undefined;

  const natsServer = natsUrl ? null : await startNatsServer({ directory: join(directory, 'nats'), apps, log });

  const stack: Stack = {
    directory,
    natsServer,
    collectorUrl: `http://127.0.0.1:${port}`,
    natsUser: (app) => natsServer?.app(app) ?? userOfUrl(natsUrl ?? '', app),
    async start(program) {
      const started = await startProgram(program);
      programs.push(started);
      return started;
    },
    collector() {
      if (collector === undefined) {
        throw new Error('the collector has not been started yet');
      }
      return collector;
    },
    async killCollector() {
      await stack.collector().kill();
    },
    async restartCollector() {
      await collector?.stop();
      collector = await startProgram({
        name: 'collector',
        file: 'collector/src/cli/plumbline.ts',
        args: ['serve', '--config', configuration],
      });
    },
    async stop() {
      for (const program of programs.splice(0).reverse()) {
        await program.stop();
      }
      await collector?.stop();
      await natsServer?.stop();
    },
  };

  try {
    const nats = natsServer?.collector ?? userOfUrl(natsUrl ?? '', 'collector');
    const settings = withAddresses(await options.settings(stack), { directory, port, nats });
    // JSON is YAML. The file holds secrets.
    writeFileSync(configuration, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
    await stack.restartCollector();
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }

  function startProgram({ name, file, args = [], env = {}, readyTimeoutMs }: Program): Promise<ManagedProcess> {
    return startProcess({
      name,
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', join(repositoryRoot, file), ...args],
      cwd: repositoryRoot,
      env,
      log,
      ...(readyTimeoutMs === undefined ? {} : { readyTimeoutMs }),
    });
  }
}

/** The caller's settings with the parts only the stack knows. */
function withAddresses(
  settings: SettingsInput,
  known: { readonly directory: string; readonly port: number; readonly nats: NatsUser },
): SettingsInput {
  const { servers, user, pass, inboxPrefix: prefix } = known.nats;
  const credentials = user === '' ? {} : { user, password: pass };
  return {
    ...settings,
    collector: {
      store: { sqlite: join(known.directory, 'collector.sqlite') },
      artefacts: join(known.directory, 'artefacts'),
      ...settings.collector,
      http: { host: '127.0.0.1', port: known.port },
      nats: { ...settings.collector?.nats, url: servers, inboxPrefix: prefix, ...credentials },
    },
  };
}

/** On a broker of somebody else's everybody has the user of the address, if it names one. */
function userOfUrl(address: string, name: string): NatsUser {
  const url = new URL(address.includes('://') ? address : `nats://${address}`);
  return {
    servers: `${url.protocol}//${url.host}`,
    user: decodeURIComponent(url.username),
    pass: decodeURIComponent(url.password),
    inboxPrefix: inboxPrefix(name),
  };
}

/**
 * A port on loopback that is free now and stays free: below the range from which systems hand out ports by themselves,
 * so nothing gets it by chance before we use it.
 */
export async function freePort(random: () => number = Math.random): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(random() * 10_000);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error('no free port between 20000 and 30000 on 127.0.0.1');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
