import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InferenceEvent } from '../event.ts';
import { createMonitor, type Monitor } from '../index.ts';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';

let transport: MemoryTransport;
let monitor: Monitor;

beforeEach(() => {
  transport = createMemoryTransport();
  const logger = { info: () => {}, warn: () => {} };
  monitor = createMonitor({ service: 'chat', model: { name: 'writer', version: '1' }, transport, logger });
});

async function recorded(): Promise<InferenceEvent[]> {
  await monitor.flush();
  return transport.inferences();
}

async function* words(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) {
    await turn();
    yield text;
  }
}

/** As clients of model providers make them: an object with helpers, whose iterator is made anew. */
class ClientStream implements AsyncIterable<string> {
  readonly texts: readonly string[];
  #closed = false;

  constructor(...texts: string[]) {
    this.texts = texts;
  }

  get closed(): boolean {
    return this.#closed;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      yield* words(...this.texts);
    } finally {
      this.#closed = true;
    }
  }
}

const written = {
  features: (prompt: string) => ({ prompt_length: prompt.length }),
  stream: {
    initial: () => ({ text: '' }),
    fold: (state: { text: string }, chunk: string) => ({ text: state.text + chunk }),
    prediction: (state: { text: string }) => (state.text.length > 5 ? 'long' : 'short'),
    features: (state: { text: string }) => ({ answer_length: state.text.length }),
  },
};

describe('a stream', () => {
  it.each([
    ['an async generator', async () => words('one', 'two', 'three')],
    ['a client stream', async () => new ClientStream('one', 'two', 'three')],
    ['a web stream', async () => ReadableStream.from(words('one', 'two', 'three'))],
    ['a stream of Node', async () => Readable.from(words('one', 'two', 'three'))],
    ['one that comes without a promise', () => words('one', 'two', 'three')],
  ] as const)('taken to its end is one inference, with what became of it: %s', async (_, generate) => {
    const write = monitor.wrap(
      (_prompt: string): AsyncIterable<string> | Promise<AsyncIterable<string>> => generate(),
      {
        ...written,
        stream: {
          ...written.stream,
          fold: (state: { text: string }, chunk: unknown) => ({ text: state.text + chunk }),
        },
      },
    );
    const taken: string[] = [];
    for await (const chunk of await write('hello')) {
      expect(await recorded()).toEqual([]);
      taken.push(chunk);
    }
    expect(taken).toEqual(['one', 'two', 'three']);
    const [event] = await recorded();
    expect(event).toMatchObject({
      prediction: 'long',
      error: null,
      features: { prompt_length: 5, answer_length: 11, chunks: 3, stream_end: 'done' },
    });
    const first = Number(event?.features.time_to_first_token_ms);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(Number(event?.latencyMs));
    expect(await recorded()).toHaveLength(1);
  });

  it('that fails is an inference with the type of the failure, which the app gets', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield 'one';
      throw new TypeError('the text of Ms Miller');
    }
    const write = monitor.wrap(async (_prompt: string) => failing(), written);
    await expect(allOf(await write('hello'))).rejects.toThrow('Ms Miller');
    expect(await recorded()).toMatchObject([{ error: 'TypeError', features: { chunks: 1, stream_end: 'error' } }]);
  });

  it('left early is an inference with what was taken, and the source learns of it', async () => {
    const stream = new ClientStream('one', 'two', 'three');
    const write = monitor.wrap(async (_prompt: string) => stream, written);
    for await (const _ of await write('hello')) {
      break;
    }
    expect(stream.closed).toBe(true);
    const expected = { error: null, prediction: 'short', features: { chunks: 1, stream_end: 'abort' } };
    expect(await recorded()).toMatchObject([expected]);
  });

  it('aborted by its signal is no failure', async () => {
    async function* aborted(): AsyncGenerator<string> {
      yield 'one';
      throw new DOMException('This operation was aborted', 'AbortError');
    }
    const write = monitor.wrap(async (_prompt: string) => aborted(), written);
    await expect(allOf(await write('hello'))).rejects.toThrow('aborted');
    expect(await recorded()).toMatchObject([{ error: null, features: { stream_end: 'abort' } }]);
  });

  it('is the very object the function returned', async () => {
    const stream = new ClientStream('one');
    const write = monitor.wrap(async (_prompt: string) => stream, written);
    expect(await write('hello')).toBe(stream);
    expect(stream.closed).toBe(false);
  });

  it('whose chunks cannot be folded is lost and counted, and reaches the app whole', async () => {
    const fold = () => {
      throw new Error('broken');
    };
    const write = monitor.wrap(async (_prompt: string) => words('one', 'two'), {
      features: () => ({}),
      stream: { initial: () => 0, fold },
    });
    expect(await allOf(await write('hello'))).toEqual(['one', 'two']);
    expect(await recorded()).toEqual([]);
    expect(monitor.status().counts.dropped).toEqual({ extractor_failed: 1 });
  });

  it('needs no fold', async () => {
    const write = monitor.wrap(async () => words('one'), { features: () => ({}) });
    await allOf(await write());
    expect(await recorded()).toMatchObject([{ prediction: null, features: { chunks: 1, stream_end: 'done' } }]);
  });

  it('that cannot be watched is recorded at once', async () => {
    const write = monitor.wrap(async () => Object.freeze(new ClientStream('one')), { features: () => ({}) });
    expect(await allOf(await write())).toEqual(['one']);
    expect(await recorded()).toMatchObject([{ features: { stream_end: 'abandoned' } }]);
  });
});

describe('a stream the app drops', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');

  it('is recorded as abandoned once it is collected, with what had been taken', async () => {
    const write = monitor.wrap(async (_prompt: string) => new ClientStream('one', 'two'), written);
    await (async () => {
      const iterator = (await write('hello'))[Symbol.asyncIterator]();
      await iterator.next();
    })();
    await vi.waitFor(async () => {
      collectGarbage();
      const expected = { error: null, prediction: 'short', features: { chunks: 1, stream_end: 'abandoned' } };
      expect(await recorded()).toMatchObject([expected]);
    });
  });

  it('leaks nothing: 4 000 of them, each with 10 kB of its own, leave the heap as it was', async () => {
    const write = monitor.wrap(async (prompt: string) => Object.assign(words('one', 'two'), { prompt }), written);
    const drop = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const stream = await write(`${index}`.padEnd(10_000, 'x'));
        if (index % 2 === 0) {
          await stream.next();
        }
        if (index % 500 === 499) {
          collectGarbage();
          await turn();
          await monitor.flush();
        }
      }
    };
    const heap = async () => {
      for (let round = 0; round < 5; round++) {
        collectGarbage();
        await turn();
      }
      return process.memoryUsage().heapUsed;
    };
    await drop(1_000);
    const before = await heap();
    await drop(4_000);
    await monitor.flush();
    const { accepted } = monitor.status().counts;
    // The transport keeps what arrived, as nothing of this size would a broker.
    const kept = transport.batches.reduce((sum, batch) => sum + batch.count, 0);
    const grown = (await heap()) - before;
    expect(accepted).toBeGreaterThan(4_900);
    expect(kept).toBeGreaterThan(4_900);
    expect(grown / 4_000).toBeLessThan(1_500);
  }, 60_000);
});

async function allOf<Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return chunks;
}
