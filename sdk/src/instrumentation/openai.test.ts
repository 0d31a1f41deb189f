import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMonitor, type Monitor } from '../index.ts';
import { createSpanProcessor } from '../otel/index.ts';
import { startVendorServer } from '../otel/spans/fixtures/make/vendor-server.mjs';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';
import type { Transport, TransportListener } from '../transport.ts';
import { instrumentOpenAI, type ModelCallOptions, type StructuralInstrumentation } from './index.ts';

let server: Awaited<ReturnType<typeof startVendorServer>>;
let transport: MemoryTransport;
let monitor: Monitor;
let instrumentation: StructuralInstrumentation;
const warnings: string[] = [];
const spans = new InMemorySpanExporter();
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);

beforeAll(async () => {
  server = await startVendorServer();
  process.on('unhandledRejection', note);
});

afterAll(() => {
  process.off('unhandledRejection', note);
  server.close();
});

function client(): OpenAI {
  return new OpenAI({ apiKey: 'none', baseURL: `${server.origin}/v1`, maxRetries: 0 });
}

function start(options: ModelCallOptions = {}): void {
  instrumentation?.disable();
  instrumentation = instrumentOpenAI(OpenAI, monitor, options);
  instrumentation.setTracerProvider(provider());
}

function provider(): TracerProvider {
  return new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
}

beforeEach(() => {
  transport = createMemoryTransport();
  const logger = { info: () => {}, warn: (message: string) => void warnings.push(message) };
  monitor = createMonitor({ service: 'api', model: { name: 'assistant', version: '1' }, transport, logger });
  warnings.length = 0;
  spans.reset();
  start();
});

afterEach(async () => {
  instrumentation.disable();
  await monitor.shutdown();
  expect(warnings).toEqual([]);
  expect(unhandled).toEqual([]);
});

async function recorded() {
  await monitor.flush();
  return transport.inferences().toSorted((a, b) => a.time - b.time);
}

const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }];
const chat = { model: 'gpt-4o-mini', temperature: 0.2, messages };
const failing = { ...chat, messages: [{ role: 'user' as const, content: 'fail' }] };
const streamed = { ...chat, stream: true as const, stream_options: { include_usage: true } };
const answeredFeatures = {
  operation: 'chat',
  provider: 'openai',
  request_model: 'gpt-4o-mini',
  response_model: 'gpt-4o-mini-2024-07-18',
  finish_reason: 'stop',
  input_tokens: 21,
  output_tokens: 7,
  cached_input_tokens: 5,
  reasoning_tokens: 2,
  token_semantics: 'inclusive',
};

