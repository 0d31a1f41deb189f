import { types } from 'node:util';
import { OpenFeature } from '@openfeature/server-sdk';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMonitor, type Monitor, type MonitorOptions } from './index.ts';
import { instrumentAnthropic, instrumentOnnx, instrumentOpenAI } from './instrumentation/index.ts';
import { createNatsTransport } from './nats/index.ts';
import { type Monitoring, startMonitoring } from './node/index.ts';
import { createProvider } from './openfeature/index.ts';
import { createSpanExporter, createSpanProcessor } from './otel/index.ts';
import { registeredProvider } from './otel/registry.ts';
import { modelCallOf } from './otel/spans/index.ts';
import { parseRouting } from './routing/index.ts';
import { createMemoryTransport, type MemoryTransport } from './testing/index.ts';
import type { Transport, TransportListener } from './transport.ts';

/**
 * The promise that nothing throws into the app once it is made, held by every entry: whatever JavaScript can give as an
 * argument, whatever functions of the app do, and whatever the broker answers.
 */

let transport: MemoryTransport;
let monitors: Monitor[] = [];

beforeEach(() => {
  transport = createMemoryTransport();
});

afterEach(async () => {
  await Promise.all(monitors.map((monitor) => monitor.shutdown({ timeoutMs: 0 })));
  monitors = [];
});

function start(options: Partial<MonitorOptions> = {}): Monitor {
  const logger = { info: () => {}, warn: () => {} };
  const monitor = createMonitor({
    service: 'api',
    model: { name: 'credit', version: '7' },
    transport,
    logger,
    ...options,
  });
  monitors.push(monitor);
  return monitor;
}

type Call = (value: unknown, other: unknown) => unknown;

/**
 * Names the call that threw, and where. Neither what was given nor what was thrown is shown: printing some of it would
 * never end.
 */
function neverThrows(calls: readonly Call[], numRuns: number): void {
  fc.assert(
    fc.property(fc.nat({ max: calls.length - 1 }), hostile, hostile, (index, value, other) => {
      try {
        calls[index]?.(value(), other());
      } catch (error) {
        throw new Error(`${calls[index]} threw ${stackOf(error)}`);
      }
    }),
    { numRuns, endOnFailure: true },
  );
}

function stackOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.stack}` : typeof error;
  } catch {
    return 'something';
  }
}

describe('a monitor', () => {
  it('throws nothing and blocks nothing once it is made', async () => {
    const monitor = start({ transport: restless() });
    const declaring = start({
      transport: restless(),
      pseudonyms: { keys: [{ id: 'k', secret: 'sixteen bytes or more' }] },
      model: {
        name: 'credit',
        version: '7',
        redact: (event) => event,
        features: {
          age: { type: 'number', capture: 'bin', edges: [1, 2] },
          name: { type: 'category', capture: 'hash' },
          text: 'category',
          vector: { type: 'embedding', dimensions: 2, centre: [1, 0] },
          prose: 'text',
        },
      },
    });
    const calls: Call[] = [
      (value) => monitor.record(value as never),
      (value) => monitor.record({ features: value } as never),
      (value, other) => monitor.record({ features: { value, other }, groups: { value, other } } as never),
      (value, other) => monitor.record({ id: value, version: other, features: {}, time: value, score: other } as never),
      (value, other) =>
        monitor.record({ shadowOf: value, traceId: other, latencyMs: value, error: other, features: {} } as never),
      (value) => monitor.outcome(value as never),
      (value, other) => monitor.outcome({ inferenceId: value, value: other, type: value, time: other } as never),
      (value, other) => monitor.route(value as never, other as never),
      (value) => monitor.onRouting(value as never),
      (value) => monitor.loaded(value as never),
      (value, other) => monitor.unloaded({ version: value, model: other } as never),
      (value, other) => monitor.wrap(() => value, other as never)(),
      (value, other) => monitor.wrap(() => value, { features: () => other, prediction: () => value } as never)(),
      (value) => monitor.recordBatch(value as never),
      (value, other) =>
        monitor.recordBatch({ features: value, predictions: other, ids: value, scores: other } as never),
      (value, other) =>
        monitor.recordBatch({ features: [{ value, other }], groups: [{ value }], time: other } as never),
      (value) => monitor.feedback(value as never),
      (value, other) => monitor.evaluation({ inferenceId: value, value: other } as never),
      (value) => monitor.preview(value as never),
      (value, other) => monitor.preview({ features: { value, other }, capture: value } as never),
      (value, other) => monitor.wrapBatch(() => value, other as never)(),
      (value, other) => monitor.wrapBatch(() => value, { features: () => other, scores: () => value } as never)(),
      (value, other) => monitor.wrapVersions(() => value, other as never)(),
      (value, other) =>
        monitor.wrapVersions(() => value, { features: () => other, key: () => value, id: () => other } as never)(),
      (value, other) => void monitor.loaded({ version: value, bytes: other } as never),
      (value, other) => void monitor.loaded({ version: value, file: other } as never),
      (value) => monitor.step(value as never, () => 1),
      (value, other) => monitor.wrap(() => other, { features: () => ({}), steps: value } as never)(),
      (value, other) => monitor.step({ kind: 'tool', name: value } as never, () => other),
      (value, other) => {
        const stream = { initial: () => value, fold: () => other, prediction: () => value };
        const generate = async function* () {
          yield other;
        };
        monitor
          .wrap(generate, { features: () => value, stream } as never)()
          .next()
          .catch(() => {});
      },
      (value, other) => declaring.record({ features: { age: value, name: other, text: value }, id: other } as never),
      (value, other) => declaring.record({ features: { vector: value, prose: other } } as never),
      (value, other) => declaring.record({ features: { vector: [value, other], prose: value } } as never),
      (value, other) => declaring.outcome({ inferenceId: value, value: other } as never),
      (value) => void monitor.flush(value as never),
      (value, other) => void createdAndShutDown(value, other),
      () => monitor.status(),
    ];
    neverThrows(calls, 1_000);
    expect(await monitor.flush({ timeoutMs: 1_000 })).toBeDefined();
    const { accepted, acknowledged, dropped } = monitor.status().counts;
    expect(accepted - acknowledged - (dropped.batch_refused ?? 0) - monitor.status().buffered.events).toBe(0);
  });

  it('keeps its own events readable: every batch it makes can be decoded', async () => {
    const monitor = start();
    const values = fc.array(
      fc.tuple(
        fc.string(),
        fc.oneof(
          fc.string().map((text) => () => text),
          hostile,
        ),
      ),
    );
    const objectOf = (entries: [string, () => unknown][]) =>
      Object.fromEntries(entries.map(([name, value]) => [name, value()]));
    fc.assert(
      fc.property(values, fc.string(), values, (features, id, groups) => {
        monitor.record({
          id,
          features: objectOf(features),
          groups: objectOf(groups),
          prediction: id,
          error: id,
        } as never);
      }),
    );
    await monitor.flush();
    expect(monitor.status().counts).toMatchObject({ accepted: transport.inferences().length });
    expect(monitor.status().counts.dropped.batch_refused).toBeUndefined();
  });

  it('survives a logger that throws', () => {
    const logger = {
      info: () => {
        throw new Error('full disk');
      },
      warn: () => {
        throw new Error('full disk');
      },
    };
    expect(() => start({ logger }).record(null as never)).not.toThrow();
  });
});

function createdAndShutDown(limits: unknown, more: unknown): void {
  const monitor = start({ transport: createMemoryTransport() });
  monitor.record({ features: {} });
  void monitor.shutdown(limits as never);
  void monitor.shutdown({ timeoutMs: more } as never);
  monitor.record({ features: {} });
}

describe('what reads spans', () => {
  it('throws nothing at whatever is no span, and takes whatever is one for what it is', () => {
    const monitor = start({ transport: restless() });
    const processor = createSpanProcessor(monitor);
    const exporter = createSpanExporter(monitor);
    const within = monitor.wrap((span: unknown) => processor.onStart(span as never, undefined as never), {
      features: () => ({}),
    });
    const asked = { 'gen_ai.operation.name': 'chat' };
    const sampler = processor.sampler({ shouldSample: () => ({ decision: 0 }), toString: () => 'none' });
    const sampled = (...args: unknown[]) => expect([0, 1]).toContain(sampler.shouldSample(...args).decision);
    neverThrows(
      [
        (value, other) => processor.onStart(value as never, other as never),
        (value) => within(value),
        (value) => processor.onEnd(value as never),
        (value, other) =>
          processor.onEnd(finishedSpan({ attributes: { ...asked, 'gen_ai.request.model': value }, name: other })),
        (value, other) => processor.onEnd(finishedSpan({ attributes: value, events: other })),
        (value, other) => processor.onEnd(finishedSpan({ attributes: asked, startTime: value, status: other })),
        (value, other) =>
          processor.onEnd(finishedSpan({ attributes: asked, spanContext: value, instrumentationScope: other })),
        (value) => exporter.export(value as never, () => {}),
        (value, other) => exporter.export([value, other] as never, () => {}),
        (value, other) => sampled(value, other, value, other, other),
        (value, other) =>
          sampled(undefined, undefined, 'chat', 0, { 'gen_ai.operation.name': value, 'ai.model.id': other }),
        (value) => modelCallOf(value as never),
        (value, other) =>
          modelCallOf({ name: value, attributes: other, status: value, events: other } as never, 'messages'),
        (value, other) => modelCallOf({ attributes: asked, name: 'chat', scope: value, traceState: other } as never),
      ],
      1_000,
    );
  });
});

function finishedSpan(members: object): never {
  const spanContext = () => ({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' });
  const times = { startTime: [1, 0], endTime: [1, 5] };
  return {
    name: 'chat',
    kind: 2,
    spanContext,
    ...times,
    status: { code: 0 },
    attributes: {},
    events: [],
    ...members,
  } as never;
}

describe('an instrumented client', () => {
  it('gives and throws exactly what it would, whatever it is asked and answers', async () => {
    const monitor = start({ transport: restless() });
    class Completions {
      create(_asked: unknown, answer: unknown): unknown {
        return answer;
      }
    }
    class Messages extends Completions {}
    const client = instrumentOpenAI({ Chat: { Completions } }, monitor, { content: 'messages' });
    instrumentAnthropic({ Messages }, monitor);
    const { create } = Messages.prototype;
    neverThrows(
      [
        (value, other) => same(Reflect.apply(Completions.prototype.create, value, [value, other]), other),
        (value, other) => same(new Messages().create({ stream: true, model: value, n: other }, value), value),
        (value, other) =>
          settles(new Completions().create({ model: 'm', messages: value, stop: other }, resolved(other)), other),
        (value, other) => settles(create.call(value, { stream: true }, resolved(other)), other),
        (value, other) => settles(new Messages().create({ usage: value }, Promise.reject(other)), other),
        (value, other) => {
          client.setTracerProvider(value as never);
          client.setMeterProvider(other as never);
          client.setLoggerProvider(value);
          client.setConfig(value as never);
          same(client.getConfig().enabled, true);
        },
      ],
      600,
    );
    client.disable();
    await monitor.flush({ timeoutMs: 1_000 });
  });

  it('of ONNX Runtime too', () => {
    const monitor = start({ transport: restless() });
    class InferenceSession {
      inputNames: unknown = ['input'];
      outputNames: unknown = ['label'];
      run(_feeds: unknown, answer: unknown): unknown {
        return answer;
      }
    }
    instrumentOnnx({ InferenceSession }, monitor, { result: () => ({}) });
    neverThrows(
      [
        (value, other) => settles(new InferenceSession().run(value, resolved(other)), other),
        (value, other) => settles(new InferenceSession().run({ input: value }, resolved({ label: other }))),
        (value, other) => {
          const session = Object.assign(new InferenceSession(), { inputNames: value, outputNames: other });
          settles(session.run({ input: { type: value, data: other, dims: [1, 1] } }, resolved({})));
        },
      ],
      300,
    );
  });
});

/** A plain promise is passed on through another. */
function same(given: unknown, expected: unknown): void {
  if (!Object.is(given, expected) && !types.isPromise(expected)) {
    throw new Error('it gave something else');
  }
}

/** A promise of a value that is no promise itself, however much it looks like one. */
function resolved(value: unknown): Promise<{ readonly value: unknown }> {
  return Promise.resolve({ value });
}

/** Settles as it should: promises that reject are those the app made so. */
function settles(promise: unknown, expected?: unknown): void {
  Promise.resolve(promise).then(
    (answer) => expected === undefined || same((answer as { readonly value: unknown }).value, expected),
    (error) => same(error, expected),
  );
}

describe('startMonitoring', () => {
  it('starts, or says why not and leaves nothing behind; once it has started, its end throws nothing', async () => {
    let open = 0;
    const counted = (): Transport => ({
      ...createMemoryTransport(),
      start() {
        open += 1;
      },
      async close() {
        open -= 1;
      },
    });
    const ends: Promise<unknown>[] = [];
    const tried = (options: () => unknown, limits: unknown) => {
      let started: Monitoring;
      try {
        started = startMonitoring(options() as never);
      } catch {
        // An app finds its mistake when it starts.
        expect(registeredProvider('trace')).toBeUndefined();
        return;
      }
      ends.push(started.shutdown(limits as never), started.shutdown());
      for (const signal of [trace, metrics, context, propagation]) {
        signal.disable();
      }
    };
    const good = () => ({ service: 'api', model: { name: 'credit', version: '7' }, transport: counted() });
    const logger = { info: () => {}, warn: () => {} };
    neverThrows(
      [
        (value, other) => tried(() => value, other),
        (value, other) => tried(() => ({ ...good(), service: value, model: other }), other),
        (value, other) => tried(() => ({ ...good(), logger, spans: value }), other),
        (value, other) => tried(() => ({ ...good(), logger, openTelemetry: value }), other),
        (value, other) =>
          tried(() => ({ ...good(), logger, openTelemetry: { spanProcessors: value, sampler: other } }), value),
        (value, other) => tried(() => ({ ...good(), logger, openTelemetry: { spanProcessors: [value] } }), other),
        (value) => tried(() => ({ ...good(), logger, openTelemetry: { autoDetectResources: false } }), value),
      ],
      100,
    );
    expect(ends.length).toBeGreaterThan(0);
    expect((await Promise.allSettled(ends)).filter(({ status }) => status === 'rejected')).toEqual([]);
    await expect.poll(() => open).toBe(0);
  });
});

describe('a provider of OpenFeature', () => {
  it('gives the default for whatever it is asked', async () => {
    const monitor = start();
    const provider = createProvider(monitor, { readyMs: 1 });
    await OpenFeature.setProviderAndWait(provider);
    const client = OpenFeature.getClient();
    const resolve: Call[] = [
      (value, other) => provider.resolveStringEvaluation(value as never, 'v', other as never, console),
      (value, other) =>
        provider.resolveObjectEvaluation('credit', value as never, { targetingKey: other } as never, console),
      (value, other) => provider.resolveBooleanEvaluation(value as never, true, other as never, console),
      (value, other) => provider.resolveNumberEvaluation(value as never, other as never, {}, console),
      (value, other) => client.getStringValue(value as never, 'v', { targetingKey: other } as never),
    ];
    const answers: Promise<unknown>[] = [];
    neverThrows(
      resolve.map((call) => (value, other) => answers.push(Promise.resolve(call(value, other)))),
      300,
    );
    expect((await Promise.allSettled(answers)).filter(({ status }) => status === 'rejected')).toEqual([]);
    await OpenFeature.clearProviders();
  });
});

describe('the transports', () => {
  it('throw nothing at whatever they are to send, before and after their end', async () => {
    // Nobody listens there, and nobody is waited for.
    const nats = createNatsTransport({ servers: 'nats://127.0.0.1:1' }, Math.random);
    const ended = createNatsTransport({ servers: 'nats://127.0.0.1:1' }, Math.random);
    await ended.close();
    neverThrows(
      [nats, ended].flatMap((one): Call[] => [
        (value) => one.publish(value as never),
        (value, other) => one.publish({ subject: value, payload: other, token: 1 } as never),
        (value, other) => one.notify(value as never, other as never),
      ]),
      200,
    );
    await nats.close();
  });
});

describe('a routing document', () => {
  it('that is none is said to be malformed', () => {
    neverThrows(
      [
        (value) => expectMalformed(parseRouting(value as never)),
        (value, other) => expectMalformed(parseRouting(bytesOf({ schema: 1, pins: value, model: other }))),
      ],
      300,
    );
  });
});

function expectMalformed(document: object): void {
  if (!('malformed' in document)) {
    throw new Error('it was taken for a document');
  }
}

function bytesOf(value: object): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(value) ?? '');
  } catch {
    return Buffer.from('{');
  }
}

/** A transport that connects, answers and fails as it pleases. */
function restless(): Transport {
  let listener: TransportListener | undefined;
  let turn = 0;
  /** Nothing comes of what was sent before the last connection broke. */
  let connections = 0;
  return {
    start(given) {
      listener = given;
      listener.connected('restless');
    },
    publish({ token, subject }) {
      turn += 1;
      const [mine, connection] = [turn, connections];
      queueMicrotask(() => {
        if (connection !== connections) {
          return;
        }
        if (mine % 7 === 0) {
          connections += 1;
          listener?.disconnected();
          // Later, as every broker: what is sent again at once breaks the next connection at once.
          setImmediate(() => listener?.connected('restless'));
        } else if (mine % 5 === 0) {
          listener?.publishDenied(subject, 'no');
        } else {
          listener?.answered(
            token,
            mine % 3 === 0 ? { kind: 'failed', message: '' } : { kind: 'stored', duplicate: false },
          );
        }
      });
      if (turn % 11 === 0) {
        throw new Error('broken');
      }
    },
    notify: () => {},
    close: async () => {},
  };
}

const throwing = new Proxy(
  {},
  {
    get() {
      throw new Error('get');
    },
    ownKeys() {
      throw new Error('ownKeys');
    },
    has() {
      throw new Error('has');
    },
  },
);
const unprintable = {
  toString() {
    throw new Error('toString');
  },
  [Symbol.toPrimitive]() {
    throw new Error('toPrimitive');
  },
};
const throwsItself = {
  get features(): never {
    throw throwing;
  },
};
/** Whatever is done with it throws. */
const trapped: unknown = new Proxy(
  () => {},
  new Proxy(
    {},
    {
      get: () => () => {
        throw new Error('trap');
      },
    },
  ),
);
const endless: Record<string, unknown> = { list: [] };
endless.itself = endless;

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const frozen = Object.freeze({ features: Object.freeze([]) });
const never = new Promise<never>(() => {});
/** Calls back when somebody waits for it, and never again. */
const silent = Object.fromEntries([['then', () => {}]]);

/** Functions that give the value: fast-check looks into values, and these bite. */
const hostile: fc.Arbitrary<() => unknown> = fc.oneof(
  fc
    .anything({
      withBigInt: true,
      withDate: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
      maxDepth: 2,
    })
    .map((value) => () => value),
  fc.constantFrom<(() => unknown)[]>(
    () => throwing,
    () => unprintable,
    () => throwsItself,
    () => Symbol('s'),
    () => trapped,
    () => endless,
    () => Object.fromEntries([['then', (done: (value: unknown) => void) => done(endless)]]),
    () => ({ [Symbol.asyncIterator]: () => throwing }),
    // Longer than any text may be; spread into an object, more features than a model may have.
    () => 'x'.repeat(5_000),
    () => Number.NaN,
    () => -0,
    () => '\ud800',
    () => '__proto__',
    () => revoked.proxy,
    () => frozen,
    () => never,
    () => silent,
    () => new Array(5_000),
    () => new Float64Array(500),
    () => 10n ** 40n,
    () => new Date(Number.NaN),
    () => new Map([[endless, throwing]]),
    () => () => throwing,
    () => () => {
      throw throwing;
    },
  ),
);
