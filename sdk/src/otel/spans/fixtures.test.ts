import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CountedCalls, inferenceOfCall, type ModelCall, modelCallOf, type SpanData } from './index.ts';

/** Spans of real runs (fixtures/README.md), in the order in which a processor would see them. */
function spansOf(fixture: string): SpanData[] {
  // Written by fixtures/make in this form.
  return JSON.parse(readFileSync(new URL(`./fixtures/${fixture}.json`, import.meta.url), 'utf8')) as SpanData[];
}

function callsOf(fixture: string): ModelCall[] {
  const counted = new CountedCalls(() => 0);
  return spansOf(fixture).flatMap((span) => {
    const call = modelCallOf(span, 'messages');
    return counted.ended(span, call) && call !== null ? [call] : [];
  });
}

const summaryOf = ({
  operation,
  provider,
  requestModel,
  responseModel,
  responseId,
  tokens,
  finishReason,
  error,
}: ModelCall) => ({
  operation,
  provider,
  models: [requestModel, responseModel],
  responseId,
  finishReason,
  error,
  tokens: [tokens.input, tokens.output, tokens.cachedInput, tokens.cacheWrite, tokens.reasoning],
});

const asked = 'gpt-4o-mini';
const answered = 'gpt-4o-mini-2024-07-18';
const none = [null, null, null, null, null];
const ok = { finishReason: 'stop', error: null };
const embedded = { operation: 'embeddings', provider: 'openai', responseId: null, finishReason: null, error: null };
const vector = 'text-embedding-3-small';
const openai = { operation: 'chat', provider: 'openai' };
const claude = { operation: 'chat', provider: 'anthropic', models: ['claude-sonnet-4-5', 'claude-sonnet-4-5'] };

/** What each instrumentation tells of the calls it saw; nulls are what it does not tell. */
const expected: Readonly<Record<string, readonly object[]>> = {
  'opentelemetry-openai': [
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-once', tokens: [21, 7, null, null, null] },
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-stream', tokens: [21, 7, null, null, null] },
    { ...openai, ...ok, models: [asked, answered], responseId: 'resp-once', tokens: [21, 7, null, null, null] },
    { ...openai, models: [asked, null], responseId: null, finishReason: null, error: 'RateLimitError', tokens: none },
    { ...embedded, models: [vector, vector], tokens: [4, null, null, null, null] },
  ],
  // Its client never ends the span of a call that fails.
  'openinference-openai': [
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-once', tokens: [21, 7, 5, null, 2] },
    { ...openai, ...ok, models: [asked, asked], responseId: null, tokens: none },
    {
      ...openai,
      models: [asked, answered],
      responseId: 'resp-once',
      finishReason: null,
      error: null,
      tokens: [21, 7, 5, null, 2],
    },
    { ...embedded, models: [null, vector], tokens: none },
  ],
  'traceloop-openai': [
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-once', tokens: [21, 7, null, null, null] },
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-stream', tokens: none },
    { ...openai, ...ok, models: [asked, answered], responseId: 'resp-once', tokens: [21, 7, null, null, null] },
  ],
  'traceloop-anthropic': [
    { ...claude, ...ok, responseId: null, tokens: [24, 7, 5, 3, null] },
    { ...claude, responseId: null, finishReason: null, error: null, tokens: [24, 7, 5, 3, null] },
    {
      ...claude,
      models: ['claude-sonnet-4-5', null],
      responseId: null,
      finishReason: null,
      error: 'Error',
      tokens: none,
    },
  ],
  // The client writes spans of its own since version 1, beneath those of OpenInference; either may end first.
  'openinference-anthropic': [
    { ...claude, responseId: 'msg_once', finishReason: 'end_turn', error: null, tokens: [24, 7, 5, 3, null] },
    { ...claude, responseId: null, finishReason: 'end_turn', error: null, tokens: [24, 7, 5, 3, null] },
    {
      ...claude,
      models: ['claude-sonnet-4-5', null],
      responseId: null,
      finishReason: null,
      error: 'rate_limit_error',
      tokens: none,
    },
  ],
  'vercel-ai': [
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-once', tokens: [21, 7, 5, null, 2] },
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-stream', tokens: [21, 7, 5, null, 2] },
    { ...openai, models: [asked, null], responseId: null, finishReason: null, error: 'AI_APICallError', tokens: none },
    { ...embedded, models: [vector, null], tokens: [4, null, null, null, null] },
  ],
  'vercel-ai-otel': [
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-once', tokens: [21, 7, 5, null, null] },
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-stream', tokens: [21, 7, 5, null, null] },
    { ...openai, models: [asked, null], responseId: null, finishReason: null, error: 'AI_APICallError', tokens: none },
    { ...embedded, models: [vector, null], tokens: [4, null, null, null, null] },
  ],
  // LangChain's spans lie beside those of the client it calls.
  'langchain-openai': [
    { ...openai, ...ok, models: [asked, answered], responseId: 'chatcmpl-once', tokens: [21, 7, 5, null, 2] },
    { ...openai, ...ok, models: [asked, asked], responseId: null, tokens: none },
  ],
};

