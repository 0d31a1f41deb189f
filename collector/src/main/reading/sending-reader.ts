import type { MessagePort } from 'node:worker_threads';
import type { StreamMessage } from '../../bus/index.ts';
import type { BatchReader, ReadMessage } from './batch-reader.ts';
import { packBatch } from './packed-batch.ts';
import type { FromReader, SentMessage, ToReader } from './protocol.ts';
import { type Memory, Slabs } from './slabs.ts';

/** A group of messages that lies in one piece of memory. */
interface Group {
  readonly memory: SharedArrayBuffer;
  readonly messages: SentMessage[];
  used: number;
}

/** Sends what a reader reads to another thread, group by group, and reads no faster than that one counts. */
export class SendingReader {
  readonly #port: MessagePort;
  readonly #reader: BatchReader;
  readonly #release: (message: StreamMessage) => void;
  readonly #slabs = new Slabs(slabBytes, mostSlabs);
  #group: Group | null = null;
  #givenBack = Promise.withResolvers<void>();
  #isClosed = false;

  /** `release` is told of every message that has been copied to where the other thread sees it. */
  constructor(port: MessagePort, reader: BatchReader, release: (message: StreamMessage) => void) {
    this.#port = port;
    this.#reader = reader;
    this.#release = release;
  }

  async run(): Promise<void> {
    this.#port.on('message', (message: ToReader) => this.#take(message));
    this.#send({ type: 'opened' });
    for await (const read of this.#reader.messages()) {
      while (this.#slabs.areAllLent && !this.#isClosed) await this.#givenBack.promise;
      if (this.#isClosed) break;
      this.#add(read);
    }
    this.#sendGroup();
    await this.#reader.close();
    this.#send({ type: 'ended', interruption: this.#reader.interruption ?? 'reading was closed' });
    this.#port.close();
  }

  #take(message: ToReader): void {
    switch (message.type) {
      case 'counted':
        for (const slab of message.memory) this.#slabs.giveBack(slab);
        break;
      case 'sentAll':
        void this.#tellSentAll();
        return;
      case 'close':
        this.#isClosed = true;
        void this.#reader.close();
        break;
    }
    this.#givenBack.resolve();
    this.#givenBack = Promise.withResolvers();
  }

  async #tellSentAll(): Promise<void> {
    const sequence = await this.#reader.sentAll().catch(() => undefined);
    // What it has handed out must be there before the answer.
    this.#sendGroup();
    this.#send({ type: 'sentAll', sequence });
  }

  #add({ message, found }: ReadMessage): void {
    const { header, headerNames, data, ...place } = message;
    // Columns and bytes of a message are given back together, so they lie together.
    const sent =
      found.kind === 'refusal' ? found : packBatch(found, (size) => this.#room(Math.ceil(size / 8) * 8 + data.length));
    const bytesAt = 'memory' in sent ? { ...sent.memory, at: sent.memory.at + sent.size } : this.#room(data.length);
    new Uint8Array(bytesAt.buffer, bytesAt.at, data.length).set(data);
    this.#group?.messages.push({
      ...place,
      headers: headerNames().map((name) => [name, header(name) ?? ''] as const),
      data: { ...bytesAt, length: data.length },
      found: sent,
    });
    this.#release(message);
  }

  #room(size: number): Memory {
    if (this.#group !== null && this.#group.used + size > this.#group.memory.byteLength) this.#sendGroup();
    if (this.#group === null) {
      this.#group = { memory: this.#slabs.lend(size), messages: [], used: 0 };
      // What came together is handed out without a turn of the event loop, and so it is sent together.
      setImmediate(() => this.#sendGroup());
    }
    const at = this.#group.used;
    this.#group.used = Math.ceil((at + size) / 8) * 8;
    return { buffer: this.#group.memory, at };
  }

  #sendGroup(): void {
    if (this.#group === null) return;
    const { messages, memory } = this.#group;
    this.#group = null;
    this.#send({ type: 'messages', messages, memory });
  }

  #send(message: FromReader): void {
    this.#port.postMessage(message);
  }
}

/** Columns and bytes of about two thousand rows. */
const slabBytes = 1_048_576;
/** As much as is read while the other thread commits: with less, this one would wait for it and then it for this one. */
const mostSlabs = 48;
