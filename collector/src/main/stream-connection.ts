import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Heartbeat, RoutingDocument } from '@plumbline/sdk/routing';
import { type Bus, connectBus } from '../bus/index.ts';
import type { CollectorSettings } from '../config/index.ts';
import { isPlumblineError, PlumblineError } from '../errors.ts';
import type { KeptMessage, OutgoingBatch } from '../events/index.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type { Instruments } from '../telemetry/index.ts';
import { type CommitResult, createEngine, type EngineOptions } from './engine.ts';
import { guardHooks } from './guard-hooks.ts';
import { createIngest } from './ingest.ts';
import type { Logger } from './logger.ts';
import { createCluster } from './partitions/cluster.ts';
import { ReadingThread } from './reading/reading-thread.ts';
import { startRoutingProjector } from './routing-projector.ts';

/** Everything that needs the broker: reading events, hearing instances, publishing routes. */
export interface StreamConnection {
  /**
   * Begins to connect, and goes on until the broker answers or says something that only people can change. Resolves when
   * events are read; rejects when they never will be.
   */
  start(): Promise<void>;
  /** Puts batches on the stream; resolves when the broker has them. Throws `BROKER_UNAVAILABLE`. */
  publish(batches: readonly OutgoingBatch[]): Promise<void>;
  /** What became a dead letter; `undefined` when the broker has let it go. Throws `BROKER_UNAVAILABLE`. */
  deadLetterMessage(letter: DeadLetter): Promise<KeptMessage | undefined>;
  /** Why events are not counted now, in sentences; empty when they are. */
  problems(): readonly string[];
  lagMessages(): number;
  /** Age of what is read now; 0 when nothing waits. */
  lagSeconds(): number;
  /** Whether what only one collector does is up to this one: yes where there is no other. */
  leads(): boolean;
  /** Routing documents may have changed. */
  wake(): void;
  stop(): Promise<void>;
}

export interface StreamConnectionOptions {
  readonly nats: CollectorSettings['nats'];
  readonly commitEveryMs: number;
  readonly clockSkewMs: number;
  /** Id of this collector among those that share its store; `null` for one that has the store to itself. */
  readonly sharedAs: string | null;
  readonly engine: Omit<EngineOptions, 'logger' | 'partitions'>;
  readonly logger: Logger;
  readonly instruments: Instruments;
  readonly clock: () => number;
  readonly readDocuments: () => Promise<readonly RoutingDocument[]>;
  readonly onHeartbeat: (heartbeat: Heartbeat) => void;
  readonly onCommit: () => void;
}

/** How long one attempt waits for a server, and the pause after it. */
const patienceMs = 1_000;
const retryMs = 500;
const readyPollMs = 20;

