import type { JetStreamClient } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { streamName } from '@plumbline/sdk/subjects';
import { headerText } from './header-text.ts';
import type { StreamMessage } from './message.ts';

/** Why a message could not be used. */
export interface DeadLetterCause {
  readonly code: string;
  readonly reason: string;
}

/** Headers of a dead letter; its body and content type are those of the message. */
export const deadLetterHeaders = {
  code: 'Plumbline-Code',
  reason: 'Plumbline-Reason',
  subject: 'Plumbline-Subject',
  sequence: 'Plumbline-Sequence',
} as const;

/** Puts a message aside with the reason. Doing it again, after a crash, changes nothing. */
export async function publishDeadLetter(
  client: JetStreamClient,
  message: StreamMessage,
  cause: DeadLetterCause,
): Promise<void> {
  const meta = headers();
  meta.set(deadLetterHeaders.code, cause.code);
  meta.set(deadLetterHeaders.reason, headerText(cause.reason));
  meta.set(deadLetterHeaders.subject, message.subject);
  meta.set(deadLetterHeaders.sequence, String(message.sequence));
  if (message.contentType !== undefined) meta.set('content-type', headerText(message.contentType));
  await client.publish(`plumbline.dead_letter.${message.address?.partition ?? 'unknown'}`, message.data, {
    headers: meta,
    // The time tells this message from another at the same place of a stream that was made anew.
    msgID: `${streamName}:${message.sequence}:${message.storedAt}`,
  });
}
