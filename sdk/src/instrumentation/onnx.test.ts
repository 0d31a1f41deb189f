import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import * as ort from 'onnxruntime-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { logisticOnnx } from '../../../test/onnx/logistic.ts';
import { createMonitor, type Monitor } from '../index.ts';
import { createMemoryTransport, type MemoryTransport } from '../testing/index.ts';
import { instrumentOnnx, type OnnxOptions, type OnnxSession, type StructuralInstrumentation } from './index.ts';

const { InferenceSession, Tensor } = ort;
const folder = mkdtempSync(join(tmpdir(), 'plumbline-onnx-'));
const bytes = logisticOnnx({ inputs: ['income', 'age'], weights: [0.5, -2], bias: 0.25 });
const file = join(folder, 'credit-risk.onnx');
writeFileSync(file, bytes);
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const spans = new InMemorySpanExporter();
const warnings: string[] = [];
let transport: MemoryTransport;
let monitor: Monitor;
let instrumentation: StructuralInstrumentation;
let sdk: NodeSDK;

beforeAll(() => {
  sdk = new NodeSDK({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
  });
  sdk.start();
});

afterAll(async () => {
  await sdk.shutdown();
  rmSync(folder, { recursive: true });
});

function start(options: OnnxOptions = {}): void {
  instrumentation?.disable();
  instrumentation = instrumentOnnx(ort, monitor, options);
}

beforeEach(() => {
  transport = createMemoryTransport();
  const logger = { info: () => {}, warn: (message: string) => void warnings.push(message) };
  monitor = createMonitor({ service: 'api', model: { name: 'credit-risk', version: '7' }, transport, logger });
  warnings.length = 0;
  spans.reset();
  start({ columns: { input: ['income', 'age'] }, labels: ['repaid', 'defaulted'] });
});

afterEach(async () => {
  instrumentation.disable();
  await monitor.shutdown();
});

