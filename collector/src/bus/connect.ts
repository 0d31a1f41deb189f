import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Heartbeat, RoutingDocument } from '@plumbline/sdk/routing';
import { streamName } from '@plumbline/sdk/subjects';
import { isPlumblineError, PlumblineError } from '../errors.ts';
import { checkServer, type NatsSettings, openConnection } from './connection.ts';
import { type DeadLetterCause, type DeadLetterPlace, publishDeadLetter, readDeadLetterMessage } from './dead-letter.ts';
import { listenToHeartbeats } from './heartbeats.ts';
import type { StreamMessage } from './message.ts';
import { type OutgoingMessage, publishMessages } from './publish.ts';
import { openReader, type ReadFrom, type StreamReader } from './reader.ts';
import { openRoutingBucket } from './routing.ts';
import { ensureStreams, isStreamNotFound } from './streams.ts';

/** The one port to NATS. */
export interface Bus {
  /** Partitions of the stream, fixed when it was made. */
  readonly partitions: number;
  readonly serverVersion: string;
  /** What those who run the collector should know about this server, in sentences. */
  readonly warnings: readonly string[];
  /** Why nothing can be read or published now; `null` when connected. */
  problem(): string | null;
  /** Makes the stream again where somebody has deleted it. Throws `STREAM_GONE` when that cannot be done. */
  stream(): Promise<StreamState>;
  /** A message that is on the stream now; `undefined` when it is not, or no longer. */
  messageAt(sequence: number): Promise<MessageIdentity | undefined>;
  read(from: ReadFrom): Promise<StreamReader>;
  /** Resolves with its place on the dead-letter stream when the broker has it. */
  deadLetter(message: StreamMessage, cause: DeadLetterCause): Promise<number>;
  /** The message that became a dead letter; `undefined` when the broker has let it go. */
  deadLetterMessage(place: DeadLetterPlace): Promise<StreamMessage | undefined>;
  /** Puts batches on the stream; resolves when the broker has them. Throws `BROKER_UNAVAILABLE`. */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Publishes a document unless a newer one is there; says whether it did. */
  putRouting(document: RoutingDocument): Promise<boolean>;
  readRouting(environment: string, model: string): Promise<RoutingDocument | undefined>;
  /** Returns how to stop listening. */
  onHeartbeat(listener: (heartbeat: Heartbeat) => void): () => void;
  close(): Promise<void>;
}

export interface StreamState {
  /** When the stream was made: another time is another stream. */
  readonly created: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Time of the broker when it said so, milliseconds since 1970-01-01 UTC; it has said so since 2.10. */
  readonly at?: number;
}

/** Enough to tell a message from another one that got its place. */
export interface MessageIdentity {
  readonly sequence: number;
  readonly storedAt: number;
  readonly messageId: string;
}

export interface ConnectOptions {
  readonly nats: NatsSettings;
  /** How long to wait for a server that does not answer yet. Default 10 s. */
  readonly patienceMs?: number;
  /** Accept nats-server below 2.10, with a warning. */
  readonly allowOldServer?: boolean;
}

/**
 * Connects, makes the streams and the routing bucket where they are missing, and checks those that exist.
 *
 * Throws `BROKER_UNAVAILABLE` (no server, wrong credentials, no JetStream, no room), `BROKER_TOO_OLD`, or `BAD_CONFIG`
 * (a stream that differs in what cannot be changed). Each message says what to do.
 */
export async function connectBus({ nats, patienceMs = 10_000, allowOldServer = false }: ConnectOptions): Promise<Bus> {
  const connection = await openConnection(nats, patienceMs);
  try {
    const version = connection.info?.version ?? '0';
    const warnings = checkServer(version, allowOldServer);
    const client = jetstream(connection);
    const manager = await jetstreamManager(connection);
    await ensureStreams(manager, nats);
    const routing = await openRoutingBucket(connection);
    /** A broker that lost its disk has lost all of them. */
    const makeAgain = async () => {
      await ensureStreams(manager, nats);
      await openRoutingBucket(connection);
      return manager.streams.info(streamName);
    };
    const watch = watchConnection(connection);

    return {
      partitions: nats.partitions,
      serverVersion: version,
      warnings,
      problem: watch.problem,
      async stream() {
        const { created, state, ts } = await manager.streams.info(streamName).catch((error: unknown) => {
          if (!isStreamNotFound(error)) throw error;
          return makeAgain().catch(explainGone);
        });
        const at = Date.parse(ts ?? '');
        return {
          created,
          firstSequence: state.first_seq,
          lastSequence: state.last_seq,
          ...(Number.isNaN(at) ? {} : { at }),
        };
      },
      async messageAt(sequence) {
        const found = await manager.streams.getMessage(streamName, { seq: sequence });
        if (found === null) return undefined;
        return { sequence, storedAt: found.time.getTime(), messageId: found.header.get('Nats-Msg-Id') };
      },
      read: (from) => openReader(connection, client, from),
      deadLetter: (message, cause) => publishDeadLetter(client, message, cause),
      deadLetterMessage: (place) => readDeadLetterMessage(manager, place),
      publish: (messages) => publishMessages(connection, client, messages),
      putRouting: (document) =>
        routing.put(document).catch(async (error: unknown) => {
          // It may be the bucket that is gone: then the next attempt finds a new one.
          await openRoutingBucket(connection);
          throw error;
        }),
      readRouting: (environment, model) => routing.get(environment, model),
      onHeartbeat: (listener) => listenToHeartbeats(connection, listener),
      async close() {
        watch.stop();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw explain(error);
  }
}

function watchConnection(connection: NatsConnection): { problem(): string | null; stop(): void } {
  let problem: string | null = null;
  const status = connection.status();
  void (async () => {
    for await (const event of status) {
      if (event.type === 'disconnect') problem = `not connected to NATS at ${event.server}`;
      else if (event.type === 'reconnect') problem = null;
      else if (event.type === 'close') problem = 'the connection to NATS is closed';
    }
  })();
  return {
    problem: () => problem,
    stop: () => {
      if ('stop' in status && typeof status.stop === 'function') status.stop();
    },
  };
}

function explainGone(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  const text = `the stream ${streamName} is gone, with what nobody had read of it, and cannot be made again (${why}): let the collector's NATS user make it, or restore it from a backup of the server`;
  throw new PlumblineError('STREAM_GONE', text, { cause });
}

function explain(error: unknown): unknown {
  if (isPlumblineError(error) || !(error instanceof Error)) return error;
  if (error.name === 'JetStreamNotEnabled' || /jetstream.*not enabled/i.test(error.message)) {
    const text = 'the NATS server has no JetStream for this account: start it with `-js`, or enable it for the account';
    return new PlumblineError('BROKER_UNAVAILABLE', text, { cause: error });
  }
  if (/permissions violation/i.test(error.message)) {
    const text = `the NATS user may not set the streams up: ${error.message}`;
    return new PlumblineError('BROKER_UNAVAILABLE', text, { cause: error });
  }
  return new PlumblineError('BROKER_UNAVAILABLE', `the NATS server refused to set the streams up: ${error.message}`, {
    cause: error,
  });
}
