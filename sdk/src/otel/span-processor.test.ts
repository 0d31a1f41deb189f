import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { context, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  type Sampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { generateText, registerTelemetry, streamText } from 'ai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMonitor, type Monitor } from '../index.ts';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';
import { createSpanExporter, createSpanProcessor, type ModelCallOptions } from './index.ts';
import { startVendorServer } from './spans/fixtures/make/vendor-server.mjs';
import { inferenceIdOfSpan } from './spans/index.ts';

const warnings: string[] = [];
const logger = { info: () => {}, warn: (message: string) => void warnings.push(message) };
let transport: MemoryTransport;
let monitor: Monitor;

function start(...models: readonly string[]): Monitor {
  transport = createMemoryTransport();
  return createMonitor({ service: 'api', models: models.map((name) => ({ name, version: '1' })), transport, logger });
}

beforeEach(() => {
  warnings.length = 0;
  monitor = start('assistant');
});

afterEach(() => monitor.shutdown());

/** The recorded inferences, once they have arrived. */
async function recorded() {
  await monitor.flush();
  return transport.inferences();
}

/** An app's own set-up, with its exporter and sampler beside the processor. */
function setUp(options: ModelCallOptions = {}, sampler: Sampler = new AlwaysOnSampler(), keep = false) {
  const exported = new InMemorySpanExporter();
  const processor = createSpanProcessor(monitor, options);
  const provider = new TracerProvider({
    spanProcessors: [processor, new SimpleSpanProcessor({ exporter: exported })],
    // What the wrapped sampler decides comes from the sampler itself.
    sampler: keep ? (processor.sampler(sampler) as Sampler) : sampler,
  });
  return { provider, exported, tracer: provider.getTracer('app'), processor };
}

const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4o' };

function call(tracer: Tracer, attributes: Record<string, unknown> = {}, more: (span: Span) => void = () => {}): void {
  const span = tracer.startSpan('chat gpt-4o', { attributes: chat });
  // Attributes of tests are those of OpenTelemetry.
  span.setAttributes(attributes as Parameters<Span['setAttributes']>[0]);
  more(span);
  span.end();
}

describe('a span of a model call', () => {
  it('becomes an inference of the only model, with its signals, trace, latency and the id of its span', async () => {
    const { tracer, exported } = setUp();
    call(tracer, {
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 3,
      'gen_ai.response.finish_reasons': ['stop'],
    });
    const [span] = exported.getFinishedSpans();
    const [inference] = await recorded();
    expect(inference).toMatchObject({
      model: 'assistant',
      version: '1',
      role: 'champion',
      traceId: span?.spanContext().traceId,
      error: null,
      features: {
        operation: 'chat',
        provider: 'openai',
        request_model: 'gpt-4o',
        finish_reason: 'stop',
        input_tokens: 12,
        output_tokens: 3,
      },
    });
    expect(inference?.features.reasoning_tokens ?? null).toBeNull();
    const time = (span?.startTime[0] ?? 0) * 1_000 + (span?.startTime[1] ?? 0) / 1e6;
    const { traceId = '', spanId = '' } = span?.spanContext() ?? {};
    expect(inference?.id).toBe(inferenceIdOfSpan({ time, traceId, spanId }));
    expect(monitor.status().counts.dropped).toEqual({});
  });

  it('that failed becomes an inference with the type of its failure, and without its message', async () => {
    const { tracer } = setUp();
    call(tracer, {}, (span) => {
      span.recordException(new RangeError('prompt of Ms Miller is too long'));
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'prompt of Ms Miller is too long' });
    });
    expect(await recorded()).toMatchObject([{ error: 'RangeError' }]);
    expect(JSON.stringify(await recorded())).not.toContain('Miller');
  });

  it('makes no further span, and leaves the app its own as they are', async () => {
    const { tracer, exported } = setUp();
    call(tracer);
    await recorded();
    expect(exported.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      { name: 'chat gpt-4o', attributes: chat },
    ]);
  });

  it('is an inference of the model that has the name of the one asked for, and of none when none has', async () => {
    monitor = start('gpt-4o', 'credit-risk');
    const { tracer } = setUp();
    call(tracer);
    call(tracer, { 'gen_ai.request.model': 'another' });
    expect((await recorded()).map(({ model }) => model)).toEqual(['gpt-4o']);
    expect(warnings.join()).toContain('calls of another are not recorded');
  });

  it('is what the options make of it', async () => {
    const ids: string[] = [];
    const { tracer } = setUp({
      model: ({ operation }) => (operation === 'embeddings' ? null : 'assistant'),
      version: ({ responseModel }) => responseModel ?? undefined,
      id: ({ responseId }) => responseId ?? undefined,
      content: 'messages',
      features: ({ content }) => ({ question_characters: content?.input[0]?.text.length }),
      recorded: (id) => void ids.push(id),
    });
    const messages = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Where is Ms Miller?' }] }]);
    call(tracer, {
      'gen_ai.response.model': 'gpt-4o-2',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.input.messages': messages,
    });
    call(tracer, { 'gen_ai.operation.name': 'embeddings' });
    expect(await recorded()).toMatchObject([
      { id: 'chatcmpl-1', version: 'gpt-4o-2', features: { question_characters: 19 } },
    ]);
    expect(JSON.stringify(await recorded())).not.toContain('Miller');
    expect(ids).toEqual(['chatcmpl-1']);
  });

  it('is not recorded, and nothing else happens, when a function of the options throws', async () => {
    const { tracer, exported } = setUp({
      features: () => {
        throw new RangeError('the prompt of Ms Miller');
      },
    });
    call(tracer);
    expect(await recorded()).toEqual([]);
    expect(monitor.status().counts.dropped).toEqual({ extractor_failed: 1 });
    expect(warnings.join()).toContain('(extractor_failed: RangeError)');
    expect(warnings.join()).not.toContain('Miller');
    expect(exported.getFinishedSpans()).toHaveLength(1);
  });

  it('is no longer read by functions of the options that keep throwing, and is counted all the same', async () => {
    let asked = 0;
    const { tracer } = setUp({
      version: () => {
        asked += 1;
        throw new RangeError('the prompt of Ms Miller');
      },
    });
    for (let index = 0; index < 15; index++) {
      call(tracer);
    }
    expect(asked).toBe(10);
    expect(monitor.status().counts.dropped).toEqual({ extractor_failed: 15 });
    expect(monitor.status().problems).toMatchObject([{ code: 'extractor_paused' }]);
  });

  it('is handed over by the provider that flushes', async () => {
    const { tracer, provider } = setUp();
    call(tracer);
    await provider.forceFlush();
    expect(transport.inferences()).toHaveLength(1);
    await provider.shutdown();
    monitor.record({ features: {} });
    expect(await recorded()).toHaveLength(2);
  });
});

