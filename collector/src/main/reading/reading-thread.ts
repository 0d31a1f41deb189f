import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { NatsSettings, ReadFrom } from '../../bus/index.ts';
import { PlumblineError } from '../../errors.ts';
import type { BatchReader, ReadMessage } from './batch-reader.ts';
import { unpackBatch } from './packed-batch.ts';
import type { FromReader, ReadRequest, SentMessage, ThreadSettings, ToReader } from './protocol.ts';

/**
 * A thread that reads the stream and decodes it, so that this one has only to count. It has a connection to the broker of
 * its own. It starts with the first reader, and again with the next one after it failed.
 */
export class ReadingThread {
  readonly #nats: NatsSettings;
  #worker: Worker | null = null;

  constructor(nats: NatsSettings) {
    this.#nats = nats;
  }

  /** Rejects when it cannot begin: `BROKER_UNAVAILABLE` when the broker does not let it. */
  async read(from: ReadFrom): Promise<BatchReader> {
    const worker = this.#start();
    const { port1: here, port2: there } = new MessageChannel();
    const reader = new ReceivingReader(here);
    const fail = (error: Error) => reader.end(`the thread that reads failed: ${error.message}`);
    worker.once('error', fail);
    here.once('close', () => worker.off('error', fail));
    worker.postMessage({ from, port: there } satisfies ReadRequest, [there]);
    await reader.opened;
    return reader;
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: { nats: this.#nats } satisfies ThreadSettings,
    });
    this.#worker = worker;
    const forget = () => {
      if (this.#worker === worker) this.#worker = null;
    };
    worker.once('error', forget);
    worker.once('exit', forget);
    return worker;
  }
}

/** What a reader in another thread sends, as a reader. */
class ReceivingReader implements BatchReader {
  readonly #port: MessagePort;
  readonly #opened = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #groups: Extract<FromReader, { type: 'messages' }>[] = [];
  /** Memory that the other thread does not know it has back. */
  readonly #counted: SharedArrayBuffer[] = [];
  readonly #asking: ((sequence: number | undefined) => void)[] = [];
  #interruption: string | null = null;
  #isEnded = false;
  #arrived = Promise.withResolvers<void>();

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (message: FromReader) => this.#take(message));
    port.once('close', () => this.end('the thread that reads has ended'));
    this.#opened.promise.catch(() => undefined);
  }

  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  get interruption(): string | null {
    return this.#interruption;
  }

  async *messages(): AsyncGenerator<ReadMessage> {
    for (;;) {
      // Without a turn of the event loop, where something has arrived.
      const arrived = this.#groups.length > 0 || this.#isEnded ? undefined : receiveMessageOnPort(this.#port);
      if (arrived !== undefined) this.#take(arrived.message);
      if (this.#isEnded) return;
      const group = this.#groups.shift();
      if (group === undefined) {
        await this.#arrived.promise;
        continue;
      }
      for (const sent of group.messages) {
        yield readMessage(sent, group.memory);
        if (this.#isEnded) return;
      }
      this.#giveBack(group.memory);
    }
  }

  /** To wake the other thread takes longer than anything else here: a few pieces at a time, where there are more. */
  #giveBack(memory: SharedArrayBuffer): void {
    this.#counted.push(memory);
    if (this.#groups.length > 0 && this.#counted.length < mostGivenBack) return;
    this.#send({ type: 'counted', memory: this.#counted.splice(0) });
  }

  sentAll(): Promise<number | undefined> {
    if (this.#isEnded) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    this.#asking.push(resolve);
    this.#send({ type: 'sentAll' });
    return promise;
  }

  async close(): Promise<void> {
    if (!this.#isEnded) {
      this.#send({ type: 'close' });
      this.#groups.length = 0;
    }
    await this.#ended.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** As a reader on the broker does, what is left is not handed out: the stream is looked at before reading goes on. */
  end(interruption: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#interruption = interruption;
    this.#opened.reject(new PlumblineError('INTERNAL', interruption));
    for (const resolve of this.#asking.splice(0)) resolve(undefined);
    this.#ended.resolve();
    this.#port.close();
    this.#wake();
  }

  #take(message: FromReader): void {
    switch (message.type) {
      case 'opened':
        this.#opened.resolve();
        break;
      case 'refused':
        this.#opened.reject(new PlumblineError(message.code, message.message));
        this.end(message.message);
        break;
      case 'messages':
        this.#groups.push(message);
        this.#wake();
        break;
      case 'sentAll':
        this.#asking.shift()?.(message.sequence);
        break;
      case 'ended':
        this.end(message.interruption);
        break;
    }
  }

  #wake(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }

  #send(message: ToReader): void {
    this.#port.postMessage(message);
  }
}

/** A small part of what there is, so that the other thread never waits for these. */
const mostGivenBack = 4;

function readMessage({ headers, data, found, ...place }: SentMessage, memory: SharedArrayBuffer): ReadMessage {
  return {
    message: {
      ...place,
      // A copy, for who asks will keep it: dead letters do.
      get data() {
        return new Uint8Array(memory, data.at, data.length).slice();
      },
      header: (wanted) => headers.find(([name]) => name === wanted)?.[1],
      headerNames: () => headers.map(([name]) => name),
    },
    found: 'buffer' in found ? unpackBatch(found) : found,
  };
}
