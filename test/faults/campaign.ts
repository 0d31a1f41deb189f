import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectBus } from '../../collector/src/bus/index.ts';
import { collectorSettings } from '../../collector/src/config/settings.ts';
import { partitionPositions } from '../../collector/src/main/partitions/ownership.ts';
import { findSignal, profileTotals, signalMoments } from '../../collector/src/profile/index.ts';
import { type Counts, readCounts } from '../../collector/src/store/counts.ts';
import { readProfiles } from '../../collector/src/store/history.ts';
import { openStore } from '../../collector/src/store/open.ts';
import { jsonCollection, type Store } from '../../collector/src/store/port.ts';
import { type NatsServer, startNatsServer } from '../stack/nats-server.ts';
import { type PostgresServer, startPostgres } from '../stack/postgres.ts';
import { type ManagedProcess, startProcess } from '../stack/process.ts';
import { randomNumbers, type WindowTruth } from './ledger.ts';
import { readStream, type StreamTruth } from './stream-truth.ts';

/**
 * A campaign of faults: apps that record through the SDK, a broker, a store and collectors, each of which is killed at
 * random moments, again and again. Afterwards the ledger must balance: what the broker acknowledged is on the stream,
 * and what is on the stream is counted, each event once.
 */
export interface CampaignOptions {
  /** Everything it writes goes below. */
  readonly directory: string;
  readonly store: 'sqlite' | 'postgres';
  /** Several share the stream; a SQLite file has one. */
  readonly collectors: number;
  /** These, in their order; or so many of whatever can fail here. */
  readonly faults: readonly Fault[] | number;
  readonly seed: number;
  /** A wrong build, to see that this notices. */
  readonly order?: 'checkpoint first';
}

export const faults = ['collector', 'pause', 'broker', 'store', 'app'] as const;
/** `pause`: a collector is stopped until the others have taken over, and then goes on. */
export type Fault = (typeof faults)[number];

export interface CampaignResult {
  readonly faults: Readonly<Record<Fault, number>>;
  /** Events that apps were told are safe, those on the stream, and those counted: inferences and outcomes. */
  readonly acknowledged: number;
  readonly sent: number;
  readonly counted: number;
  /** Acknowledged inferences that are not on the stream. */
  readonly missing: number;
  /** Windows whose rows, sum of values or labels differ from the stream: `<version> <from>: found, expected`. */
  readonly wrongWindows: readonly string[];
  readonly counts: Counts;
  readonly expected: Pick<StreamTruth, 'inferences' | 'outcomes' | 'labelled'>;
  readonly balanced: boolean;
  /** The last words of the collectors. */
  readonly said: string;
  readonly seconds: number;
}

