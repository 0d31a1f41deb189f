import type { EventBatch } from '@plumbline/sdk/event';
import { ReusedMemory } from '@plumbline/sdk/wire';
import type { StreamMessage, StreamReader } from '../../bus/index.ts';
import { type Refusal, readBatch } from '../../events/index.ts';

/** A message of the stream, and the events in it or why there are none. */
export interface ReadMessage {
  readonly message: StreamMessage;
  readonly found: EventBatch | Refusal;
}

/** As a reader of the stream, whose messages are decoded. */
export interface BatchReader extends Omit<StreamReader, 'messages'> {
  /** A batch, and the bytes of its message, may be looked at until the next one is asked for: who keeps of it copies. */
  messages(): AsyncIterable<ReadMessage>;
}

/** Decodes where it is called. */
export function batchReader(reader: StreamReader): BatchReader {
  const memory = new ReusedMemory(new ArrayBuffer(usualColumnBytes));
  return {
    async *messages() {
      for await (const message of reader.messages()) {
        memory.reuse();
        yield { message, found: readBatch(message, memory) };
      }
    },
    get interruption() {
      return reader.interruption;
    },
    sentAll: () => reader.sentAll(),
    close: () => reader.close(),
    [Symbol.asyncDispose]: () => reader.close(),
  };
}

/** Room for the columns of five hundred rows, be there a hundred of them. */
export const usualColumnBytes = 524_288;