describe('sampling of traces', () => {
  const calls = 1_000;

  it('takes no call from the inferences when the processor wraps the sampler, and exports no more spans', async () => {
    const { tracer, exported } = setUp({}, new TraceIdRatioBasedSampler(0.1), true);
    for (let index = 0; index < calls; index++) {
      call(tracer);
    }
    tracer.startSpan('not a call').end();
    const inferences = await recorded();
    expect(inferences).toHaveLength(calls);
    expect(inferences.every(({ source }) => source === 'span')).toBe(true);
    const traces = inferences.filter(({ sampled = true }) => sampled).map(({ traceId }) => traceId);
    expect(traces.toSorted()).toEqual(
      exported
        .getFinishedSpans()
        .filter(({ name }) => name !== 'not a call')
        .map((span) => span.spanContext().traceId)
        .toSorted(),
    );
    expect(exported.getFinishedSpans().length).toBeGreaterThan(calls * 0.05);
    expect(exported.getFinishedSpans().length).toBeLessThan(calls * 0.2);
  });

  it('makes a call count for as many as its sampler says it stands for, unless every call is seen', async () => {
    const quarter: Sampler = {
      shouldSample: () => ({ decision: 2, traceState: traceState('ot=th:c') }),
      toString: () => 'Quarter',
    };
    call(setUp({}, quarter).tracer);
    call(setUp({}, quarter, true).tracer);
    expect((await recorded()).map(({ weight }) => weight ?? 1).toSorted()).toEqual([1, 4]);
  });
});