/** Long enough for the others to take over: two seconds of silence, and what a busy machine adds. */
const pauseMs = 6_000;
const windowMs = 10_000;
/** Of `collector-process.ts`. */
const committedLine = '{"event":"committed"}';
const startAt = 1_700_000_000_000;
const model = {
  name: 'credit risk',
  positive: 'yes',
  window: '10s',
  lateness: '2s',
  outcomeDelay: '10s',
  reference: { rows: 200 },
};

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const began = performance.now();
  mkdirSync(options.directory, { recursive: true });
  const random = randomNumbers(options.seed);
  await using stopping = new AsyncDisposableStack();
  const nats = await startNatsServer({ directory: join(options.directory, 'nats'), apps: { app: [model.name] } });
  stopping.defer(() => nats.stop().then(() => undefined));
  const postgres =
    options.store === 'postgres' ? await startPostgres({ directory: join(options.directory, 'postgres') }) : null;
  stopping.defer(() => postgres?.stop());
  // The streams are there before anybody publishes.
  await (await connectBus({ nats: natsSettings(nats) })).close();
  const system = new System(options, nats, postgres);
  stopping.defer(() => system.killAll());
  await system.start();

  const done: Record<Fault, number> = { collector: 0, pause: 0, broker: 0, store: 0, app: 0 };
  for (const fault of faultsOf(options, random)) {
    await delay(40 + random() * 260);
    await system.strike(fault, random);
    done[fault]++;
  }
  await system.settle();
  const acknowledged = system.acknowledged();
  // By a connection made now: one that saw the broker die may still be waiting to try again.
  const reading = await connectBus({ nats: natsSettings(nats) });
  stopping.defer(() => reading.close());
  const truth = await readStream(reading, windowMs);
  const store = await openStore(system.storeSettings, { readOnly: true });
  try {
    await (options.store === 'postgres' ? untilCounted(store, truth) : untilRead(store, truth));
    const said = await system.stopCollectors();
    const { windows, counts } = await readStore(store);
    const wrongWindows = differences(windows, truth.windows);
    const missing = acknowledged.ids.filter((id) => !truth.ids.has(id)).length;
    const { inferences, outcomes, labelled } = truth;
    const isCounted =
      counts.inferences === inferences && counts.outcomes === outcomes && counts.joinedOutcomes === labelled;
    return {
      faults: done,
      acknowledged: acknowledged.ids.length,
      sent: inferences + outcomes,
      counted: counts.inferences + counts.outcomes,
      missing,
      wrongWindows,
      counts,
      expected: { inferences, outcomes, labelled },
      balanced: isCounted && missing === 0 && wrongWindows.length === 0,
      said,
      seconds: (performance.now() - began) / 1_000,
    };
  } finally {
    await store.close();
  }
}

/** Each fault as often as it is likely. Pauses are long, so they are few. */
function faultsOf({ store, collectors, faults: wanted }: CampaignOptions, random: () => number): readonly Fault[] {
  if (typeof wanted !== 'number') return wanted;
  const often = (fault: Fault, times: number) => Array.from({ length: times }, () => fault);
  const choices = [
    ...often('collector', 8),
    ...often('broker', 4),
    ...often('app', 4),
    ...(store === 'postgres' ? often('store', 4) : []),
    ...(collectors > 1 ? often('pause', 2) : []),
  ];
  return Array.from({ length: wanted }, () => choices[Math.floor(random() * choices.length)]!);
}

function natsSettings(server: NatsServer) {
  return collectorSettings.parse({ nats: natsInput(server) }).nats;
}

function natsInput(server: NatsServer) {
  const { servers, user, pass, inboxPrefix } = server.collector;
  return { url: servers, user, password: pass, inboxPrefix, maximumBytes: 512 * 1_048_576 };
}

/** All processes of a campaign. What is killed is started again, in the background, while the next fault comes. */
class System {
  readonly storeSettings: { sqlite: string } | { postgres: string };
  readonly #options: CampaignOptions;
  readonly #nats: NatsServer;
  readonly #postgres: PostgresServer | null;
  readonly #collectors: (Promise<ManagedProcess> | null)[] = [];
  #app: Promise<ManagedProcess> | null = null;
  #broker: Promise<unknown> = Promise.resolve();
  #database: Promise<unknown> = Promise.resolve();
  #pauses: Promise<unknown> = Promise.resolve();
  #lives = 0;
  /** Records of each life of the app that the broker has. */
  readonly #flushed = new Map<number, number>();

  constructor(options: CampaignOptions, nats: NatsServer, postgres: PostgresServer | null) {
    this.#options = options;
    this.#nats = nats;
    this.#postgres = postgres;
    this.storeSettings =
      postgres === null ? { sqlite: join(options.directory, 'collector.sqlite') } : { postgres: postgres.url };
  }

