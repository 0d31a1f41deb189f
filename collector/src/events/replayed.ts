import type { EventBatch } from '@plumbline/sdk/event';
import { columnarContentType } from '@plumbline/sdk/subjects';
import { batchHeader, batchRows, identityFromHeaders, producerHeader } from '@plumbline/sdk/wire';
import { z } from 'zod';
import type { StreamMessage } from '../bus/index.ts';
import { encodeEvents, groupBySubject, type OutgoingBatch } from './incoming.ts';
import { refusedHeaders } from './refused.ts';

/** A message that could not be used once, with its place on the stream. */
export type KeptMessage = StreamMessage;

/** How a refused body came in. */
export interface CameBy {
  /** Path it was sent to. */
  readonly door: string;
  /** Not all of it was kept. */
  readonly cut: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

const texts = z.record(z.string(), z.string()).default({});
const cameBy = z.object({ door: z.string(), cut: z.boolean(), headers: texts, query: texts });

/** The door a refused body came by; `null` for a message that was published on the stream as it is. */
export function doorOf(message: KeptMessage): CameBy | null {
  if (message.header(refusedHeaders.code) === undefined) return null;
  const nowhere = { door: '', cut: true, headers: {}, query: {} };
  try {
    return cameBy.catch(nowhere).parse(JSON.parse(message.header(refusedHeaders.door) ?? ''));
  } catch {
    return nowhere;
  }
}

/**
 * The message, to be published again. Its batch keeps its producer and number, so that a sender who sends it again too
 * is counted once; the id by which the broker removes repeats is one of the replay, or the broker would remove it.
 */
export function replayedMessage(message: KeptMessage): OutgoingBatch {
  const identity = identityFromHeaders(message.header);
  return {
    subject: message.subject,
    messageId: replayIdOf(message),
    contentType: message.contentType ?? '',
    bytes: message.data,
    headers: {
      [replayHeader]: '1',
      ...(identity === undefined ? {} : { [producerHeader]: identity.producer, [batchHeader]: String(identity.batch) }),
    },
  };
}

/**
 * The rows of a batch whose ids belong on other partitions than the subject it came on, each on its own. The parts keep
 * producer and number: a sender uses a number on one partition only, so no part can be taken for another batch.
 */
export function repartitioned(message: KeptMessage, batch: EventBatch, partitions: number): OutgoingBatch[] {
  return Array.from(groupBySubject(batchRows(batch), partitions), ([subject, rows]) => ({
    subject,
    messageId: `${replayIdOf(message)}:${subject}`,
    contentType: columnarContentType,
    bytes: encodeEvents(rows, batch),
    headers: { [replayHeader]: '1' },
  }));
}

/** Is it a dead letter that is tried again? */
export function isReplay(message: StreamMessage): boolean {
  return message.header(replayHeader) !== undefined;
}

const replayHeader = 'Plumbline-Replay';

function replayIdOf({ storedAt, sequence }: KeptMessage): string {
  return `replay-${storedAt}:${sequence}`;
}
