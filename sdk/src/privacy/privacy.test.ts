import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenFeature } from '@openfeature/server-sdk';
import { metrics, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createMonitor,
  type ModelOptions,
  type Monitor,
  type MonitorOptions,
  MonitorOptionsError,
  type RedactableEvent,
} from '../index.ts';
import { instrumentAnthropic, instrumentOnnx, instrumentOpenAI } from '../instrumentation/index.ts';
import { createProvider } from '../openfeature/index.ts';
import { createSpanProcessor } from '../otel/index.ts';
import { testDocument } from '../routing/testing/test-document.ts';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';

/** What must appear nowhere. Each in the forms in which it might slip through. */
const corpus = [
  'Erika Mustermann',
  'erika.mustermann@example.org',
  '+49 170 1234567',
  '123-45-6789',
  'DE89370400440532013000',
  '4111 1111 1111 1111',
  'Heidestraße 17, 51147 Köln',
  '1964-08-12',
  'patient 00471: HIV positive',
];
const ageOfErika = 61.61616161;

const spans = new InMemorySpanExporter();
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
const logRecords: { readonly eventName?: string | undefined; readonly body?: unknown; readonly attributes: object }[] =
  [];
const sdk = new NodeSDK({
  spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  metricReaders: [reader],
  logRecordProcessors: [
    {
      onEmit: ({ eventName, body, attributes }) => void logRecords.push({ eventName, body, attributes }),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
  autoDetectResources: false,
});

let transport: MemoryTransport;
let sent: Uint8Array[];
let logged: string[];

beforeAll(() => sdk.start());
afterAll(() => sdk.shutdown());
beforeEach(() => {
  spans.reset();
  points.reset();
  logRecords.length = 0;
  transport = createMemoryTransport();
  sent = [];
  logged = [];
  const { publish, notify } = transport;
  transport.publish = (message) => {
    sent.push(message.payload, Buffer.from(`${message.subject} ${message.messageId}`));
    publish.call(transport, message);
  };
  transport.notify = (subject, payload) => {
    sent.push(payload, Buffer.from(subject));
    notify.call(transport, subject, payload);
  };
});

const secret = 'a key of thirty-two bytes, or so';
const declared: ModelOptions = {
  name: 'credit',
  version: '1',
  classes: ['approve', 'deny'],
  outcomes: ['repaid', 'defaulted'],
  groups: { sex: ['female', 'male'] },
  features: {
    age: { type: 'number', capture: 'bin', edges: [18, 30, 45, 60, 75] },
    income: 'number',
    customer: { type: 'category', capture: 'hash' },
    purpose: { type: 'category', capture: 'value' },
    note: { type: 'category', capture: 'drop' },
  },
};

/** What leaves as numbers that describe it. */
const described: ModelOptions['features'] = {
  letter: 'text',
  picture: { type: 'embedding', dimensions: 2, centre: [1, 1] },
};

function start(model: Partial<ModelOptions> = {}, options: Partial<MonitorOptions> = {}): Monitor {
  const write = (message: string) => logged.push(message);
  return createMonitor({
    service: 'api',
    model: { ...declared, ...model },
    transport,
    logger: { info: write, warn: write },
    pseudonyms: { keys: [{ id: 'k1', secret }] },
    ...options,
  });
}

async function recorded(monitor: Monitor) {
  await monitor.flush();
  return transport.inferences();
}

/** Everything that left the process, or could: batches decoded and as bytes, heartbeats, spans, measurements, logs of both kinds, status. */
async function everything(monitor: Monitor): Promise<string> {
  await monitor.flush();
  await reader.forceFlush();
  const bytes = sent.map((payload) => Buffer.from(payload).toString('latin1') + Buffer.from(payload).toString('utf8'));
  const told = spans
    .getFinishedSpans()
    .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
  const measured = points.getMetrics().map(({ scopeMetrics }) => scopeMetrics);
  return [
    ...bytes,
    ...[
      transport.inferences(),
      transport.outcomes(),
      transport.heartbeats(),
      told,
      measured,
      logRecords,
      logged,
      monitor.status(),
    ].map((part) => JSON.stringify(part)),
  ].join('\n');
}

function expectNone(text: string): void {
  for (const entry of corpus) {
    expect(text).not.toContain(entry);
    expect(text).not.toContain(encodeURIComponent(entry));
    expect(text).not.toContain(JSON.stringify(entry).slice(1, -1));
    expect(text).not.toContain(Buffer.from(entry).toString('base64').replace(/=*$/, '').slice(0, -2));
  }
  expect(text).not.toContain(`${ageOfErika}`);
  const double = Buffer.alloc(8);
  double.writeDoubleLE(ageOfErika);
  expect(text).not.toContain(double.toString('latin1'));
  expect(text).not.toContain(secret);
}

/** Half of the keys get another version, and all a shadow. */
const rollout = testDocument({
  champion: { version: '1', digest: 'd' },
  canary: { version: '2', digest: 'e', weightBasisPoints: 5_000 },
  shadow: { version: '3', digest: 'f', sampleBasisPoints: 10_000 },
});

function fail(error: unknown): never {
  throw error;
}

describe('personal data', () => {
  it.each(corpus)('appears nowhere, by whichever way it comes in: %s', async (pii) => {
    const monitor = start({ features: { ...declared.features, ...described } });
    const features = {
      age: ageOfErika,
      income: 40_000,
      customer: pii,
      purpose: 'car',
      note: pii,
      letter: pii,
      picture: [ageOfErika, 2],
      undeclared: pii,
      [pii]: pii,
      [`of ${pii}`]: 1,
      object: { pii } as unknown as string,
    };
    const groups = { sex: pii, religion: pii, [pii]: 'x' };
    const all = { features, groups, prediction: pii, error: pii, id: pii, traceId: pii };
    const id = monitor.record(all);
    monitor.outcome({ inferenceId: id, value: 'repaid', id: pii });
    monitor.outcome({ inferenceId: id, value: pii });
    monitor.feedback({ inferenceId: pii, value: pii });
    monitor.evaluation({ inferenceId: pii, value: 0.3 });
    monitor.record({ ...all, shadowOf: pii, version: '2' });
    monitor.record({ ...all, model: pii });
    monitor.record({ ...all, id: pii.repeat(50) });
    monitor.recordBatch({
      features: [features, features],
      groups: [groups, groups],
      predictions: [pii, pii],
      ids: [pii, pii],
    });
    monitor.recordBatch({ features: { [pii]: [pii, pii], customer: [pii] } });
    const failure = () => {
      throw Object.assign(new Error(`about ${pii}`), { name: pii, code: pii });
    };
    const options = { features: () => features, groups: () => groups, id: () => pii, prediction: () => pii };
    monitor.wrap(() => pii, options)();
    expect(() => monitor.wrap(failure, options)()).toThrow();
    monitor.wrap(() => pii, { ...options, recorded: failure })();
    monitor.wrap(() => pii, { ...options, features: failure })();
    monitor.wrap(() => pii, { ...options, key: () => pii })();
    await expect(monitor.wrap(async () => failure(), options)()).rejects.toThrow();
    expect(() => monitor.step({ kind: 'tool', name: 'mail' }, failure)).toThrow();
    const stream = monitor.wrap(
      async function* () {
        yield pii;
        failure();
      },
      { ...options, stream: { initial: () => '', fold: (text, chunk) => text + chunk, prediction: (text) => text } },
    )();
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow();
    const treacherous = {
      get features(): never {
        return failure();
      },
    };
    monitor.record(treacherous);
    monitor.route(pii, pii);
    transport.setRouting(rollout);
    monitor.wrapVersions(() => pii, { ...options, key: () => pii })();
    monitor.wrapBatch(() => [pii], { features: () => [features], ids: () => [pii], predictions: () => [pii] })();
    await monitor.loaded({ version: '1', file: `/home/${pii}/model.onnx` });
    expectNone(JSON.stringify(monitor.preview(all)));
    expectNone(await everything(monitor));
    expect(transport.inferences().length).toBeGreaterThan(5);
    const told = logRecords.map(({ eventName }) => eventName);
    expect(told).toEqual(expect.arrayContaining(['gen_ai.evaluation.result', 'feature_flag.evaluation']));
  });

  it.each(corpus)('appears nowhere, whichever instrumentation sees it: %s', async (pii) => {
    const monitor = start({ capture: 'inferred', features: { note: 'category' }, groups: undefined } as never);
    const failure = Object.assign(new Error(`about ${pii}`), { name: pii, code: pii });
    interface Asked {
      readonly messages: readonly unknown[];
      readonly fail?: boolean;
      readonly stream?: boolean;
    }
    // As the clients and runtimes are, as far as they are looked at.
    const answering = (answer: (asked: Asked) => unknown) =>
      class {
        async create(asked: Asked) {
          if (asked.fail) {
            throw failure;
          }
          return answer(asked);
        }
      };
    async function* chunks() {
      yield { choices: [{ delta: { content: pii } }] };
      throw failure;
    }
    const Completions = answering(({ stream }) =>
      stream ? chunks() : { model: 'gpt-4o', choices: [{ message: { content: pii }, finish_reason: 'stop' }] },
    );
    const Messages = answering(() => ({ model: 'claude', content: [{ type: 'text', text: pii }] }));
    instrumentOpenAI({ Chat: { Completions } }, monitor, {
      content: 'messages',
      features: ({ content }) => ({ said: content?.input.length, answered: content?.output.length }),
      recorded: () => fail(failure),
    });
    instrumentAnthropic({ Messages }, monitor, { features: ({ error }) => (error === null ? {} : fail(failure)) });
    const asked = { model: 'm', user: pii, system: pii, stop: [pii], messages: [{ role: 'user', content: pii }] };
    for (const client of [new Completions(), new Messages()]) {
      await client.create(asked);
      await expect(client.create({ ...asked, fail: true })).rejects.toBe(failure);
    }
    const stream = (await new Completions().create({ ...asked, stream: true })) as AsyncIterable<unknown>;
    const read = async () => {
      for await (const _ of stream) {
        // Until it fails.
      }
    };
    await expect(read()).rejects.toBe(failure);

    class InferenceSession {
      readonly inputNames = ['customer'];
      readonly outputNames = ['label'];
      async run(feeds: { readonly customer: unknown }) {
        return feeds.customer === undefined ? fail(failure) : { label: { type: 'string', data: [1], dims: [1] } };
      }
    }
    instrumentOnnx({ InferenceSession }, monitor, {
      features: () => [{ note: undefined }],
      recorded: () => fail(failure),
    });
    await new InferenceSession().run({ customer: { type: 'string', data: [pii], dims: [1] } });
    await expect(new InferenceSession().run({ customer: undefined })).rejects.toBe(failure);

    const processor = createSpanProcessor(monitor, { content: 'messages', recorded: () => fail(failure) });
    const foreign = new TracerProvider({ spanProcessors: [processor] }).getTracer('theirs').startSpan('chat', {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.input.messages': pii,
        'gen_ai.prompt.0.content': pii,
        'llm.output_messages.0.message.content': pii,
        'output.value': `{"id":"${pii}"}`,
        'session.id': pii,
      },
    });
    foreign.recordException(failure);
    foreign.setStatus({ code: 2, message: pii });
    foreign.end();

    await OpenFeature.setProviderAndWait(createProvider(monitor, { readyMs: 1 }));
    await OpenFeature.getClient().getStringDetails(pii, pii, { targetingKey: pii });
    await OpenFeature.getClient().getStringDetails('credit', pii, { targetingKey: pii });
    await OpenFeature.clearProviders();

    expectNone(await everything(monitor));
    const operations = transport
      .inferences()
      .map(({ features, error }) => `${features.operation} ${features.said} ${error}`);
    expect(operations.sort()).toEqual([
      ...['chat 2 _OTHER', 'chat 2 _OTHER', 'chat 2 null', 'chat null _OTHER', 'chat null null'],
      ...['null null _OTHER', 'null null null'],
    ]);
  });

  it('is in no file of a spool, nor in the name of one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-privacy-'));
    transport.disconnect();
    const monitor = start({}, { spool: { folder } });
    for (const pii of corpus) {
      const features = { age: ageOfErika, customer: pii, note: pii, [pii]: pii };
      const id = monitor.record({ id: pii, features, groups: { sex: pii }, prediction: pii, error: pii });
      monitor.outcome({ inferenceId: id, value: 'repaid' });
      monitor.feedback({ inferenceId: id, value: pii });
    }
    await vi.waitFor(() => expect(monitor.status().counts.accepted).toBe(2 * corpus.length), { timeout: 30_000 });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const written = files.map(({ parentPath, name }) => `${name} ${readFileSync(join(parentPath, name), 'utf8')}`);
    expect(written.join()).toContain('repaid');
    expectNone(written.join());
    await monitor.shutdown({ timeoutMs: 0 });
    rmSync(folder, { recursive: true });
  });

  it('would be found by this test if it were there', async () => {
    const monitor = start({ features: { note: 'category' }, capture: 'inferred' }, {});
    monitor.record({ features: { note: 'Erika Mustermann' } });
    const text = await everything(monitor);
    expect(() => expectNone(text)).toThrow();
    expect(trace.getTracerProvider()).toBeDefined();
    expect(metrics.getMeterProvider()).toBeDefined();
  });
});

