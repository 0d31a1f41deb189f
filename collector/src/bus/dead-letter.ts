import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { deadLetterStreamName, streamName } from '@plumbline/sdk/subjects';
import { headerText } from './header-text.ts';
import { readSubject, type StreamMessage } from './message.ts';

/** Why a message could not be used. */
export interface DeadLetterCause {
  readonly code: string;
  readonly reason: string;
}

/** Headers of a dead letter; its body and content type, and headers of ours, are those of the message. */
export const deadLetterHeaders = {
  code: 'Plumbline-Code',
  reason: 'Plumbline-Reason',
  subject: 'Plumbline-Subject',
  sequence: 'Plumbline-Sequence',
  messageId: 'Plumbline-Message-Id',
} as const;

/** Headers of a message that say how to read it: who made it, and by which door it came. */
const keptHeaders = [
  ...['Plumbline-Producer', 'Plumbline-Batch'],
  ...['Plumbline-Refused-Code', 'Plumbline-Refused-Reason', 'Plumbline-Refused-Door'],
];

/** Puts a message aside with the reason; returns its place there. Doing it again, after a crash, changes nothing. */
export async function publishDeadLetter(
  client: JetStreamClient,
  message: StreamMessage,
  cause: DeadLetterCause,
): Promise<number> {
  const meta = headers();
  meta.set(deadLetterHeaders.code, cause.code);
  meta.set(deadLetterHeaders.reason, headerText(cause.reason));
  meta.set(deadLetterHeaders.subject, message.subject);
  meta.set(deadLetterHeaders.sequence, String(message.sequence));
  if (message.contentType !== undefined) meta.set('content-type', headerText(message.contentType));
  for (const name of keptHeaders) {
    const value = message.header(name);
    if (value !== undefined) meta.set(name, headerText(value));
  }
  if (message.messageId !== '') meta.set(deadLetterHeaders.messageId, headerText(message.messageId));
  const { seq } = await client.publish(
    `plumbline.dead_letter.${message.address?.partition ?? 'unknown'}`,
    message.data,
    {
      headers: meta,
      // The time tells this message from another at the same place of a stream that was made anew.
      msgID: `${streamName}:${message.sequence}:${message.storedAt}`,
    },
  );
  return seq;
}

/** Where the bytes of a dead letter may be. */
export interface DeadLetterPlace {
  /** On the stream it came from. */
  readonly sequence: number;
  /** When it was stored there: tells it from another message that got its place. */
  readonly storedAt: number;
  /** On the dead-letter stream. */
  readonly aside?: number | undefined;
}

/** The message that became a dead letter, from either stream; `undefined` when both have let it go. */
export async function readDeadLetterMessage(
  manager: JetStreamManager,
  { sequence, storedAt, aside }: DeadLetterPlace,
): Promise<StreamMessage | undefined> {
  const original = await manager.streams.getMessage(streamName, { seq: sequence });
  if (original !== null && original.time.getTime() === storedAt) {
    const header = (name: string) => original.header.get(name) || undefined;
    const headerNames = () => original.header.keys();
    return messageOf({ sequence, storedAt, subject: original.subject, data: original.data, header, headerNames });
  }
  const copy = aside === undefined ? null : await manager.streams.getMessage(deadLetterStreamName, { seq: aside });
  if (copy === null || copy.header.get(deadLetterHeaders.sequence) !== String(sequence)) return undefined;
  const header = (name: string) =>
    copy.header.get(name === 'Nats-Msg-Id' ? deadLetterHeaders.messageId : name) || undefined;
  const subject = header(deadLetterHeaders.subject) ?? '';
  return messageOf({ sequence, storedAt, subject, data: copy.data, header, headerNames: () => copy.header.keys() });
}

function messageOf(
  found: Pick<StreamMessage, 'sequence' | 'storedAt' | 'subject' | 'data' | 'header' | 'headerNames'>,
): StreamMessage {
  return {
    ...found,
    messageId: found.header('Nats-Msg-Id') ?? '',
    address: readSubject(found.subject),
    contentType: found.header('content-type') ?? found.header('Content-Type'),
    waiting: 0,
  };
}
