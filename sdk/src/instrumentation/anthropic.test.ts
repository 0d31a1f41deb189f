import Anthropic from '@anthropic-ai/sdk';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMonitor, type Monitor } from '../index.ts';
import { createSpanProcessor } from '../otel/index.ts';
import { startVendorServer } from '../otel/spans/fixtures/make/vendor-server.mjs';
import { createMemoryTransport } from '../testing/index.ts';
import { instrumentAnthropic, type StructuralInstrumentation } from './index.ts';

/** The client writes spans of its own, and the span processor reads them: nothing may count twice. */
const transport = createMemoryTransport();
const exported = new InMemorySpanExporter();
let server: Awaited<ReturnType<typeof startVendorServer>>;
let monitor: Monitor;
let instrumentation: StructuralInstrumentation;
let sdk: NodeSDK;
let client: Anthropic;

beforeAll(async () => {
  server = await startVendorServer();
  monitor = createMonitor({ service: 'api', model: { name: 'assistant', version: '1' }, transport });
  instrumentation = instrumentAnthropic(Anthropic, monitor);
  sdk = new NodeSDK({
    spanProcessors: [createSpanProcessor(monitor), new SimpleSpanProcessor({ exporter: exported })],
    // By its shape: the SDK hands it its providers.
    instrumentations: [instrumentation],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
  });
  sdk.start();
  client = new Anthropic({ apiKey: 'none', baseURL: server.origin, maxRetries: 0 });
});

afterAll(async () => {
  instrumentation.disable();
  await sdk.shutdown();
  await monitor.shutdown();
  server.close();
});

const question = { role: 'user' as const, content: 'What is the capital of France?' };
const chat = { model: 'claude-sonnet-5', max_tokens: 64, messages: [question] };

describe("Anthropic's client", () => {
  it('is recorded once a call, beside its own spans and the span processor', async () => {
    const message = await client.messages.create(chat);
    expect(message.content).toEqual([{ type: 'text', text: 'Paris is the capital.' }]);
    for await (const _ of await client.messages.create({ ...chat, stream: true })) {
      // To its end.
    }
    expect(await client.messages.stream(chat).finalText()).toBe('Paris is the capital.');
    await expect(client.messages.create({ ...chat, messages: [{ ...question, content: 'fail' }] })).rejects.toThrow(
      Anthropic.RateLimitError,
    );
    await monitor.flush();
    const inferences = transport.inferences().toSorted((a, b) => a.time - b.time);
    // Cached tokens are part of those that went in.
    const tokens = { input_tokens: 24, cached_input_tokens: 5, cache_write_tokens: 3, output_tokens: 7 };
    const answered = { error: null, features: { ...tokens, finish_reason: 'end_turn', provider: 'anthropic' } };
    expect(inferences).toMatchObject([answered, answered, answered, { error: expect.stringMatching(/rate/i) }]);
    expect(inferences[1]?.features.time_to_first_token_ms).toBeGreaterThan(0);
    const scopes = exported.getFinishedSpans().map(({ instrumentationScope }) => instrumentationScope.name);
    expect(scopes.filter((scope) => scope === '@plumbline/sdk')).toHaveLength(4);
    expect(scopes).toContain('com.anthropic.sdk.typescript');
  });

  it('has each end of a stream told apart: left, aborted, broken off', async () => {
    const before = new Set(transport.inferences().map(({ id }) => id));
    const request = { ...chat, stream: true as const };
    for await (const _ of await client.messages.create(request)) {
      break;
    }
    const aborted = await client.messages.create(request);
    for await (const _ of aborted) {
      aborted.controller.abort();
    }
    const breaking = { ...request, messages: [{ ...question, content: 'break off' }] };
    const read = async () => {
      for await (const _ of await client.messages.create(breaking)) {
        // Until it fails.
      }
    };
    await expect(read()).rejects.toThrow();
    await monitor.flush();
    const ends = transport
      .inferences()
      .filter(({ id }) => !before.has(id))
      .toSorted((a, b) => a.time - b.time);
    expect(ends.map(({ error, features }) => [error === null, features.finish_reason ?? null])).toEqual([
      [true, 'abort'],
      [true, 'abort'],
      [false, null],
    ]);
  });

  it('without the instrumentation is recorded from its own spans', async () => {
    instrumentation.disable();
    await client.messages.create(chat);
    await monitor.flush();
    expect(transport.inferences()).toHaveLength(8);
    instrumentation.enable();
  });
});
