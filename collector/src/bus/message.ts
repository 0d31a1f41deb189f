import type { JsMsg } from '@nats-io/jetstream';
import { modelFromToken } from '@plumbline/sdk/subjects';

/** One message of the stream: a batch of events, not yet decoded. */
export interface StreamMessage {
  /** Its place on the stream. A place, not an identity: a stream that lost its tail gives places again. */
  readonly sequence: number;
  /** When the broker stored it, milliseconds since 1970-01-01 UTC. */
  readonly storedAt: number;
  /** `Nats-Msg-Id`: what the broker removes repeats by; `''` without one. */
  readonly messageId: string;
  readonly subject: string;
  /** What the subject says; `null` when it is none of ours. */
  readonly address: MessageAddress | null;
  readonly contentType: string | undefined;
  readonly data: Uint8Array;
  /** Messages on the stream after this one, when the broker sent it. */
  readonly waiting: number;
  header(name: string): string | undefined;
  headerNames(): readonly string[];
}

export interface MessageAddress {
  readonly kind: 'inference' | 'outcome';
  readonly partition: number;
  readonly model: string;
}

export function streamMessage(message: JsMsg): StreamMessage {
  const header = (name: string) => message.headers?.get(name) || undefined;
  return {
    sequence: message.seq,
    storedAt: Number(message.timestampNanos / 1_000_000n),
    messageId: header('Nats-Msg-Id') ?? '',
    subject: message.subject,
    address: readSubject(message.subject),
    contentType: header('content-type') ?? header('Content-Type'),
    data: message.data,
    waiting: message.info.pending,
    header,
    headerNames: () => message.headers?.keys() ?? [],
  };
}

/** `plumbline.<kind>.<partition>.<model token>` */
export function readSubject(subject: string): MessageAddress | null {
  const found = /^plumbline\.(inference|outcome)\.(\d{1,3})\.([\w-]+)$/.exec(subject);
  if (found === null) return null;
  const [, kind, partition, token] = found;
  return {
    kind: kind === 'inference' ? 'inference' : 'outcome',
    partition: Number(partition),
    model: modelFromToken(token ?? ''),
  };
}
