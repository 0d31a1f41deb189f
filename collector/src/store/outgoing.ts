import type { Transaction } from './port.ts';

/** Something that leaves the collector: written in the transaction of the change that caused it, sent afterwards. */
export interface OutgoingEvent {
  /** `model.retrain.requested`, `model.alert.firing`, `model.version.promoted`, ... */
  readonly type: string;
  /** `<model>/<version>` */
  readonly subject: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Writes the event in the caller's transaction; returns its id. */
export type EnqueueEvent = (transaction: Transaction, event: OutgoingEvent) => Promise<string>;