function traceState(text: string) {
  return { serialize: () => text, get: () => undefined, set: () => traceState(text), unset: () => traceState(text) };
}

describe('the exporter', () => {
  it('records what its span processor passes on, each call once', async () => {
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: createSpanExporter(monitor) })],
    });
    const tracer = provider.getTracer('app');
    const outer = tracer.startSpan('chat', { attributes: chat });
    const inner = tracer.startSpan('chat', { attributes: chat }, trace.setSpan(context.active(), outer));
    inner.end();
    outer.end();
    await provider.forceFlush();
    expect(transport.inferences()).toHaveLength(1);
  });

  it('answers a broken span with success: there is nothing to try again', () => {
    const results: number[] = [];
    // What no version of the SDK hands out.
    createSpanExporter(monitor).export([{} as never], ({ code }) => void results.push(code));
    expect(results).toEqual([0]);
    expect(warnings.join()).toContain('a span was not read');
  });
});

describe('what is no monitor', () => {
  it.each([[undefined], [null], [{}]])('is refused at once: %j', (given) => {
    // JavaScript gives anything.
    expect(() => createSpanProcessor(given as never)).toThrow(TypeError);
  });
});

describe('a call within a wrapped function', () => {
  it('is part of its inference when both are of one model, and one of its own otherwise', async () => {
    monitor = start('assistant', 'gpt-4o');
    const { tracer } = setUp({ model: ({ requestModel }) => (requestModel === 'gpt-4o' ? 'gpt-4o' : 'assistant') });
    const answer = monitor.wrap(
      async () => {
        call(tracer, { 'gen_ai.request.model': 'small' });
        await Promise.resolve();
        call(tracer, { 'gen_ai.request.model': 'small' });
        call(tracer);
      },
      { model: 'assistant', features: () => ({ own: 1 }) },
    );
    await answer();
    call(tracer, { 'gen_ai.request.model': 'small' });
    const inferences = await recorded();
    expect(inferences.filter(({ model }) => model === 'gpt-4o')).toHaveLength(1);
    const own = inferences.filter(({ model }) => model === 'assistant').map(({ features }) => features.own ?? null);
    expect(own.toSorted()).toEqual([1, null]);
  });
});

describe("the AI SDK of Vercel, with the app's own OpenTelemetry", () => {
  const exported = new InMemorySpanExporter();
  let sdk: NodeSDK;
  let server: Awaited<ReturnType<typeof startVendorServer>>;
  let inApp: Monitor;
  let arrived: MemoryTransport;

  beforeAll(async () => {
    server = await startVendorServer();
    inApp = start('assistant');
    arrived = transport;
    sdk = new NodeSDK({
      spanProcessors: [createSpanProcessor(inApp), new SimpleSpanProcessor({ exporter: exported })],
      metricReaders: [],
      logRecordProcessors: [],
      autoDetectResources: false,
    });
    sdk.start();
    registerTelemetry(new OpenTelemetry());
  });

  afterAll(async () => {
    await sdk.shutdown();
    await inApp.shutdown();
    server.close();
  });

  it('is recorded call by call: whole answers, streams and failures', async () => {
    const openai = createOpenAI({ apiKey: 'none', baseURL: `${server.origin}/v1` });
    const common = { model: openai.chat('gpt-4o-mini'), maxRetries: 0 };
    await generateText({ ...common, prompt: 'What is the capital of France?' });
    const { textStream } = streamText({ ...common, prompt: 'What is the capital of France?' });
    for await (const _ of textStream) {
      // The stream ends the span.
    }
    await generateText({ ...common, prompt: 'fail' }).catch(() => {});
    await inApp.flush();
    const inferences = arrived.inferences().toSorted((a, b) => a.time - b.time);
    expect(inferences.map(({ error, features }) => [error, features.input_tokens, features.output_tokens])).toEqual([
      [null, 21, 7],
      [null, 21, 7],
      ['AI_APICallError', null, null],
    ]);
    expect(inferences[1]?.features.time_to_first_token_ms).toBeGreaterThan(0);
    expect(JSON.stringify(inferences)).not.toMatch(/capital|Paris/);
    expect(exported.getFinishedSpans().length).toBeGreaterThan(3);
  });
});
