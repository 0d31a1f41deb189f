import type { JetStreamClient } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { PlumblineError } from '../errors.ts';
import { headerText } from './header-text.ts';

/** One batch as a message: subject, encoding, and what the broker removes repeats by. */
export interface OutgoingMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Publishes messages and resolves when the broker has stored all of them. Throws `BROKER_UNAVAILABLE`. */
export async function publishMessages(
  connection: NatsConnection,
  client: JetStreamClient,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  // What is published while disconnected would wait in the client's memory, or be lost without a word.
  if (connection.isClosed()) {
    throw new PlumblineError('BROKER_UNAVAILABLE', 'the connection to NATS is closed');
  }
  for (const { subject, messageId, contentType, bytes, headers: more = {} } of messages) {
    const meta = headers();
    meta.set('content-type', contentType);
    for (const [name, value] of Object.entries(more)) meta.set(name, headerText(value));
    try {
      await client.publish(subject, bytes, { msgID: messageId, headers: meta });
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      const isFull = /maximum (bytes|messages) exceeded|insufficient (storage )?resources/i.test(said);
      const reason = isFull ? `the stream is full: wait, or raise collector.nats.maximumBytes; ${said}` : said;
      throw new PlumblineError(
        'BROKER_UNAVAILABLE',
        `the broker did not take the events (${reason}): send them again`,
        {
          cause,
        },
      );
    }
  }
}
