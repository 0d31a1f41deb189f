import { jetstream } from '@nats-io/jetstream';
import { type NatsSettings, openConnection } from './connection.ts';
import type { StreamMessage } from './message.ts';
import { MessageMemory } from './message-memory.ts';
import { openReader, type ReadFrom, type StreamReader } from './reader.ts';

/** A connection that reads the stream and does nothing else. */
export interface ReadingConnection {
  read(from: ReadFrom): Promise<StreamReader>;
  /** The bytes of a message are not needed any more, by anybody: others may be written there. */
  release(message: StreamMessage): void;
  close(): Promise<void>;
}

/** Throws `BROKER_UNAVAILABLE` when no server answers or it refuses the credentials. The streams have to be there. */
export async function connectReading({ nats }: { readonly nats: NatsSettings }): Promise<ReadingConnection> {
  const memory = new MessageMemory();
  const connection = await openConnection(nats, 0, memory);
  const client = jetstream(connection);
  return {
    read: (from) => openReader(connection, client, from),
    release: ({ data }) => memory.giveBack(data),
    close: () => connection.close(),
  };
}