describe.each(Object.entries(expected))('spans of %s', (fixture, calls) => {
  it('are as many inferences as there were calls, with what the instrumentation tells', () => {
    expect(callsOf(fixture).map(summaryOf)).toEqual(calls);
  });

  it('give latency, trace and time of every call, and different ids', () => {
    const spans = new Map(spansOf(fixture).map((span) => [span.spanId, span]));
    const inferences = callsOf(fixture).map((call) => ({ call, inference: inferenceOfCall(call) }));
    for (const { call, inference } of inferences) {
      const span = spans.get(call.spanId);
      expect(inference.latencyMs).toBe((span?.endTimeMs ?? 0) - (span?.startTimeMs ?? 0));
      expect(inference.latencyMs).toBeGreaterThan(0);
      expect(inference).toMatchObject({ traceId: span?.traceId, time: span?.startTimeMs });
    }
    expect(new Set(inferences.map(({ inference }) => inference.id)).size).toBe(calls.length);
  });

  it('give nothing anybody said to an inference', () => {
    const inferences = JSON.stringify(callsOf(fixture).map(inferenceOfCall));
    expect(inferences).not.toMatch(/France|Paris|capital/);
  });
});

describe('content of spans', () => {
  const said = {
    input: [{ role: 'user', text: 'What is the capital of France?' }],
    output: [{ role: 'assistant', text: 'Paris is the capital.' }],
  };

  it.each(['openinference-openai', 'traceloop-openai', 'vercel-ai', 'vercel-ai-otel', 'langchain-openai'])(
    'of %s is read in the form it has there',
    (fixture) => {
      expect(callsOf(fixture)[0]?.content).toEqual(said);
    },
  );

  it('is not looked at unless asked for', () => {
    const [span] = spansOf('traceloop-openai');
    expect(span && modelCallOf(span)?.content).toBeNull();
  });
});

describe('input tokens', () => {
  it.each(Object.keys(expected))('of %s include cached ones, so that they compare with any other', (fixture) => {
    for (const { tokens } of callsOf(fixture)) {
      expect(tokens.semantics).toBe(tokens.input === null ? null : 'inclusive');
    }
  });
});

describe('time to first token', () => {
  it('is known of streams, by whichever of the names', () => {
    const [, vercel] = callsOf('vercel-ai');
    const [, otel] = callsOf('vercel-ai-otel');
    const anthropic = spansOf('openinference-anthropic')
      .map((span) => modelCallOf(span))
      .find((call) => call?.responseId === 'msg_stream');
    for (const call of [vercel, otel, anthropic]) {
      expect(call?.timeToFirstTokenMs).toBeGreaterThan(0);
      expect(call?.timeToFirstTokenMs).toBeLessThan(call?.latencyMs ?? 0);
    }
    expect(callsOf('vercel-ai')[0]?.timeToFirstTokenMs).toBeNull();
  });
});
