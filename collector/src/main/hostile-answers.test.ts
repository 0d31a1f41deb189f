import type { InferenceEvent, OutcomeEvent } from '@plumbline/sdk/event';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../http/routes/index.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { hourMs, inference, outcome, Producer, testModelInput } from './testing/traffic.ts';

/**
 * Whatever apps send, what the API answers is defined: no NaN, no Infinity, nothing where the API promises a number. Real
 * engine, store and HTTP server; events go over the real encoding.
 */

/** `HOSTILE_RUNS=200` for a long run. */
const runs = Number(process.env.HOSTILE_RUNS ?? 3);

const tasks = ['binary_classification', 'multiclass_classification', 'regression', 'ranking'] as const;

const wild = fc.constantFrom(
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, -Number.MAX_VALUE],
  ...[5e-324, 2.3e-308, 1e300, -1e154, 0, -0, 2 ** 53],
);
const number = fc.oneof(fc.double({ min: -50, max: 50, noNaN: true }), wild);
const text = fc.constantFrom('a', 'b', 'NULL', '', '__proto__', '\u202e', 'x'.repeat(60));
const feature = fc.oneof({ weight: 4, arbitrary: number }, text, fc.constantFrom(null, true));

const row = fc.record({
  amount: feature,
  town: fc.oneof(text, number, fc.constant(null)),
  score: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), number, fc.constant(null)),
  predicted: fc.constantFrom('0', '1', '2', null),
  value: fc.oneof(number, fc.constant(null)),
  group: fc.constantFrom('f', 'm', 'm', 'once', null),
  version: fc.constantFrom('1', '1', '1', '1', 'never seen before'),
  role: fc.constantFrom('champion', 'champion', 'shadow', 'canary'),
  latencyMs: fc.oneof(number, fc.constant(null)),
  error: fc.constantFrom(null, null, 'timeout'),
  weight: fc.constantFrom(undefined, undefined, 1, 7, 65_536),
  label: fc.constantFrom('0', '1', '2', null),
  rating: fc.constantFrom(null, 1, -1e308, 'good'),
});
type Row = typeof row extends fc.Arbitrary<infer Value> ? Value : never;

type Task = (typeof tasks)[number];

function eventOf(task: Task, id: string, time: number, row: Row): InferenceEvent {
  const { amount, town, score, group, version, role, latencyMs, error, weight } = row;
  const prediction =
    task === 'regression' ? row.value : task === 'ranking' ? `["${row.predicted}", "1", "0"]` : row.predicted;
  return inference(id, time, {
    model: task,
    version,
    role,
    score,
    latencyMs,
    error,
    prediction,
    features: { amount, town, constant: 3, missing: null },
    groups: group === null ? {} : { sex: group },
    ...(weight === undefined ? {} : { weight }),
  });
}

function outcomesOf(task: Task, id: string, time: number, { label, rating, value }: Row): OutcomeEvent[] {
  const known = task === 'ranking' ? '["1"]' : task === 'regression' ? Number(label) + (value ?? 0) : label;
  const event = { ...outcome(id, time, ''), model: task };
  return [
    ...(label === null || known === null || (typeof known === 'number' && !Number.isFinite(known))
      ? []
      : [{ ...event, value: known }]),
    ...(rating === null ? [] : [{ ...event, id: `${event.id} r`, type: 'feedback' as const, value: rating }]),
  ];
}

/** Every number that JSON cannot hold would have become `null` or text; a schema that allows `null` would hide it. */
function saidBadly(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return /\b(NaN|Infinity|undefined|null)\b/.test(value) ? [`${path}: ${value}`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => saidBadly(inner, `${path}.${key}`));
}

let api: TestApi;
beforeAll(async () => {
  const model = { ...testModelInput, minimumGroupRows: 3 };
  api = await startTestApi({
    models: tasks.map((task) => ({
      ...model,
      name: task,
      task,
      positive: '1',
      ratings: ['feedback'],
      arrivals: 'watched',
      groups: [{ attribute: 'sex' }],
    })),
  });
});
afterAll(() => api.stop());

const reads = routes.filter(
  ({ method, kind, access }) => method === 'GET' && kind === 'json' && access.kind === 'read',
);
const signals = ['feature:amount', 'feature:town', 'feature:missing', 'score', 'prediction', 'latency'];

function questions(model: string, from: number): string[] {
  return reads.flatMap(({ path }) => {
    if (!path.includes(':model')) return [];
    const asked = path.replace(':model', model).replace(':version', '1');
    if (path.endsWith('/distribution')) return signals.map((signal) => `${asked}?signal=${signal}`);
    const isReport = /\/(drift|fairness|performance|data-quality)$/.test(path);
    return isReport
      ? [asked, `${asked}?version=never%20seen%20before`, `${asked}?from=${from}&to=${from + 1}`]
      : [asked];
  });
}

it('answers with numbers or with the reason why there is none, whatever came', async () => {
  const start = Date.UTC(2026, 10, 20);
  const producer = new Producer('hostile');
  let hour = 0;
  const step = fc.tuple(...tasks.map(() => fc.array(row, { maxLength: 40 })));
  // Even the rows of the references are hostile.
  const past = tasks.map((_, at) => fc.sample(row, { numRuns: 220, seed: at + 1 }));
  await fc.assert(
    fc.asyncProperty(step, async (batches) => {
      const from = start + hour * hourMs;
      for (const [at, task] of tasks.entries()) {
        const sent = hour === 0 ? past[at]! : batches[at]!;
        // An ordinary row at the end of every hour keeps time going.
        const last = inference(`${task} ${hour} last`, from + hourMs - 1, { model: task, prediction: '1' });
        const idOf = (index: number) => `${task} ${hour} ${index}`;
        const timeOf = (index: number) => from + index * 1_000;
        const events = sent.map((each, index) => eventOf(task, idOf(index), timeOf(index), each));
        api.engine.apply(producer.inferences([...events, last]), null);
        const known = sent.flatMap((each, index) => outcomesOf(task, idOf(index), timeOf(index) + 5, each));
        if (known.length > 0) api.engine.apply(producer.outcomes(known), null);
      }
      await api.engine.commit();
      hour += 1;
      for (const model of tasks) {
        for (const path of ['/v1/models', ...questions(model, from)]) {
          const { status, text, body } = await api.ask(path, { as: 'ana' });
          expect([200, 404], `${path}: ${status} ${text.slice(0, 600)}`).toContain(status);
          expect(saidBadly(body), path).toEqual([]);
        }
      }
      const { status, text } = await api.ask('/metrics', { as: 'reader' });
      expect(status).toBe(200);
      expect(text).not.toMatch(/ (NaN|[+-]?Inf)$/m);
    }),
    { numRuns: runs, endOnFailure: true },
  );
  expect(api.errors).toEqual([]);
  const { body } = await api.ask('/v1/models');
  expect(body.items.every(({ traffic }: { traffic: unknown[] }) => traffic.length > 1)).toBe(true);
});
