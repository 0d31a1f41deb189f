import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { CountedCalls, modelCallOf, type SpanData } from '@plumbline/sdk/spans';
import { decodeBatch } from '@plumbline/sdk/wire';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OutgoingBatch } from '../events/index.ts';
import { inferencesOfSpans, SeenSpans } from '../events/otlp/model-calls.ts';
import { readSpans } from '../events/otlp/read-spans.ts';
import { startTestApi, type TestApi } from '../main/testing/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    models: [
      { name: 'assistant', spans: { calls: ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18'] } },
      { name: 'summariser', spans: { services: ['summaries'] } },
      { name: 'credit' },
    ],
  });
});
afterAll(() => api.stop());
afterEach(() => void api.published.splice(0));

const fixtureFolder = new URL('../../../sdk/src/otel/spans/fixtures/', import.meta.url);
const fixtures = readdirSync(fixtureFolder).filter((name) => name.endsWith('.json'));

const authorization = 'Bearer secret-of-gateway';

/** Rows of the inference batches that were put on the stream. */
function inferences(batches: readonly OutgoingBatch[] = api.published) {
  return batches.flatMap(({ bytes, contentType }) => {
    const batch = decodeBatch(bytes, contentType, { producer: 'x', batch: 1 });
    if (batch.kind !== 'inference') throw new Error(`not inferences: ${JSON.stringify(batch)}`);
    return Array.from({ length: batch.count }, (_, row) => ({
      id: batch.ids[row],
      model: batch.model,
      version: batch.versions.dictionary[(batch.versions.codes[row] ?? 0) - 1],
      inputTokens: numberOf(batch, 'input_tokens', row),
      latencyMs: batch.latenciesMs.values[row],
      error: batch.errors.dictionary[(batch.errors.codes[row] ?? 0) - 1],
    }));
  });
}

function numberOf(batch: Extract<ReturnType<typeof decodeBatch>, { kind: 'inference' }>, name: string, row: number) {
  const column = batch.features[batch.schema.features.findIndex((feature) => feature.name === name)];
  return column?.type === 'number' ? column.values[row] : undefined;
}

const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  api.ask('/v1/traces', {
    as: 'gateway',
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

/** A span as OTLP's JSON form has it. */
const span = (attributes: Record<string, string | number>, more: object = {}) => ({
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  name: 'chat',
  kind: 3,
  startTimeUnixNano: '1760000000000000000',
  endTimeUnixNano: '1760000000250000000',
  attributes: Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  })),
  ...more,
});
const request = (spans: readonly object[], resource: Record<string, string> = {}) =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: Object.entries(resource).map(([key, stringValue]) => ({ key, value: { stringValue } })),
        },
        scopeSpans: [{ scope: { name: 'test' }, spans }],
      },
    ],
  });
const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.usage.input_tokens': 21,
};

