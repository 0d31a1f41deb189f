import { availableParallelism } from 'node:os';
import type { Heartbeat, RoutingDocument } from '@plumbline/sdk/routing';
import type { Bus } from '../bus/index.ts';
import type { CollectorSettings } from '../config/index.ts';
import type { Instruments } from '../telemetry/index.ts';
import { type CommitResult, createEngine, type EngineOptions } from './engine.ts';
import { createIngest } from './ingest.ts';
import type { Logger } from './logger.ts';
import { createCluster } from './partitions/cluster.ts';
import { ReadingThread } from './reading/reading-thread.ts';
import { startRoutingProjector } from './routing-projector.ts';

/** What goes on while the broker answers: events are read, instances heard, routes published. */
export interface StreamReading {
  readonly reader: Omit<Reader, 'start' | 'stop'>;
  /** Routing documents may have changed. */
  wake(): void;
  stop(): Promise<void>;
}

/** Who reads the stream: this collector alone, or its share of it. */
interface Reader {
  start(): Promise<void>;
  stop(): Promise<void>;
  isLeader(): boolean;
  lagMessages(): number;
  behindSince(): number | null;
  /** Why events are not counted now, in sentences; empty when they are. */
  problems(): readonly string[];
}

export interface StreamReadingOptions {
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

export async function startStreamReading(bus: Bus, options: StreamReadingOptions): Promise<StreamReading> {
  const { logger, clock, readDocuments, onHeartbeat } = options;
  // On one core it would only be in the way.
  const readingThread = availableParallelism() > 1 ? new ReadingThread(options.nats) : undefined;
  const reader = createReader(bus, options, readingThread);
  await reader.start();
  const silence = bus.onHeartbeat(onHeartbeat);
  const projector = startRoutingProjector({
    bus,
    clock,
    readDocuments: async () => (reader.isLeader() ? readDocuments() : []),
    onError: (error) => logger.warn({ event: 'routing.unpublished', error }, 'a routing document waits for the broker'),
    onPublished: ({ environment, model, revision }) =>
      logger.info({ event: 'routing.published', environment, model, revision }, 'routing document published'),
  });
  return {
    reader,
    wake: () => projector.wake(),
    async stop() {
      silence();
      await projector.stop();
      await reader.stop();
      await readingThread?.stop();
    },
  };
}

function createReader(bus: Bus, options: StreamReadingOptions, readingThread: ReadingThread | undefined): Reader {
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
