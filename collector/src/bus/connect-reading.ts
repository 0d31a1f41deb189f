import { jetstream } from '@nats-io/jetstream';
import { type NatsSettings, openConnection } from './connection.ts';
import { openReader, type ReadFrom, type StreamReader } from './reader.ts';

/** A connection that reads the stream and does nothing else. */
export interface ReadingConnection {
  read(from: ReadFrom): Promise<StreamReader>;
  close(): Promise<void>;
}

/** Throws `BROKER_UNAVAILABLE` when no server answers or it refuses the credentials. The streams have to be there. */
export async function connectReading({ nats }: { readonly nats: NatsSettings }): Promise<ReadingConnection> {
  const connection = await openConnection(nats, 0);
  const client = jetstream(connection);
  return {
    read: (from) => openReader(connection, client, from),
    close: () => connection.close(),
  };
}