describe('a call of the client', () => {
  it('answers as before, and is an inference with its tokens and a span by the conventions', async () => {
    const answer = await client().chat.completions.create(chat);
    expect(answer.choices[0]?.message.content).toBe('Paris is the capital.');
    const [inference, ...more] = await recorded();
    const [span] = spans.getFinishedSpans();
    expect(more).toEqual([]);
    expect(inference).toMatchObject({ model: 'assistant', version: '1', error: null, features: answeredFeatures });
    expect(inference?.latencyMs).toBeGreaterThan(0);
    expect(inference?.traceId).toBe(span?.spanContext().traceId);
    expect(span?.name).toBe('chat gpt-4o-mini');
    expect(span?.kind).toBe(2);
    expect(span?.attributes).toEqual({
      'plumbline.inference.id': inference?.id,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.request.temperature': 0.2,
      'gen_ai.response.id': 'chatcmpl-once',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 21,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.cache_read.input_tokens': 5,
      'gen_ai.usage.reasoning.output_tokens': 2,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(server.origin).port),
    });
  });

  it('fails as before, and is an inference with the type of its failure', async () => {
    await expect(client().chat.completions.create(failing)).rejects.toThrow(OpenAI.RateLimitError);
    expect(await recorded()).toMatchObject([
      { error: 'rate_limit_exceeded', features: { request_model: 'gpt-4o-mini' } },
    ]);
    expect(spans.getFinishedSpans()[0]?.status.code).toBe(2);
  });

  it('of the other endpoints is one as well', async () => {
    await client().responses.create({ model: 'gpt-4o-mini', input: 'What is the capital of France?' });
    await client().embeddings.create({ model: 'text-embedding-3-small', input: 'Paris' });
    expect((await recorded()).map(({ features }) => features)).toMatchObject([
      answeredFeatures,
      { operation: 'embeddings', response_model: 'text-embedding-3-small', input_tokens: 4, output_tokens: null },
    ]);
  });

  it('is one inference where a helper of the client calls another method of it', async () => {
    const parsed = await client().chat.completions.parse(chat);
    expect(parsed.choices[0]?.message.content).toBe('Paris is the capital.');
    expect(await recorded()).toMatchObject([{ features: answeredFeatures }]);
  });

  it('keeps what the promise of the client can do: the raw answer, or both', async () => {
    const both = await client().chat.completions.create(chat).withResponse();
    expect([both.response.status, both.data.id]).toEqual([200, 'chatcmpl-once']);
    const raw = await client().chat.completions.create(chat).asResponse();
    expect(((await raw.json()) as { id: string }).id).toBe('chatcmpl-once');
    expect((await recorded()).map(({ features }) => features.output_tokens ?? null)).toEqual([7, null]);
  });

  it('is recorded whatever the sampler drops', async () => {
    instrumentation.setTracerProvider(new TracerProvider({ sampler: new AlwaysOffSampler() }));
    await client().chat.completions.create(chat);
    expect(await recorded()).toHaveLength(1);
  });

  it('is left alone when it is no model of the monitor, and again once switched off', async () => {
    start({ model: ({ requestModel }) => (requestModel === 'gpt-4o-mini' ? null : 'assistant') });
    await client().chat.completions.create(chat);
    instrumentation.disable();
    await client().embeddings.create({ model: 'text-embedding-3-small', input: 'Paris' });
    expect(await recorded()).toEqual([]);
    expect(spans.getFinishedSpans()).toEqual([]);
  });

  it('counts once when the class is instrumented twice', async () => {
    const again = instrumentOpenAI(OpenAI, monitor);
    await client().chat.completions.create(chat);
    again.disable();
    await client().chat.completions.create(chat);
    expect(await recorded()).toHaveLength(2);
  });

  it.each(['before', 'after'] as const)('counts once beside an instrumentation made %s ours', async (order) => {
    // As the instrumentations of others do: a span around the call, by the conventions.
    const tracerProvider = new TracerProvider({ spanProcessors: [createSpanProcessor(monitor)] });
    instrumentation.disable();
    const { prototype } = OpenAI.Chat.Completions;
    const original = prototype.create;
    const instrument = () => {
      const next = prototype.create;
      prototype.create = function create(this: unknown, ...args: never[]) {
        const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o-mini' };
        const span = tracerProvider.getTracer('theirs').startSpan('chat', { attributes });
        const answer = Reflect.apply(next, this, args);
        answer.then(({ id }: { id: string }) => span.setAttribute('gen_ai.response.id', id).end());
        return answer;
      } as typeof original;
    };
    if (order === 'before') {
      instrument();
    }
    start();
    instrumentation.setTracerProvider(tracerProvider);
    if (order === 'after') {
      instrument();
    }
    await client().chat.completions.create(chat);
    await tracerProvider.forceFlush();
    prototype.create = original;
    expect(await recorded()).toMatchObject([{ features: answeredFeatures }]);
  });

  it('of the class that require gives is recorded too', async () => {
    const { OpenAI: Required } = createRequire(import.meta.url)('openai') as typeof import('openai');
    const other = instrumentOpenAI(Required, monitor);
    await new Required({ apiKey: 'none', baseURL: `${server.origin}/v1` }).chat.completions.create(chat);
    other.disable();
    expect(await recorded()).toMatchObject([{ features: answeredFeatures }]);
  });
});

