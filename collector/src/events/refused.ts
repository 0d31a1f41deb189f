import { createHash } from 'node:crypto';
import { inferenceSubject } from '@plumbline/sdk/subjects';
import type { OutgoingBatch } from './incoming.ts';

/** What came in by another door than the broker and cannot be read. */
export interface RefusedBody {
  /** Path it was sent to. */
  readonly door: string;
  readonly contentType: string;
  readonly code: string;
  readonly reason: string;
  readonly bytes: Uint8Array;
  /** What else its door reads, so that it can go through it again. */
  readonly sent?: SentWith;
}

export interface SentWith {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Headers that say of a message that it was refused already, and why. */
export const refusedHeaders = {
  code: 'Plumbline-Refused-Code',
  reason: 'Plumbline-Refused-Reason',
  door: 'Plumbline-Refused-Door',
} as const;

/** A body larger than this is kept cut: a broker takes a megabyte. */
const keptBytes = 524_288;

/**
 * A refused body as a message of the stream: read there, it becomes a dead letter like any other, counted once, with its
 * place in the same transaction.
 */
export function refusedMessage({ door, contentType, code, reason, bytes, sent }: RefusedBody): OutgoingBatch {
  const kept = bytes.subarray(0, keptBytes);
  const cut = kept.length < bytes.length ? ` (the first ${keptBytes} of ${bytes.length} bytes are kept)` : '';
  const digest = createHash('sha256').update(door).update(bytes).digest('base64url');
  return {
    subject: inferenceSubject(0, door),
    messageId: `refused-${digest}`,
    contentType,
    bytes: kept,
    headers: {
      [refusedHeaders.code]: code,
      [refusedHeaders.reason]: `${door}: ${reason}${cut}`,
      [refusedHeaders.door]: JSON.stringify({ door, cut: cut !== '', ...sent }),
    },
  };
}
