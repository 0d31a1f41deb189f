import type { MessagePort } from 'node:worker_threads';
import { ReusedMemory } from '@plumbline/sdk/wire';
import type { StreamMessage, StreamReader } from '../../bus/index.ts';
import { readBatch } from '../../events/index.ts';
import { usualColumnBytes } from './batch-reader.ts';
import { packBatch } from './packed-batch.ts';
import type { FromReader, SentMessage, ToReader } from './protocol.ts';
import { Slabs } from './slabs.ts';

/** A group of messages that lies in one piece of memory. */
interface Group {
  readonly memory: SharedArrayBuffer;
  readonly messages: SentMessage[];
  used: number;
}

/**
 * Decodes what a reader reads, and sends it to another thread, group by group; reads no faster than that one counts. A
 * message is decoded where the other thread sees it, so that columns that can stay where they lie are copied once.
 */
export class SendingReader {
  readonly #port: MessagePort;
  readonly #reader: StreamReader;
  readonly #release: (message: StreamMessage) => void;
  readonly #slabs = new Slabs(slabBytes, mostSlabs);
  #group: Group | null = null;
  #givenBack = Promise.withResolvers<void>();
  #isClosed = false;

  /** `release` is told of every message that has been copied to where the other thread sees it. */
  constructor(port: MessagePort, reader: StreamReader, release: (message: StreamMessage) => void) {
    this.#port = port;
    this.#reader = reader;
    this.#release = release;
  }

  async run(): Promise<void> {
    this.#port.on('message', (message: ToReader) => this.#take(message));
    this.#send({ type: 'opened' });
    for await (const message of this.#reader.messages()) {
      while (this.#slabs.areAllLent && !this.#isClosed) await this.#givenBack.promise;
      if (this.#isClosed) break;
      this.#add(message);
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

  #add(received: StreamMessage): void {
    const { header, headerNames, data, ...place } = received;
    const group = this.#groupWithRoom(data.length + usualColumnBytes);
    const memory = new ReusedMemory(group.memory, group.used);
    const bytes = memory.bytes(data.length);
    bytes.set(data);
    const found = readBatch({ ...received, data: bytes }, memory);
    group.messages.push({
      ...place,
      headers: headerNames().map((name) => [name, header(name) ?? ''] as const),
      data: { at: bytes.byteOffset, length: data.length },
      found: found.kind === 'refusal' ? found : packBatch(found, memory),
    });
    group.used = memory.end;
    this.#release(received);
  }

  #groupWithRoom(size: number): Group {
    if (this.#group !== null && this.#group.used + size > this.#group.memory.byteLength) this.#sendGroup();
    if (this.#group === null) {
      this.#group = { memory: this.#slabs.lend(size), messages: [], used: 0 };
      // What came together is handed out without a turn of the event loop, and so it is sent together.
      setImmediate(() => this.#sendGroup());
    }
    return this.#group;
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

/** Columns and bytes of some thousand rows. */
const slabBytes = 2_097_152;
/** As much as is read while the other thread commits: with less, this one would wait for it and then it for this one. */
const mostSlabs = 24;