describe('declared capture', () => {
  it('lets of embeddings and texts leave what describes them, and nothing else under those names', async () => {
    const monitor = start({ features: described, capture: 'inferred', groups: undefined } as never);
    monitor.record({ features: { picture: [3, 3], letter: 'One two.', vector: [1, 2], 'letter.words': 71 } });
    const [event] = await recorded(monitor);
    expect(event).toMatchObject({ capture: 'inferred', features: { 'letter.words': 2, 'picture.centre_cosine': 1 } });
    expect(Object.keys(event?.features ?? {})).toHaveLength(8 + 18);
    expect(monitor.preview({ features: { picture: [3, 3] }, capture: 'metadata' }).event?.features).toMatchObject({
      'picture.norm': null,
    });
  });

  it('sends values, bins and pseudonyms as declared, drops what is not, and says so on the event', async () => {
    const monitor = start();
    const id = monitor.record({
      features: { age: 44, income: 1_234.5, customer: 'erika', purpose: 'car', note: 'private', other: 1 },
      groups: { sex: 'female', religion: 'none' },
      prediction: 'approve',
      score: 0.7,
    });
    const [event] = await recorded(monitor);
    expect(event).toMatchObject({
      id,
      prediction: 'approve',
      score: 0.7,
      groups: { sex: 'female' },
      capture: 'declared',
    });
    expect(event?.groups).toEqual({ sex: 'female' });
    expect(event?.features).toEqual({
      age: 37.5,
      income: 1_234.5,
      customer: expect.stringMatching(/^k1\.[\w-]{22}$/),
      purpose: 'car',
    });
    expect(monitor.status().models.credit?.capture).toBe('declared');
  });

  it('gives the same pseudonym to the same text, another with another key, and joins outcomes over a rotation', async () => {
    const old = { id: 'k1', secret };
    const before = start();
    before.record({ id: 'order 17', features: { customer: 'erika' } });
    before.record({ id: 'order 18', features: { customer: 'erika' } });
    const [first, second] = await recorded(before);
    expect(first?.features.customer).toBe(second?.features.customer);
    transport.disconnect();
    const rotated = start(
      {},
      { pseudonyms: { keys: [{ id: 'k2', secret: 'another key of thirty-two bytes!' }, old] } },
    );
    rotated.record({ id: 'order 19', features: { customer: 'erika' } });
    rotated.outcome({ inferenceId: 'order 17', value: 'repaid' });
    const events = await recorded(rotated);
    expect(events.filter(({ features }) => String(features.customer).startsWith('k2.'))).toHaveLength(1);
    const ids = events.map(({ id }) => id);
    expect(ids.every((id) => /^k[12]\.[\w-]{22}$/.test(id))).toBe(true);
    expect(transport.outcomes().filter(({ inferenceId }) => ids.includes(inferenceId))).toHaveLength(1);
  });

  it('as metadata leaves nothing of the content, for a model or for one inference', async () => {
    const monitor = start({ capture: 'metadata' });
    const content = {
      features: { income: 7 },
      prediction: 'approve',
      score: 0.5,
      groups: { sex: 'female' },
      latencyMs: 3,
    };
    monitor.record(content);
    await monitor.flush();
    transport.disconnect();
    const other = start();
    other.record({ ...content, capture: 'metadata' });
    const bare = { prediction: null, score: null, groups: {}, latencyMs: 3, capture: 'metadata' };
    expect(await recorded(other)).toMatchObject([bare, bare]);
    const values = transport.inferences().flatMap(({ features }) => Object.values(features));
    expect(values.every((value) => value === null)).toBe(true);
  });

  it('without declarations keeps prose in: texts of more than 64 characters', async () => {
    const monitor = start({
      features: { story: 'category' },
      groups: undefined,
      classes: undefined,
      capture: 'inferred',
    } as never);
    monitor.record({ features: { short: 'a', long: 'x'.repeat(65), story: 'y'.repeat(65) } });
    const [event] = await recorded(monitor);
    expect(event?.features).toEqual({ short: 'a', long: null, story: 'y'.repeat(65) });
  });
});