  async start(): Promise<void> {
    const atWork = Promise.withResolvers<void>();
    for (let index = 0; index < this.#options.collectors; index++) {
      this.#collectors[index] = this.#startCollector(atWork.resolve);
    }
    this.#app = this.#startApp();
    const ended = Promise.all([...this.#collectors, this.#app]).then(([first]) => first?.exited);
    await Promise.race([atWork.promise, ended]);
  }

  async strike(fault: Fault, random: () => number): Promise<void> {
    const index = Math.floor(random() * this.#collectors.length);
    const share = random();
    switch (fault) {
      case 'collector': {
        await (await this.#collectors[index])?.kill();
        const atWork = Promise.withResolvers<void>();
        this.#collectors[index] = this.#startCollector(atWork.resolve);
        // Most get to work before anything else happens; around some it happens while they start.
        if (share < 0.8 || this.#options.order !== undefined)
          await Promise.race([atWork.promise, this.#collectors[index].then(({ exited }) => exited)]);
        return;
      }
      case 'pause': {
        await this.#pauses;
        const { pid } = (await this.#collectors[index])!;
        process.kill(pid, 'SIGSTOP');
        this.#pauses = delay(pauseMs).then(() => wake(pid));
        return;
      }
      case 'broker':
        await this.#broker;
        this.#broker = this.#nats.kill().then(() => this.#nats.restart());
        return this.#broker.then(() => undefined);
      case 'store':
        await this.#database;
        this.#database =
          share < 0.7 ? this.#postgres!.endConnections().catch(() => undefined) : this.#postgres!.restart();
        return this.#database.then(() => undefined);
      case 'app':
        await (await this.#app)?.kill();
        this.#app = this.#startApp();
        await this.#app;
    }
  }

  /** Lets everything come back, and the app deliver what it has. */
  async settle(): Promise<void> {
    await Promise.all([this.#broker, this.#database, this.#pauses, ...this.#collectors]);
    const app = await this.#app;
    const exit = await app?.stop(quietMs);
    if (exit?.code !== 0) throw new Error(`the app did not deliver: ${app?.output()}`);
  }

  acknowledged(): { ids: string[] } {
    const ids: string[] = [];
    for (const [life, through] of this.#flushed) {
      for (let index = 0; index < through; index++) ids.push(`${life}-${index}`);
    }
    return { ids };
  }

  /** Returns their last words. */
  async stopCollectors(): Promise<string> {
    const said: string[] = [];
    for (const starting of this.#collectors.splice(0)) {
      const collector = await starting;
      const exit = await collector?.stop(quietMs);
      if (exit?.code !== 0) throw new Error(`a collector ended with ${JSON.stringify(exit)}: ${collector?.output()}`);
      said.push(collector?.output() ?? '');
    }
    return said.join('\n\n');
  }

  async killAll(): Promise<void> {
    await this.#pauses;
    for (const starting of [...this.#collectors, this.#app]) await (await starting?.catch(() => null))?.kill();
  }

  /** `onWork`: it has committed something. */
  async #startCollector(onWork: () => void = () => undefined): Promise<ManagedProcess> {
    const settings = {
      nats: natsInput(this.#nats),
      store: this.storeSettings,
      model,
      commitEveryMs: 60,
      ...(this.#options.order === undefined ? {} : { order: this.#options.order }),
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await startProcess({
          name: 'collector',
          command: process.execPath,
          args: [new URL('./collector-process.ts', import.meta.url).pathname],
          env: { FAULT_SETTINGS: JSON.stringify(settings) },
          log: { line: (_, text) => text === committedLine && onWork() },
          readyTimeoutMs: quietMs,
        });
      } catch (error) {
        // The broker or the store may be down just now: whoever runs a collector starts it again.
        if (attempt === 10) throw error;
        await delay(300);
      }
    }
  }

  #startApp(): Promise<ManagedProcess> {
    const life = ++this.#lives;
    const { servers, user, pass, inboxPrefix } = this.#nats.app('app');
    const settings = {
      nats: { servers, user, pass, inboxPrefix },
      model: model.name,
      life,
      startAt: startAt + life * 60_000,
      stepMs: 10,
      perSecond: 400,
    };
    return startProcess({
      name: 'app',
      command: process.execPath,
      args: [new URL('./app-process.ts', import.meta.url).pathname],
      env: { FAULT_APP: JSON.stringify(settings) },
      readyTimeoutMs: quietMs,
      readyLine: (line) => this.#heard(line),
    });
  }

  #heard(line: string): Record<string, unknown> | undefined {
    const said: { event?: string; life?: number; through?: number } = JSON.parse(line);
    if (said.event === 'flushed') this.#flushed.set(said.life ?? 0, said.through ?? 0);
    return said.event === 'ready' ? {} : undefined;
  }
}

function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It was killed while it stood still.
  }
}

/** Until everything is counted, or nothing more is read or counted. */
function untilCounted(store: Store, { inferences, outcomes, labelled }: StreamTruth): Promise<void> {
  return whileItMoves(async () => {
    const { counts, ...read } = await store.read(async (transaction) => ({
      counts: await readCounts(transaction),
      // A backlog is read long before it is counted, and slices without anything in them are read for ever.
      partitions: (await transaction.range(partitionPositions, {})).map(({ value }) => value.sequence),
      merged: await transaction.get(positions, '0'),
    }));
    // At least: too many is found by the comparison that follows, not by waiting.
    const isDone = counts.inferences >= inferences && counts.outcomes >= outcomes && counts.joinedOutcomes >= labelled;
    return { isDone, progress: { counts, ...read } };
  });
}

/** Until a collector that has the stream to itself says that it has read it all, whatever it has counted. */
function untilRead(store: Store, { lastSequence }: StreamTruth): Promise<void> {
  return whileItMoves(async () => {
    const position = await store.read((transaction) => transaction.get(positions, '0'));
    return { isDone: (position?.value.sequence ?? 0) >= lastSequence, progress: position };
  });
}

/** Until `look` says that it is done, or has told of no progress for as long as a busy machine needs to take over. */
async function whileItMoves(look: () => Promise<{ isDone: boolean; progress: unknown }>): Promise<void> {
  let latest = '';
  let giveUpAt = performance.now() + quietMs;
  while (performance.now() < giveUpAt) {
    const { isDone, progress } = await look();
    if (isDone) return;
    const shown = JSON.stringify(progress) ?? '';
    if (shown !== latest) giveUpAt = performance.now() + quietMs;
    latest = shown;
    await delay(100);
  }
}

const positions = jsonCollection<{ readonly sequence: number }>('stream_positions');
/** Only what hangs is given up: a process that gets no processor for a minute is no fault of what it counts. */
const quietMs = 240_000;

async function readStore(store: Store): Promise<{ windows: Map<string, WindowTruth>; counts: Counts }> {
  return store.read(async (transaction) => {
    const windows = new Map<string, WindowTruth>();
    for (const version of ['1', '2']) {
      const key = { model: model.name, environment: 'production', version };
      for (const { from, profile } of await readProfiles(transaction, key)) {
        const { rows, labelled } = profileTotals(profile);
        const isKnown = findSignal(profile.shape, 'feature:number') !== undefined;
        const mean = isKnown ? signalMoments(profile, 'feature:number').mean : Number.NaN;
        windows.set(`${version} ${from}`, { rows, labelled, sum: Math.round((mean ?? 0) * rows) });
      }
    }
    return { windows, counts: await readCounts(transaction) };
  });
}

function differences(found: ReadonlyMap<string, WindowTruth>, expected: ReadonlyMap<string, WindowTruth>): string[] {
  return [...new Set([...found.keys(), ...expected.keys()])].sort().flatMap((key) => {
    const [left, right] = [found.get(key), expected.get(key)].map((window) => JSON.stringify(sorted(window)));
    return left === right ? [] : [`${key}: ${left}, expected ${right}`];
  });
}

function sorted(window: WindowTruth | undefined): number[] {
  return window === undefined ? [] : [window.rows, Math.round(window.sum), window.labelled];
}
