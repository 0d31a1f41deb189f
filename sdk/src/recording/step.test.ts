import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMonitor, type Monitor } from '../index.ts';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';

const exporter = new InMemorySpanExporter();
const sdk = new NodeSDK({ spanProcessors: [new SimpleSpanProcessor({ exporter })], autoDetectResources: false });
let transport: MemoryTransport;
let monitor: Monitor;

beforeAll(() => sdk.start());
afterAll(() => sdk.shutdown());
beforeEach(() => {
  exporter.reset();
  transport = createMemoryTransport();
  const logger = { info: () => {}, warn: () => {} };
  monitor = createMonitor({ service: 'chat', model: { name: 'writer', version: '1' }, transport, logger });
});

const named = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);
const parentOf = (name: string) => named(name)?.parentSpanContext?.spanId;
const idOf = (name: string) => named(name)?.spanContext().spanId;

describe('a step', () => {
  it('is a span below what it happens in: a chain with retrieval, a tool and a model call', async () => {
    const answer = monitor.wrap(
      async (question: string) => {
        const documents = await monitor.step({ kind: 'retrieval', name: 'handbook' }, async () => ['a', 'b']);
        return monitor.step({ kind: 'tool', name: 'calculator' }, () => question.length + documents.length);
      },
      { features: (question) => ({ length: question.length }) },
    );
    expect(await monitor.step({ kind: 'chain', name: 'support' }, () => answer('why?'))).toBe(6);
    expect(parentOf('predict writer')).toBe(idOf('invoke_workflow support'));
    expect(parentOf('retrieval handbook')).toBe(idOf('predict writer'));
    expect(parentOf('execute_tool calculator')).toBe(idOf('predict writer'));
    expect(named('execute_tool calculator')?.attributes).toEqual({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'calculator',
    });
    await monitor.flush();
    const [event] = transport.inferences();
    expect(event?.traceId).toBe(named('invoke_workflow support')?.spanContext().traceId);
  });

  it('throws what its function threw, with the type of it on the span and not the message', async () => {
    const failing = () =>
      monitor.step({ kind: 'tool', name: 'mail' }, async () => {
        throw new RangeError('no such address: miller@example.org');
      });
    await expect(failing()).rejects.toThrow('miller@example.org');
    const span = named('execute_tool mail');
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.attributes['error.type']).toBe('RangeError');
    expect(span?.events).toEqual([]);
  });

  it('ends with the stream it returned', async () => {
    async function* chunks() {
      yield 1;
      yield 2;
    }
    const stream = monitor.step({ kind: 'agent', name: 'helper' }, chunks);
    expect(named('invoke_agent helper')).toBeUndefined();
    expect(await allOf(stream)).toEqual([1, 2]);
    expect(named('invoke_agent helper')).toBeDefined();
  });

  it('is a feature of the call around it, by kind, when the call asks for it', async () => {
    let tookMs = 0;
    const step = (kind: 'retrieval' | 'tool' | 'agent', name: string) =>
      monitor.step({ kind, name }, async () => {
        const startedAt = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 5));
        tookMs += kind === 'retrieval' ? performance.now() - startedAt : 0;
      });
    const write = monitor.wrap(
      async () => {
        await Promise.all([step('retrieval', 'handbook'), step('retrieval', 'tickets')]);
        await step('agent', 'helper');
        await Promise.reject(new RangeError());
      },
      { features: () => ({ length: 4 }), steps: ['retrieval', 'tool'] },
    );
    await expect(write()).rejects.toThrow(RangeError);
    const ofTheCall = tookMs;
    await step('retrieval', 'of no call');
    await monitor.flush();
    const [event] = transport.inferences();
    expect(Object.keys(event?.features ?? {})).toEqual(['length', 'retrieval_ms']);
    // Both of them, although they ran side by side.
    expect(event?.features.retrieval_ms).toBeGreaterThanOrEqual(ofTheCall);
    expect(event?.features.retrieval_ms).toBeLessThan(2 * (event?.latencyMs ?? 0));
  });

  it('is a feature of the stream in which it happens', async () => {
    const write = monitor.wrap(
      async function* () {
        yield await monitor.step({ kind: 'tool', name: 'calculator' }, async () => 7);
      },
      { features: () => ({}), steps: ['tool'] },
    );
    expect(await allOf(write())).toEqual([7]);
    await monitor.flush();
    expect(transport.inferences()[0]?.features.tool_ms).toBeGreaterThanOrEqual(0);
  });

  it('of no kind runs its function all the same', () => {
    // As JavaScript may give it.
    expect(monitor.step({ kind: 'dance' as 'tool', name: 'x' }, () => 7)).toBe(7);
  });
});

describe('a streamed inference', () => {
  it('belongs to the trace of its call, and is the parent of spans made while it is produced, wherever it is taken', async () => {
    const tracer = trace.getTracer('app');
    const write = monitor.wrap(
      async function* () {
        tracer.startSpan('produce').end();
        yield 'one';
      },
      { features: () => ({}) },
    );
    const stream = tracer.startActiveSpan('request', (request) => {
      request.end();
      return write();
    });
    await tracer.startActiveSpan('elsewhere', async (elsewhere) => {
      await allOf(stream);
      elsewhere.end();
    });
    expect(parentOf('produce')).toBe(idOf('predict writer'));
    expect(parentOf('predict writer')).toBe(idOf('request'));
    await monitor.flush();
    expect(transport.inferences()[0]?.traceId).toBe(named('request')?.spanContext().traceId);
    expect(context.active()).toBeDefined();
  });
});

async function allOf<Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return chunks;
}