describe('PLUMBLINE_CAPTURE, the switch of the operator', () => {
  const content = { features: { income: 7 }, prediction: 'approve', score: 0.5, groups: { sex: 'female' } };
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['', {}, 'declared'],
    ['full', {}, 'declared'],
    ['full', { capture: 'metadata' as const }, 'metadata'],
    ['metadata', {}, 'metadata'],
    [' Metadata', { redact: (event: RedactableEvent) => event }, 'metadata'],
    ['everything', {}, 'metadata'],
  ])('%j with options %j leaves events as %s', async (value, model, capture) => {
    vi.stubEnv('PLUMBLINE_CAPTURE', value);
    const monitor = start(model);
    monitor.record(content);
    const [event] = await recorded(monitor);
    expect(event).toMatchObject({ capture, score: capture === 'metadata' ? null : 0.5 });
    expect(monitor.status().models.credit?.capture).toBe(capture);
    expect(logged.join().includes('PLUMBLINE_CAPTURE is none of')).toBe(value === 'everything');
  });

  it('off lets nothing leave, counts it, says so once, and goes on routing', async () => {
    vi.stubEnv('PLUMBLINE_CAPTURE', 'off');
    const monitor = start();
    const inferenceId = monitor.record(content);
    monitor.recordBatch({ features: [content.features] });
    monitor.outcome({ inferenceId, value: 'repaid' });
    expect(monitor.preview(content)).toMatchObject({ event: null, reason: expect.stringContaining('off') });
    await monitor.flush();
    expect(transport.batches).toEqual([]);
    expect(monitor.status().counts).toMatchObject({ accepted: 0, dropped: { switched_off: 3 } });
    expect(logged).toEqual([expect.stringContaining('models credit 1 (off)')]);
    transport.setRouting(testDocument({ champion: { version: '2', digest: 'd' } }));
    expect(monitor.route('credit').version).toBe('2');
  });

  it('OTEL_SDK_DISABLED leaves OpenTelemetry alone, and inferences as they are', async () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'true');
    const monitor = start();
    monitor.record(content);
    expect(await recorded(monitor)).toHaveLength(1);
    expect(spans.getFinishedSpans()).toEqual([]);
    expect(monitor.status().telemetry).toEqual({ spans: false, metrics: false });
  });
});

