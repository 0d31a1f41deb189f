import { setTimeout as delay } from 'node:timers/promises';
import { type Bus, connectBus } from '../bus/index.ts';
import { isPlumblineError, PlumblineError } from '../errors.ts';
import type { KeptMessage, OutgoingBatch } from '../events/index.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import { guardHooks } from './guard-hooks.ts';
import { type StreamReading, type StreamReadingOptions, startStreamReading } from './stream-reading.ts';

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

export function createStreamConnection(given: StreamReadingOptions): StreamConnection {
  const guarded = guardHooks(given.engine.hooks ?? {}, given.logger);
  const options = { ...given, engine: { ...given.engine, hooks: guarded.hooks } };
  const stopping = new AbortController();
  let bus: Bus | null = null;
  let reading: StreamReading | null = null;
  let problem: string | null = 'connecting to NATS';
  let ready = Promise.resolve();

  async function connect(): Promise<void> {
    const noteProblem = (text: string) => {
      problem = text;
    };
    bus = await untilAnswered(options, noteProblem, stopping.signal);
    if (bus !== null) {
      reading = await startStreamReading(bus, options);
      problem = null;
      await untilCounting(reading, stopping.signal);
    }
    if (stopping.signal.aborted) {
      throw new PlumblineError('NOT_READY', 'the collector was stopped before it was ready');
    }
  }

  function connected(): Bus {
    if (bus === null || bus.problem() !== null) {
      throw new PlumblineError('BROKER_UNAVAILABLE', 'not connected to NATS now: try again');
    }
    return bus;
  }

  return {
    start() {
      ready = connect();
      // Whoever asks for it gets the reason; nobody has to ask.
      ready.catch((error: unknown) => {
        problem = error instanceof Error ? error.message : String(error);
      });
      return ready;
    },
    publish: async (batches) => connected().publish(batches),
    deadLetterMessage: async ({ id, at, aside }) =>
      connected().deadLetterMessage({ sequence: Number(id), storedAt: at, aside }),
    problems: () =>
      [problem, bus?.problem() ?? null, ...(reading?.reader.problems() ?? []), ...guarded.problems()].filter(
        (text) => text !== null,
      ),
    lagMessages: () => reading?.reader.lagMessages() ?? 0,
    lagSeconds() {
      const since = reading?.reader.behindSince() ?? null;
      return since === null ? 0 : Math.max(0, options.clock() - since) / 1_000;
    },
    leads: () => reading?.reader.isLeader() ?? options.sharedAs === null,
    wake: () => reading?.wake(),
    async stop() {
      stopping.abort();
      await ready.catch(() => undefined);
      await reading?.stop();
      await bus?.close();
    },
  };
}

/** The broker; `null` when told to stop before it answered. Throws what waiting does not help against. */
async function untilAnswered(
  { nats, logger }: Pick<StreamReadingOptions, 'nats' | 'logger'>,
  noteProblem: (text: string) => void,
  signal: AbortSignal,
): Promise<Bus | null> {
  let said: string | null = null;
  while (!signal.aborted) {
    try {
      const bus = await connectBus({ nats, patienceMs });
      for (const warning of bus.warnings) {
        logger.warn({ event: 'broker.warning', server: bus.serverVersion }, warning);
      }
      return bus;
    } catch (error) {
      if (!isPlumblineError(error, 'BROKER_UNAVAILABLE')) throw error;
      const { message } = error;
      if (message !== said) {
        logger.warn({ event: 'broker.unavailable', reason: message }, 'the broker does not answer yet');
      }
      said = message;
      noteProblem(message);
      await pause(retryMs, signal);
    }
  }
  return null;
}

async function untilCounting({ reader }: StreamReading, signal: AbortSignal): Promise<void> {
  while (reader.problems().length > 0 && !signal.aborted) await pause(readyPollMs, signal);
}

/** How long one attempt waits for a server, and the pause after it. */
const patienceMs = 1_000;
const retryMs = 500;
const readyPollMs = 20;

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