export function createStreamConnection(given: StreamConnectionOptions): StreamConnection {
  const { logger } = given;
  const guarded = guardHooks(given.engine.hooks ?? {}, logger);
  const options = { ...given, engine: { ...given.engine, hooks: guarded.hooks } };
  const stopping = new AbortController();
  let bus: Bus | null = null;
  let problem: string | null = 'connecting to NATS';
  let parts: Awaited<ReturnType<typeof startReading>> | null = null;
  let connecting: Promise<void> | null = null;

  async function connect(): Promise<void> {
    const opened = await untilAnswered();
    if (opened === null) {
      return;
    }
    bus = opened;
    for (const warning of opened.warnings) {
      logger.warn({ event: 'broker.warning', server: opened.serverVersion }, warning);
    }
    parts = await startReading(opened, options);
    problem = null;
    while (parts.reading.problems().length > 0 && !stopping.signal.aborted) {
      await pause(readyPollMs);
    }
  }

  /** The broker, or null when told to stop before it answered. */
  async function untilAnswered(): Promise<Bus | null> {
    while (!stopping.signal.aborted) {
      try {
        return await connectBus({ nats: options.nats, patienceMs });
      } catch (error) {
        if (!isPlumblineError(error, 'BROKER_UNAVAILABLE')) {
          throw error;
        }
        if (problem !== error.message) {
          logger.warn({ event: 'broker.unavailable', reason: error.message }, 'the broker does not answer yet');
        }
        problem = error.message;
        await pause(retryMs);
      }
    }
    return null;
  }

  return {
    start() {
      connecting = connect();
      connecting.catch((error: unknown) => {
        problem = error instanceof Error ? error.message : String(error);
      });
      const ready = connecting.then(() => {
        if (stopping.signal.aborted) {
          throw new PlumblineError('NOT_READY', 'the collector was stopped before it was ready');
        }
      });
      // Whoever asks for it gets the reason; nobody has to ask.
      ready.catch(() => undefined);
      return ready;
    },
    publish: async (batches) => connected().publish(batches),
    deadLetterMessage: async ({ id, at, aside }) =>
      connected().deadLetterMessage({ sequence: Number(id), storedAt: at, aside }),
    problems: () =>
      [problem, bus?.problem() ?? null, ...(parts?.reading.problems() ?? []), ...guarded.problems()].filter(
        (text) => text !== null,
      ),
    lagMessages: () => parts?.reading.lagMessages() ?? 0,
    lagSeconds() {
      const since = parts?.reading.behindSince() ?? null;
      return since === null ? 0 : Math.max(0, options.clock() - since) / 1_000;
    },
    leads: () => parts?.reading.isLeader() ?? options.sharedAs === null,
    wake: () => parts?.projector.wake(),
    async stop() {
      stopping.abort();
      await connecting?.catch(() => undefined);
      await parts?.stop();
      await bus?.close();
    },
  };

  function connected(): Bus {
    if (bus === null || bus.problem() !== null) {
      throw new PlumblineError('BROKER_UNAVAILABLE', 'not connected to NATS now: try again');
    }
    return bus;
  }

  async function pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}

async function startReading(bus: Bus, options: StreamConnectionOptions) {
  const { logger, clock, readDocuments, onHeartbeat } = options;
  // On one core it would only be in the way.
  const readingThread = availableParallelism() > 1 ? new ReadingThread(options.nats) : undefined;
  const reading = createReading(bus, options, readingThread);
  await reading.start();
  const silence = bus.onHeartbeat(onHeartbeat);
  const projector = startRoutingProjector({
    bus,
    clock,
    readDocuments: async () => (reading.isLeader() ? readDocuments() : []),
    onError: (error) => logger.warn({ event: 'routing.unpublished', error }, 'a routing document waits for the broker'),
    onPublished: ({ environment, model, revision }) =>
      logger.info({ event: 'routing.published', environment, model, revision }, 'routing document published'),
  });
  return {
    reading,
    projector,
    async stop() {
      silence();
      await projector.stop();
      await reading.stop();
      await readingThread?.stop();
    },
  };
}

interface Reading {
  start(): Promise<void>;
  stop(): Promise<void>;
  isLeader(): boolean;
  lagMessages(): number;
  behindSince(): number | null;
  problems(): readonly string[];
}

/** Reads the whole stream alone, or its share of it. */
function createReading(bus: Bus, options: StreamConnectionOptions, readingThread: ReadingThread | undefined): Reading {
  const { logger, commitEveryMs, clockSkewMs, engine, sharedAs, instruments } = options;
  const onCommit = ({ closed }: CommitResult) => {
    for (const { model } of closed) instruments.windowClosed(model);
    options.onCommit();
  };
  if (sharedAs !== null) {
    const how = { commitEveryMs, clockSkewMs, logger, instruments, readingThread };
    return createCluster({ bus, engine, id: sharedAs, ...how, onCommit });
  }
  const ingest = createIngest({
    bus,
    openEngine: () => createEngine({ ...engine, logger, partitions: bus.partitions }),
    commitEveryMs,
    clockSkewMs,
    logger,
    instruments,
    readingThread,
    onCommit,
  });
  return {
    start: () => ingest.start(),
    stop: () => ingest.stop(),
    isLeader: () => true,
    lagMessages: () => ingest.lagMessages(),
    behindSince: () => ingest.behindSince(),
    problems: () => ingest.problems(),
  };
}