describe('a redactor', () => {
  it('sees a copy of what is about to leave, and its result leaves', async () => {
    const features = { income: 40_000, purpose: 'car for Erika' };
    const redact = (event: { features: Record<string, unknown> }) => {
      event.features.purpose = 'car';
      return event as never;
    };
    const monitor = start({ redact });
    monitor.record({ features });
    expect(features.purpose).toBe('car for Erika');
    expect(await recorded(monitor)).toMatchObject([
      { features: { income: 40_000, purpose: 'car' }, capture: 'redacted' },
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('Erika Mustermann');
      },
    ],
    ['returns nothing', () => undefined],
    ['returns a promise', async (event: unknown) => event],
    [
      'adds what was not there',
      (event: { features: object }) => ({ ...event, features: { ...event.features, more: 'Erika Mustermann' } }),
    ],
    ['returns something else', () => 'Erika Mustermann'],
    [
      'takes too long',
      (event: unknown) => {
        const until = performance.now() + 40;
        while (performance.now() < until);
        return event;
      },
    ],
  ])('that %s lets nothing but metadata leave, and is warned about without its words', async (_, redact) => {
    const monitor = start({ redact: redact as never });
    monitor.record({ features: { income: 40_000, purpose: 'for Erika Mustermann' } });
    expect(await recorded(monitor)).toMatchObject([{ features: {}, capture: 'metadata' }]);
    expect(logged.join()).toContain('redact()');
    expectNone(await everything(monitor));
  });

  it('is not asked about more than 16 kB, and is left alone for a minute after ten failures', async () => {
    let calls = 0;
    const redact = () => {
      calls += 1;
      throw new Error('no');
    };
    const monitor = start({ capture: 'inferred', redact });
    monitor.record({
      features: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, 'x'.repeat(60)])),
    });
    expect(calls).toBe(0);
    for (let index = 0; index < 50; index++) {
      monitor.record({ features: { index } });
    }
    expect(calls).toBe(9);
    expect(monitor.status().models.credit?.notRedacted).toBe(51);
    expect(monitor.status().problems).toMatchObject([{ code: 'redactor_paused', message: 'credit: it threw Error' }]);
    expect((await recorded(monitor)).every(({ capture }) => capture === 'metadata')).toBe(true);
  });
});