describe('a stream', () => {
  it('is an inference when it ends, with tokens and the time to its first token', async () => {
    let text = '';
    for await (const chunk of await client().chat.completions.create(streamed)) {
      text += chunk.choices[0]?.delta.content ?? '';
      expect(spans.getFinishedSpans()).toEqual([]);
    }
    expect(text).toBe('Paris is the capital.');
    const [inference] = await recorded();
    expect(inference?.features).toMatchObject(answeredFeatures);
    expect(inference?.features.time_to_first_token_ms).toBeGreaterThan(0);
    expect(inference?.features.time_to_first_token_ms).toBeLessThan(inference?.latencyMs ?? 0);
    expect(spans.getFinishedSpans()[0]?.attributes['gen_ai.request.stream']).toBe(true);
  });

  it('of events is read by its last one', async () => {
    const events = await client().responses.create({ model: 'gpt-4o-mini', input: 'Paris?', stream: true });
    for await (const _ of events) {
      // To its end.
    }
    expect(await recorded()).toMatchObject([{ features: answeredFeatures }]);
  });

  it('sends the request as it is: without include_usage, tokens are unknown', async () => {
    const { stream_options: _, ...without } = streamed;
    for await (const _ of await client().chat.completions.create(without)) {
      // To its end.
    }
    const [inference] = await recorded();
    expect(inference?.features.finish_reason).toBe('stop');
    expect(inference?.features.output_tokens ?? null).toBeNull();
  });

  it('left early is an inference that was aborted, and lets the request go', async () => {
    const stream = await client().chat.completions.create(streamed);
    for await (const _ of stream) {
      break;
    }
    expect(stream.controller.signal.aborted).toBe(true);
    expect(await recorded()).toMatchObject([{ error: null, features: { finish_reason: 'abort' } }]);
    expect(spans.getFinishedSpans()).toHaveLength(1);
  });

  it('aborted is an inference that was aborted', async () => {
    const stream = await client().chat.completions.create(streamed);
    let chunks = 0;
    for await (const _ of stream) {
      chunks += 1;
      stream.controller.abort();
    }
    expect(chunks).toBe(1);
    expect(await recorded()).toMatchObject([{ error: null, features: { finish_reason: 'abort' } }]);
  });

  it('that breaks off fails as before, and is an inference with the type of its failure and what was known', async () => {
    const breaking = { ...streamed, messages: [{ role: 'user' as const, content: 'break off' }] };
    let chunks = 0;
    const read = async () => {
      for await (const _ of await client().chat.completions.create(breaking)) {
        chunks += 1;
      }
    };
    await expect(read()).rejects.toThrow();
    expect(chunks).toBeGreaterThan(0);
    const [inference, ...more] = await recorded();
    expect(more).toEqual([]);
    expect(inference).toMatchObject({ error: expect.any(String), features: { request_model: 'gpt-4o-mini' } });
    expect(inference?.features.time_to_first_token_ms).toBeGreaterThan(0);
    expect(inference?.features.output_tokens ?? null).toBeNull();
    expect(spans.getFinishedSpans()[0]?.status.code).toBe(2);
  });

  it('can be torn in two, and is one inference', async () => {
    const [left, right] = (await client().chat.completions.create(streamed)).tee();
    for (const half of [left, right]) {
      for await (const _ of half) {
        // To its end.
      }
    }
    expect(await recorded()).toMatchObject([{ features: answeredFeatures }]);
  });

  it('that nobody reads is forgotten and ends its inference: a hundred leave nothing behind', {
    timeout: 60_000,
  }, async () => {
    const gc = collector();
    instrumentation.disable();
    const keeping = createMonitor({ service: 'api', model: { name: 'assistant', version: '1' }, transport: sink() });
    instrumentation = instrumentOpenAI(OpenAI, keeping);
    instrumentation.setTracerProvider(provider());
    const streams: WeakRef<object>[] = [];
    const forgetAndCollect = async (count: number) => {
      streams.push(...(await forget(count)));
      await collected(gc, count);
      const reasons = spans.getFinishedSpans().map(({ attributes }) => attributes['gen_ai.response.finish_reasons']);
      expect(reasons).toEqual(Array.from({ length: count }, () => ['abandoned']));
      await keeping.flush();
      // What the test keeps is no leak.
      spans.reset();
    };
    // What the first ones leave is code and tables.
    await forgetAndCollect(100);
    const grown = await heapGrowth(gc, () => forgetAndCollect(100));
    expect(keeping.status().counts.acknowledged).toBe(200);
    expect(streams.filter((stream) => stream.deref() !== undefined)).toEqual([]);
    instrumentation.disable();
    // The client itself keeps the connection of a stream that nobody reads.
    const without = await heapGrowth(gc, () => forget(100));
    await keeping.shutdown();
    expect((grown - without) / 100).toBeLessThan(8_192);
  });
});

