import type { MessagePort } from 'node:worker_threads';
import type { NatsSettings, ReadFrom, StreamMessage } from '../../bus/index.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Refusal } from '../../events/index.ts';
import type { PackedBatch } from './packed-batch.ts';

/** What the thread that counts and the one that reads say to each other. */

/** What the reading thread is started with. */
export interface ThreadSettings {
  readonly nats: NatsSettings;
}

/** To the thread: read from there, and answer on this port. */
export interface ReadRequest {
  readonly from: ReadFrom;
  readonly port: MessagePort;
}

export type ToReader =
  /** Everything in these pieces of memory has been counted: they may be used again. */
  | { readonly type: 'counted'; readonly memory: readonly SharedArrayBuffer[] }
  | { readonly type: 'sentAll' }
  | { readonly type: 'close' };

export type FromReader =
  | { readonly type: 'opened' }
  /** Reading cannot begin; nothing follows. */
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'messages'; readonly messages: readonly SentMessage[]; readonly memory: SharedArrayBuffer }
  | { readonly type: 'sentAll'; readonly sequence: number | undefined }
  | { readonly type: 'ended'; readonly interruption: string };

/** A message and what is in it; its bytes lie in the memory of its group, and so do the columns. */
export interface SentMessage extends Omit<StreamMessage, 'header' | 'headerNames' | 'data'> {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly data: { readonly at: number; readonly length: number };
  readonly found: PackedBatch | Refusal;
}