describe('traces over OTLP/HTTP', () => {
  it.each([
    [
      'protocol buffers, gzip',
      (url: string) => new ProtobufExporter({ url, headers: { authorization }, compression: 'gzip' as never }),
    ],
    ['protocol buffers', (url: string) => new ProtobufExporter({ url, headers: { authorization } })],
    ['JSON', (url: string) => new JsonExporter({ url, headers: { authorization } })],
  ])("are taken from OpenTelemetry's own exporter: %s", async (_name, exporterFor) => {
    const processor = new BatchSpanProcessor({ exporter: exporterFor(`${api.url}/v1/traces`) });
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'api', 'service.version': '2026.11' }),
      spanProcessors: [processor],
    });
    const tracer = provider.getTracer('app');
    tracer.startActiveSpan('handle request', (outer: Span) => {
      const call = tracer.startSpan('chat gpt-4o-mini', { attributes: chat });
      call.setStatus({ code: SpanStatusCode.ERROR });
      call.setAttribute('error.type', 'rate_limit');
      call.end();
      tracer.startSpan('read cache').end();
      outer.end();
    });
    await provider.forceFlush();
    expect(inferences()).toEqual([
      expect.objectContaining({ model: 'assistant', version: '2026.11', inputTokens: 21, error: 'rate_limit' }),
    ]);
    await provider.shutdown();
  });

  it.each(fixtures)('hold the same calls as the spans of %s did in the app', (file) => {
    const spans = JSON.parse(readFileSync(new URL(file, fixtureFolder), 'utf8')) as readonly SpanData[];
    const calls = spans.flatMap((item) => modelCallOf(item, 'none') ?? []);
    const names = calls.flatMap(({ requestModel, responseModel }) => [requestModel, responseModel]);
    const models = [{ model: 'm', calls: names.filter((name) => name !== null), services: [] }];
    const found = (list: readonly SpanData[]) =>
      inferencesOfSpans(list, models, new CountedCalls(Date.now), new SeenSpans()).events;
    const read = readSpans(Buffer.from(asOtlp(spans)), 'json');
    if (read.kind === 'refusal') throw new Error(read.reason);
    expect(found(spans).length).toBeGreaterThan(0);
    expect(found(read.spans)).toEqual(found(spans));
  });

  it('say that inferences were made of spans, and not sampled only where the flags of the trace are there', () => {
    const flags = [undefined, 0, 0x100, 0x101, 0x03, 0x302];
    const spans = flags.map((value, index) => span(chat, { spanId: `${index}`.padStart(16, 'a'), flags: value }));
    const read = readSpans(Buffer.from(request(spans)), 'json');
    if (read.kind === 'refusal') throw new Error(read.reason);
    expect(read.spans.map(({ sampled }) => sampled)).toEqual([undefined, undefined, undefined, true, true, false]);
    const models = [{ model: 'm', calls: ['gpt-4o-mini'], services: [] }];
    const { events } = inferencesOfSpans(read.spans, models, new CountedCalls(Date.now), new SeenSpans());
    expect(events.map(({ source }) => source)).toEqual(flags.map(() => 'span'));
    expect(events.map(({ sampled }) => sampled)).toEqual([...flags.slice(1).map(() => undefined), false]);
  });

  it('count a call once although it comes again, in another body and beneath a framework that tells of it too', async () => {
    const inner = span(chat, { spanId: 'aaaaaaaaaaaaaaaa', parentSpanId: 'bbbbbbbbbbbbbbbb' });
    const outer = span(chat, { spanId: 'bbbbbbbbbbbbbbbb', endTimeUnixNano: '1760000000300000000' });
    expect((await send(request([outer, inner]))).body).toEqual({});
    expect(inferences()).toHaveLength(1);
    expect(inferences()[0]?.latencyMs).toBeCloseTo(250);
    api.published.splice(0);
    await send(request([outer]));
    await send(request([outer, inner]));
    expect(inferences()).toEqual([]);
  });

  it('leave what our own SDK recorded to the SDK', async () => {
    const body = request([span({ ...chat, 'gen_ai.response.id': 'own' }, { spanId: 'cccccccccccccccc' })]);
    await send(body.replace('"name":"test"', '"name":"@plumbline/sdk"'));
    expect(inferences()).toEqual([]);
  });

  it('go to the model that the span names, else to that of the service, else to the one of the name asked for', async () => {
    const other = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'in-house' };
    const ids = ['1', '2', '3'].map((digit) => digit.repeat(16));
    await send(
      request([span({ ...other, 'plumbline.model.name': 'credit' }, { spanId: ids[0], traceId: '1'.repeat(32) })]),
    );
    await send(request([span(other, { spanId: ids[1], traceId: '2'.repeat(32) })], { 'service.name': 'summaries' }));
    await send(
      request([span({ ...other, 'gen_ai.request.model': 'credit' }, { spanId: ids[2], traceId: '3'.repeat(32) })]),
    );
    expect(inferences().map(({ model }) => model)).toEqual(['credit', 'summariser', 'credit']);
  });

  it('say which calls belong to no declared model', async () => {
    const { status, body } = await send(
      request([span({ ...chat, 'gen_ai.request.model': 'unheard-of' }, { spanId: 'dddddddddddddddd' })]),
    );
    expect(status).toBe(200);
    expect(body.partialSuccess).toMatchObject({ rejectedSpans: 1, errorMessage: expect.stringMatching(/unheard-of/) });
    expect(api.published).toEqual([]);
  });

  it('that could not be published are found again when the exporter tries again', async () => {
    const body = request([span(chat, { spanId: '9999999999999999', traceId: '9'.repeat(32) })]);
    api.failPublishing = true;
    expect(await send(body)).toMatchObject({ status: 503, body: { error: { code: 'BROKER_UNAVAILABLE' } } });
    api.failPublishing = false;
    expect((await send(body)).status).toBe(200);
    expect(inferences()).toHaveLength(1);
  });

  it.each([
    ['no JSON', '{', {}, 'BAD_JSON'],
    ['no protocol buffers', 'hello', { 'content-type': 'application/x-protobuf' }, 'BAD_PROTOBUF'],
    ['a span without an id', request([span(chat, { spanId: '' })]), {}, 'BAD_SPAN'],
    ['a time that is none', request([span(chat, { startTimeUnixNano: 'yesterday' })]), {}, 'BAD_SPAN'],
  ])('that hold %s are refused, and kept aside with the reason', async (_name, body, headers, reason) => {
    const answer = await send(body, headers);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BAD_DATA', details: { reason } } } });
    expect(api.published).toHaveLength(1);
    expect(api.published[0]?.headers).toMatchObject({ 'Plumbline-Refused-Code': reason });
    expect(Buffer.from(api.published[0]?.bytes ?? []).toString()).toBe(body);
  });

  it('cannot exhaust memory by being packed, deep or large', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect((await send(new Uint8Array(bomb), { 'content-encoding': 'gzip' })).status).toBe(413);
    const deep = `${'{"kvlistValue":{"values":[{"key":"k","value":'.repeat(20_000)}{}${'}]}}'.repeat(20_000)}`;
    const nested = request([span({})]).replace('"attributes":[]', `"attributes":[{"key":"a","value":${deep}}]`);
    expect([200, 400]).toContain((await send(nested)).status);
    expect((await send('x'.repeat(5_000_000))).status).toBe(413);
  });

  it('are taken from nobody without the scope', async () => {
    const answer = await api.ask('/v1/traces', {
      as: 'reader',
      method: 'POST',
      body: request([]),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(403);
  });
});