describe('preview', () => {
  it('shows exactly what would leave, and sends nothing', async () => {
    const monitor = start();
    const record = { id: 'order 17', features: { age: 44, customer: 'erika', note: 'private' }, prediction: 'approve' };
    const { event, bytes } = monitor.preview(record);
    expect(bytes).toBeGreaterThan(100);
    expect(monitor.status().counts).toMatchObject({ accepted: 0, dropped: {} });
    monitor.record(record);
    const [sentEvent] = await recorded(monitor);
    expect({ ...event, time: 0, traceId: null }).toEqual({ ...sentEvent, time: 0, traceId: null });
    expect(monitor.preview({ features: 7 } as never)).toMatchObject({
      event: null,
      reason: 'features must be an object',
    });
  });
});

describe('options of privacy that cannot work', () => {
  it.each([
    ['model.features.age.edges', { model: { features: { age: { type: 'number', capture: 'bin' } } } }],
    ['model.features.age.edges', { model: { features: { age: { type: 'number', capture: 'bin', edges: [2, 1] } } } }],
    ['model.features.age.capture', { model: { features: { age: { type: 'category', capture: 'bin', edges: [1] } } } }],
    [
      'model.features.name.capture',
      { pseudonyms: undefined, model: { features: { name: { type: 'category', capture: 'hash' } } } },
    ],
    ['model.features.name.capture', { model: { features: { name: { type: 'category', capture: 'sometimes' } } } }],
    ['model.features.name.captur', { model: { features: { name: { type: 'category', captur: 'drop' } } } }],
    ['model.ids', { pseudonyms: undefined, model: { ids: 'hash' } }],
    ['model.capture', { model: { capture: 'everything' } }],
    ['model.groups.sex', { model: { groups: { sex: 'female' } } }],
    ['model.redact', { model: { redact: true } }],
    ['pseudonyms.keys', { pseudonyms: { keys: [] } }],
    ['pseudonyms.keys[0].secret', { pseudonyms: { keys: [{ id: 'k1', secret: 'short' }] } }],
    [
      'pseudonyms.keys[1].id',
      {
        pseudonyms: {
          keys: [
            { id: 'k1', secret },
            { id: 'k1', secret },
          ],
        },
      },
    ],
  ])('are refused at once, by name: %s', (option, given) => {
    const { model, ...options } = { model: {}, ...given };
    const make = () =>
      createMonitor({
        service: 'api',
        transport,
        pseudonyms: { keys: [{ id: 'k1', secret }] },
        ...options,
        model: { name: 'credit', version: '1', ...model },
      } as never);
    expect(make).toThrow(MonitorOptionsError);
    expect(make).toThrow(option);
    expect(make).not.toThrow('short');
  });
});