/** Acknowledges everything and keeps nothing. */
function sink(): Transport {
  let listener: TransportListener | undefined;
  return {
    start(given) {
      listener = given;
      listener.connected('sink');
    },
    publish: ({ token }) => queueMicrotask(() => listener?.answered(token, { kind: 'stored', duplicate: false })),
    notify: () => {},
    close: async () => {},
  };
}

/** Bytes of heap that are still there after everything that can be collected is. */
async function heapGrowth(gc: () => void, run: () => Promise<unknown>): Promise<number> {
  const used = async () => {
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      gc();
    }
    return process.memoryUsage().heapUsed;
  };
  const before = await used();
  await run();
  return (await used()) - before;
}

/** Streams that are asked for and let go, half of them after their first chunk. */
async function forget(count: number): Promise<WeakRef<object>[]> {
  const one = client();
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const stream = await one.chat.completions.create(streamed);
      if (index % 2 === 0) {
        await stream[Symbol.asyncIterator]().next();
      }
      return new WeakRef(stream);
    }),
  );
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  // What the flag adds to a new context.
  return runInNewContext('gc') as () => void;
}

async function collected(gc: () => void, ended: number): Promise<void> {
  for (let round = 0; round < 100 && spans.getFinishedSpans().length < ended; round++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('what is said to the model', () => {
  it('is nowhere outside, unless an option makes something of it', async () => {
    start({ content: 'messages', features: ({ content }) => ({ answer_characters: content?.output[0]?.text.length }) });
    await client().chat.completions.create(chat);
    for await (const _ of await client().chat.completions.create(streamed)) {
      // To its end.
    }
    const inferences = await recorded();
    expect(inferences.map(({ features }) => features.answer_characters)).toEqual([21, 21]);
    const outside = JSON.stringify([
      inferences,
      spans.getFinishedSpans().map(({ name, attributes, events }) => [name, attributes, events]),
    ]);
    expect(outside).not.toMatch(/France|capital/);
  });
});

describe('measurements', () => {
  it('have the published names and advised buckets, and no ids', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }));
    for await (const _ of await client().chat.completions.create(streamed)) {
      // To its end.
    }
    await reader.forceFlush();
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    expect(metrics.map(({ descriptor }) => [descriptor.name, descriptor.unit])).toEqual([
      ['gen_ai.client.operation.time_per_output_chunk', 's'],
      ['gen_ai.client.operation.duration', 's'],
      ['gen_ai.client.operation.time_to_first_chunk', 's'],
      ['gen_ai.client.token.usage', '{token}'],
    ]);
    const tokens = metrics[3]?.dataPoints.map(({ attributes, value }) => [attributes['gen_ai.token.type'], value]);
    expect(tokens).toMatchObject([
      ['input', { sum: 21 }],
      [
        'output',
        {
          sum: 7,
          buckets: {
            boundaries: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
          },
        },
      ],
    ]);
    expect(JSON.stringify(metrics.map(({ dataPoints }) => dataPoints))).not.toMatch(/chatcmpl|inference\.id/);
    await reader.shutdown();
  });
});

describe('what is not the class OpenAI', () => {
  it.each([[undefined], [{}], [class Other {}]])('is refused at once: %j', (given) => {
    // JavaScript gives anything.
    expect(() => instrumentOpenAI(given as never, monitor)).toThrow(TypeError);
  });
});
