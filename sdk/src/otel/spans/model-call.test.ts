import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNames } from './attribute-names.ts';
import {
  CountedCalls,
  inferenceIdOfSpan,
  inferenceOfCall,
  modelCallOf,
  type SpanData,
  samplingWeight,
} from './index.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

function span(attributes: Record<string, unknown>, more: Partial<SpanData> = {}): SpanData {
  return {
    name: 'span',
    traceId,
    spanId: '00f067aa0ba902b7',
    startTimeMs: 1_000,
    endTimeMs: 1_250,
    attributes,
    ...more,
  };
}

const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o' };

describe('a span', () => {
  it.each([
    ['a tool call', { 'gen_ai.operation.name': 'execute_tool' }],
    ['an agent', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.request.model': 'gpt-4o' }],
    ['a retrieval', { 'openinference.span.kind': 'RETRIEVER' }],
    ['a chain', { 'openinference.span.kind': 'CHAIN', 'llm.model_name': 'gpt-4o' }],
    ['a reranking', { 'llm.request.type': 'rerank' }],
    ['a whole generation with its steps', { 'ai.operationId': 'ai.generateText', 'ai.model.id': 'gpt-4o' }],
    ['HTTP', { 'http.request.method': 'POST' }],
    ['an operation named like a property of every object', { 'llm.request.type': 'constructor' }],
  ])('of %s is no model call', (_, attributes) => {
    expect(modelCallOf(span(attributes))).toBeNull();
  });

  it.each([
    ['chat', { 'llm.request.type': 'chat' }, 'chat'],
    ['a completion', { 'llm.request.type': 'completion' }, 'text_completion'],
    ['an embedding', { 'llm.request.type': 'embedding' }, 'embeddings'],
  ])('of %s by the names before the conventions is one', (_, attributes, operation) => {
    expect(modelCallOf(span(attributes))?.operation).toBe(operation);
  });

  it('has the tokens of whole numbers in OTLP, which are text there', () => {
    expect(modelCallOf(span({ ...chat, 'gen_ai.usage.input_tokens': '21' }))?.tokens.input).toBe(21);
  });

  it.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['many'], [null], [{}]])(
    'has unknown tokens, not zero, where they are %j',
    (tokens) => {
      expect(modelCallOf(span({ ...chat, 'gen_ai.usage.input_tokens': tokens }))?.tokens.input).toBeNull();
    },
  );

  const claude = { ...chat, 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'claude-sonnet-5' };
  const used = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.cache_read.input_tokens': 40 };
  const written = { 'gen_ai.usage.cache_creation.input_tokens': 20 };

  it.each<[string, Record<string, unknown>, string, number, string]>([
    ['of a vendor that counts cached tokens in', { ...chat, ...used }, '', 100, 'inclusive'],
    ['of Anthropic, by nobody knows whose count', { ...claude, ...used, ...written }, '', 100, 'unknown'],
    ['of Anthropic, where nothing is said of a cache', { ...claude, 'gen_ai.usage.input_tokens': 9 }, '', 9, 'unknown'],
    [
      'of Anthropic, with nothing from and to the cache',
      { ...claude, ...used, 'gen_ai.usage.cache_read.input_tokens': 0, 'gen_ai.usage.cache_creation.input_tokens': 0 },
      ...(['', 100, 'inclusive'] as const),
    ],
    [
      'of Anthropic, fewer than came from its cache',
      { ...claude, ...written, 'gen_ai.usage.input_tokens': 3, 'gen_ai.usage.cache_read.input_tokens': 40 },
      ...(['', 63, 'inclusive'] as const),
    ],
    [
      'of Anthropic, by a library that passes its count on',
      { ...claude, ...used, ...written },
      ...(['@traceloop/instrumentation-anthropic', 160, 'inclusive'] as const),
    ],
    ['of Anthropic, by its own client', { ...claude, ...used }, 'com.anthropic.sdk.typescript', 100, 'inclusive'],
    ['that says so', { ...claude, ...used, 'gen_ai.token.semantics': 'inclusive' }, '', 100, 'inclusive'],
    ['of Claude on Bedrock', { ...claude, ...used, 'gen_ai.provider.name': 'aws.bedrock' }, '', 100, 'unknown'],
  ])('has input tokens that compare, or says that they may not: %s', (_, attributes, scope, input, semantics) => {
    const call = modelCallOf(span(attributes, { scope: { name: scope } })) ?? fail();
    expect(call.tokens).toMatchObject({ input, semantics });
    expect(inferenceOfCall(call).features).toMatchObject({ input_tokens: input, token_semantics: semantics });
  });

  it('that failed without saying how is an error of no particular type', () => {
    expect(modelCallOf(span(chat, { status: { code: 2 } }))?.error).toBe('error');
  });

  it('with the cost of the call has it in dollars', () => {
    expect(modelCallOf(span({ ...chat, 'gen_ai.usage.cost': 0.0021 }))?.costUsd).toBe(0.0021);
  });

  it('takes the time to the first token from the first event of a chunk where no attribute has it', () => {
    const events = [
      { name: 'gen_ai.content.completion.chunk', timeMs: 1_040 },
      { name: 'gen_ai.content.completion.chunk', timeMs: 1_090 },
    ];
    expect(modelCallOf(span(chat, { events }))?.timeToFirstTokenMs).toBe(40);
  });

  it('with anything at all in its attributes is read without an exception', () => {
    const names = Object.values(readNames).flat();
    const values = fc.oneof(fc.anything(), fc.constantFrom('chat', 'LLM', '[{"role":1,"parts":[null]}]', '{"id":'));
    const attributes = fc.dictionary(fc.constantFrom<string>(...names), values);
    fc.assert(
      fc.property(attributes, (given) => {
        const call = modelCallOf(span(given), 'messages');
        expect(call === null || typeof inferenceOfCall(call).id === 'string').toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('whose attributes throw when read is none', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(modelCallOf(span(hostile), 'messages')).toBeNull();
  });
});

describe('the weight of a span', () => {
  it.each([
    ['ot=th:0', 1],
    ['ot=th:8', 2],
    ['ot=th:c', 4],
    ['vendor=1,ot=rv:ffffffffffffff;th:e', 8],
    ['ot=th:f0', 16],
  ])('is the inverse of the share its sampler keeps: %s is %d', (traceState, weight) => {
    expect(samplingWeight(traceState)).toBe(weight);
    expect(inferenceOfCall(modelCallOf(span(chat, { traceState })) ?? fail()).weight).toBe(weight);
  });

  it.each([[null], [''], ['ot=rv:8'], ['other=th:8'], ['ot=th:xyz'], ['ot=th:123456789abcdef']])(
    'is unknown with %j',
    (traceState) => {
      expect(samplingWeight(traceState)).toBeNull();
    },
  );
});

describe('a call counted once', () => {
  const counter = () => new CountedCalls(() => 0);
  const count = (calls: CountedCalls, ...spans: readonly SpanData[]) =>
    spans.filter((one) => calls.ended(one, modelCallOf(one))).map(({ spanId }) => spanId);

  it('is not counted again by a span above it, however deep it lies', () => {
    const spans = [
      span(chat, { spanId: 'c', parentSpanId: 'b' }),
      span({}, { spanId: 'b', parentSpanId: 'a' }),
      span(chat, { spanId: 'a', parentSpanId: 'root' }),
    ];
    expect(count(counter(), ...spans)).toEqual(['c']);
  });

  it('is counted for each of two calls beneath one span', () => {
    const spans = [
      span(chat, { spanId: 'c', parentSpanId: 'a' }),
      span(chat, { spanId: 'd', parentSpanId: 'a' }),
      span({ 'gen_ai.operation.name': 'invoke_agent' }, { spanId: 'a' }),
    ];
    expect(count(counter(), ...spans)).toEqual(['c', 'd']);
  });

  it('is not counted again with the same response id at the same time, and is later', () => {
    const answered = { ...chat, 'gen_ai.response.id': 'chatcmpl-7' };
    const spans = [
      span(answered, { spanId: 'a' }),
      span(answered, { spanId: 'b', traceId: 'another', startTimeMs: 1_100 }),
      span(answered, { spanId: 'c', startTimeMs: 2_000, endTimeMs: 2_100 }),
    ];
    expect(count(counter(), ...spans)).toEqual(['a', 'c']);
  });

  it('is counted beside another of the same library that lasted longer', () => {
    const scope = { name: 'client' };
    const spans = [
      span(chat, { spanId: 'a', parentSpanId: 'p', scope }),
      span(chat, { spanId: 'b', parentSpanId: 'p', scope, startTimeMs: 900, endTimeMs: 1_300 }),
    ];
    expect(count(counter(), ...spans)).toEqual(['a', 'b']);
  });

  it('is forgotten with the spans above it, and after ten minutes', () => {
    let now = 0;
    const calls = new CountedCalls(() => now);
    expect(count(calls, span(chat, { spanId: 'c', parentSpanId: 'a' }))).toEqual(['c']);
    now = 600_001;
    expect(count(calls, span(chat, { spanId: 'a' }))).toEqual(['a']);
  });
});

describe('the id of an inference from a span', () => {
  it('is a UUID of version 7: ordered by time, and the same for the same span', () => {
    const of = (time: number, spanId: string) => inferenceIdOfSpan({ time, traceId, spanId });
    expect(of(1_760_000_000_000.4, '00f067aa0ba902b7')).toBe('0199c82c-c000-7736-80f0-67aa0ba902b7');
    expect(of(1_760_000_000_000, 'ffffffffffffffff')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(of(1_760_000_000_001, '0000000000000001') > of(1_760_000_000_000, 'ffffffffffffffff')).toBe(true);
  });
});

function fail(): never {
  throw new Error('no model call');
}