async function recorded() {
  await monitor.flush();
  return transport.inferences().toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const rows = (...values: number[]) => new Tensor('float32', Float32Array.from(values), [values.length / 2, 2]);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('a run of a session', () => {
  it('answers as before, and is an inference with features, class, probability, latency and one span', async () => {
    const session = await InferenceSession.create(bytes);
    const { probabilities } = await session.run({ input: rows(1, 2) });
    expect(Array.from(probabilities?.data as Float32Array)).toHaveLength(2);
    const [inference, ...more] = await recorded();
    expect(more).toEqual([]);
    expect(inference).toMatchObject({
      model: 'credit-risk',
      version: '7',
      features: { income: 1, age: 2 },
      error: null,
    });
    expect(inference?.prediction).toBe('repaid');
    expect(inference?.score).toBeCloseTo(sigmoid(0.5 - 4 + 0.25), 6);
    expect(inference?.latencyMs).toBeGreaterThan(0);
    const [span, ...others] = spans.getFinishedSpans();
    expect(others).toEqual([]);
    expect(span?.name).toBe('predict credit-risk');
    expect(span?.attributes).toMatchObject({
      'plumbline.inference.id': inference?.id,
    });
    expect(inference?.traceId).toBe(span?.spanContext().traceId);
  });

  it('of many rows is an inference a row and one span', async () => {
    const ids: string[][] = [];
    start({ columns: { input: ['income', 'age'] }, recorded: (given) => void ids.push([...given]) });
    const session = await InferenceSession.create(bytes);
    await session.run({ input: rows(1, 2, -3, 0.5, 0, 0) });
    const inferences = await recorded();
    expect(inferences.map(({ features }) => [features.income, features.age])).toEqual([
      [1, 2],
      [-3, 0.5],
      [0, 0],
    ]);
    expect(inferences.map(({ prediction }) => prediction)).toEqual(['0', '0', '1']);
    expect(ids).toEqual([inferences.map(({ id }) => id)]);
    expect(spans.getFinishedSpans().map(({ attributes }) => attributes['plumbline.batch.size'])).toEqual([3]);
  });

  it('with an input a column has the features of their names', async () => {
    const columns = logisticOnnx({
      inputs: ['income', 'age'],
      weights: [0.5, -2],
      bias: 0,
      input: 'columns',
      output: 'positive',
    });
    const session = await InferenceSession.create(columns);
    const column = (value: number) => new Tensor('float32', Float32Array.of(value), [1, 1]);
    await session.run({ income: column(4), age: column(0.5) });
    const [inference] = await recorded();
    expect(inference).toMatchObject({ features: { income: 4, age: 0.5 }, prediction: 'defaulted' });
    expect(inference?.score).toBeCloseTo(sigmoid(1), 6);
  });

  it('fails as before, and is an inference with the type of its failure', async () => {
    const session = await InferenceSession.create(bytes);
    const wrong = new Tensor('float32', new Float32Array(3), [1, 3]);
    await expect(session.run({ input: wrong })).rejects.toThrow();
    const [inference] = await recorded();
    expect(inference?.error).toMatch(/^[A-Za-z_]+$/);
    expect(inference?.prediction).toBeNull();
    expect(spans.getFinishedSpans()[0]?.status.code).toBe(2);
  });

  it('within a wrapped prediction of the same model is part of it', async () => {
    const session = await InferenceSession.create(bytes);
    const predict = monitor.wrap(async (income: number) => session.run({ input: rows(income, 2) }), {
      features: (income) => ({ income }),
    });
    await predict(1);
    expect(await recorded()).toMatchObject([{ features: { income: 1 } }]);
    expect(await recorded()).toHaveLength(1);
  });

  it('is left alone once the instrumentation is switched off', async () => {
    const session = await InferenceSession.create(bytes);
    instrumentation.disable();
    await session.run({ input: rows(1, 2) });
    expect(await recorded()).toEqual([]);
  });

  it('is what the options make of it, and still answers when one of them throws', async () => {
    start({
      features: () => [{ one: 1 }],
      groups: () => [{ sex: 'female' }],
      result: () => ({ predictions: ['yes'], scores: [0.5] }),
      recorded: () => {
        throw new RangeError('the income of Ms Miller');
      },
    });
    const session = await InferenceSession.create(bytes);
    expect(Object.keys(await session.run({ input: rows(1, 2) }))).toEqual(['probabilities']);
    expect(await recorded()).toMatchObject([
      { features: { one: 1 }, groups: { sex: 'female' }, prediction: 'yes', score: 0.5 },
    ]);
    expect(warnings.join()).toContain('recorded() threw: RangeError');
    expect(warnings.join()).not.toContain('Miller');
  });
});

describe('functions of the options that fail ten times in a row', () => {
  it('are left alone, and each run without them is a lost inference that is counted', async () => {
    const called = { features: 0, version: 0 };
    start({
      features: () => {
        called.features += 1;
        throw new RangeError('the income of Ms Miller');
      },
      version: () => {
        called.version += 1;
        return '8';
      },
    });
    const session = await InferenceSession.create(bytes);
    for (let run = 0; run < 15; run++) {
      expect(Object.keys(await session.run({ input: rows(1, 2) }))).toEqual(['probabilities']);
    }
    expect(called.features).toBe(10);
    expect(called.version).toBeLessThanOrEqual(11);
    expect(monitor.status()).toMatchObject({
      counts: { accepted: 0, dropped: { extractor_failed: 15 } },
      problems: [{ code: 'extractor_paused', message: 'runs of ONNX Runtime: RangeError' }],
    });
    expect(spans.getFinishedSpans()).toHaveLength(10);
  });

  it('are told of while they are slow, which every run waits for', async () => {
    const session = await InferenceSession.create(bytes);
    let now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    let ms = 50;
    start({
      version: () => '8',
      features: () => {
        now += ms;
        return [{ age: 44 }];
      },
    });
    for (let run = 0; run < 200; run++) {
      await session.run({ input: rows(1, 1) });
    }
    const problem = { code: 'extractor_slow', message: 'runs of ONNX Runtime: it takes 50 ms' };
    expect(monitor.status()).toMatchObject({ counts: { accepted: 200 }, problems: [problem] });
    ms = 1;
    await session.run({ input: rows(1, 1) });
    expect(monitor.status().problems).toEqual([]);
    clock.mockRestore();
  });

  it('are left alone for recorded() by itself: runs are inferences as before', async () => {
    let called = 0;
    start({
      recorded: () => {
        called += 1;
        throw new RangeError('the income of Ms Miller');
      },
    });
    const session = await InferenceSession.create(bytes);
    for (let run = 0; run < 15; run++) {
      await session.run({ input: rows(1, 2) });
    }
    expect(called).toBe(10);
    expect(await recorded()).toHaveLength(15);
    expect(monitor.status().problems.map(({ message }) => message)).toEqual([
      'recorded() of runs of ONNX Runtime: RangeError',
    ]);
  });
});

describe('the session', () => {
  it.each([
    ['a file', () => file, file],
    ['bytes', () => bytes, null],
  ])('made of %s tells its digest, by which the app can tell the version', async (_, source, path) => {
    const seen: OnnxSession[] = [];
    start({
      version: (session) => {
        seen.push(session);
        return session.digest === digest ? '8' : undefined;
      },
    });
    const made = source();
    const session =
      typeof made === 'string' ? await InferenceSession.create(made) : await InferenceSession.create(made);
    for (let tries = 0; tries < 100 && seen.at(-1)?.digest !== digest; tries++) {
      await session.run({ input: rows(1, 2) });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await session.run({ input: rows(1, 2) });
    expect(seen.at(-1)).toEqual({ inputNames: ['input'], outputNames: ['probabilities'], path, digest });
    expect((await recorded()).at(-1)?.version).toBe('8');
    await vi.waitFor(() => expect(monitor.status().models['credit-risk']?.loaded).toEqual([{ version: '8', digest }]));
  });
});

describe('what is not ONNX Runtime', () => {
  it.each([[undefined], [{}], [{ InferenceSession: 1 }]])('is refused at once: %j', (given) => {
    // JavaScript gives anything.
    expect(() => instrumentOnnx(given as never, monitor)).toThrow(TypeError);
  });
});