function asOtlp(spans: readonly SpanData[]): string {
  const value = (item: unknown): object => {
    if (typeof item === 'string') return { stringValue: item };
    if (typeof item === 'boolean') return { boolValue: item };
    if (typeof item === 'number') return Number.isInteger(item) ? { intValue: String(item) } : { doubleValue: item };
    if (Array.isArray(item)) return { arrayValue: { values: item.map(value) } };
    return { kvlistValue: { values: pairs(item as Record<string, unknown>) } };
  };
  const pairs = (attributes: Readonly<Record<string, unknown>>) =>
    Object.entries(attributes).map(([key, item]) => ({ key, value: value(item) }));
  // Nanoseconds since 1970 are more than a double holds.
  const nano = (ms: number) => String(BigInt(Math.trunc(ms)) * 1_000_000n + BigInt(Math.round((ms % 1) * 1e6)));
  return JSON.stringify({
    resourceSpans: spans.map((item) => ({
      resource: { attributes: pairs(item.resource?.attributes ?? {}) },
      scopeSpans: [
        {
          scope: item.scope,
          spans: [
            {
              ...item,
              kind: (item.kind ?? 0) + 1,
              startTimeUnixNano: nano(item.startTimeMs),
              endTimeUnixNano: nano(item.endTimeMs),
              attributes: pairs(item.attributes),
              events: (item.events ?? []).map((event) => ({
                name: event.name,
                timeUnixNano: nano(event.timeMs),
                attributes: pairs(event.attributes ?? {}),
              })),
            },
          ],
        },
      ],
    })),
  });
}
