import type { ProblemCode } from './reasons.ts';

/**
 * How a monitor reaches the broker: five methods, so that tests and other brokers fit. `@plumbline/sdk/nats` has the real
 * one, `@plumbline/sdk/testing` one in memory. A transport never throws out of a callback and never blocks.
 */
export interface Transport {
  /** Connects in the background, for as long as it takes, and again after every loss. Called once. */
  start(listener: TransportListener, subscription: TransportSubscription): void;
  /** Hands one batch to the broker; its answer comes to `listener.answered`, later. Only called while connected. */
  publish(message: StreamMessage): void;
  /** Sends without asking for an answer. Lost when nobody is connected. */
  notify(subject: string, payload: Uint8Array): void;
  /** Lets go of the broker. Resolves when nothing of the transport is left. */
  close(): Promise<void>;
}

export interface TransportSubscription {
  /** Keys of the routing bucket to watch. */
  readonly routingKeys: readonly string[];
}

export interface StreamMessage {
  /** Names the message in answers; grows with every message of a process. */
  readonly token: number;
  readonly subject: string;
  readonly contentType: string;
  /** The same over retries: the broker removes repeats by it. */
  readonly messageId: string;
  readonly payload: Uint8Array;
}

export interface TransportListener {
  connected(server: string): void;
  /** Whatever was published and not answered may be lost. */
  disconnected(): void;
  answered(token: number, answer: PublishAnswer): void;
  /** The broker does not allow this subject; messages to it get no other answer. */
  publishDenied(subject: string, reason: string): void;
  /** The latest value of a key, and every later one. */
  routing(key: string, value: Uint8Array): void;
  problem(code: ProblemCode, message: string): void;
  solved(code: ProblemCode): void;
}

export type PublishAnswer =
  | { readonly kind: 'stored'; readonly duplicate: boolean }
  /** Trying again later may help. It concerns every message, not only this one. */
  | { readonly kind: 'unavailable'; readonly code: 'stream_missing' | 'stream_full'; readonly message: string }
  /** Trying again later may help. */
  | { readonly kind: 'failed'; readonly message: string }
  /** It will never be stored. */
  | { readonly kind: 'refused'; readonly message: string };
