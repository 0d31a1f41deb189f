import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budgetSettings, modelSettings } from '../config/settings.ts';
import * as api from '../http/api.ts';
import {
  buildReference,
  createProfile,
  foldInferences,
  foldOutcome,
  joinEntryOf,
  mergeProfiles,
  type Task,
} from '../profile/index.ts';
import { categoryColumn } from '../profile/sampleBatch.ts';
import { ArrivalCounter } from './arrivals.ts';
import { countStreams } from './budget.ts';
import {
  distribution,
  driftReport,
  evaluateWindow,
  fairnessReport,
  type MonitorState,
  performanceReport,
  type ReportInput,
} from './index.ts';

/** Promises that hold for any data whatever: no NaN, no invented zero, nothing that JSON cannot hold. */

const hour = 3_600_000;

const number = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0,
    -0,
    5e-324,
    1e-300,
    1e300,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    7,
  ),
);

const row = fc.record({
  x: number,
  constant: fc.constant(3),
  text: fc.constantFrom('a', 'b', 'c', null),
  score: fc.oneof(number, fc.double({ min: 0, max: 1, noNaN: true })),
  predicted: fc.constantFrom('0', '1', '2', null),
  group: fc.constantFrom('f', 'm', 'x', null),
  label: fc.constantFrom('0', '1', '2', null),
});
type Row = typeof row extends fc.Arbitrary<infer Value> ? Value : never;

/** How features come: as they were in the reference, all missing, of the other type, or not at all beside a new one. */
const forms = ['as before', 'missing', 'of another type', 'renamed'] as const;
type Form = (typeof forms)[number];

function featuresOf(rows: readonly Row[], form: Form) {
  const numbers = (of: (row: Row) => number) => ({ type: 'number' as const, values: Float64Array.from(rows, of) });
  const texts = (of: (row: Row) => string | null) => categoryColumn(rows.map(of));
  const [number, category] = ['number', 'category'] as const;
  switch (form) {
    case 'as before':
      return {
        features: [
          { name: 'x', type: number },
          { name: 'constant', type: number },
          { name: 'text', type: category },
        ],
        columns: [numbers(({ x }) => x), numbers(({ constant }) => constant), texts(({ text }) => text)],
      };
    case 'missing':
      return {
        features: [
          { name: 'x', type: number },
          { name: 'text', type: category },
        ],
        columns: [numbers(() => Number.NaN), texts(() => null)],
      };
    case 'of another type':
      return {
        features: [
          { name: 'x', type: category },
          { name: 'constant', type: category },
          { name: 'text', type: number },
        ],
        columns: [texts(({ x }) => String(x)), texts(({ constant }) => `${constant}`), numbers(({ x }) => x)],
      };
    case 'renamed':
      return { features: [{ name: 'constructor', type: category }], columns: [texts(({ text }) => text)] };
  }
}

function batchOf(rows: readonly Row[], task: Task, from: number, form: Form = 'as before') {
  const { features, columns } = featuresOf(rows, form);
  const nothing = categoryColumn(rows.map(() => null));
  const numbers = (of: (row: Row) => number) => ({ type: 'number' as const, values: Float64Array.from(rows, of) });
  return {
    kind: 'inference' as const,
    producer: 'p',
    batch: 1,
    model: 'm',
    count: rows.length,
    schema: {
      id: 's',
      features,
    },
    ids: rows.map((_, index) => `${from}-${index}`),
    times: Float64Array.from(rows, (_, index) => from + index),
    versions: categoryColumn(rows.map(() => '1')),
    roles: categoryColumn(rows.map(() => 'champion')),
    features: columns,
    predictions:
      task === 'regression'
        ? numbers(({ x, score }) => x + score)
        : categoryColumn(rows.map(({ predicted }) => (task === 'ranking' ? `["${predicted}", "1"]` : predicted))),
    scores: numbers(({ score }) => score),
    groups: {
      g: categoryColumn(rows.map(({ group }) => group)),
      h: categoryColumn(rows.map(({ text }) => text)),
    },
    latenciesMs: numbers(({ x }) => Math.abs(x)),
    traceIds: nothing,
    errors: nothing,
    // Of some batches some rows stand for more: counts that are not whole have to do as well.
    ...(rows.length % 2 === 0 ? { weights: numbers(({ score }) => (score > 0.5 ? 8 : 3)) } : {}),
  };
}

/** Of a ranking: which item was relevant, how relevant items were in order, or something unreadable. */
function labelOf(task: Task, label: string): string {
  return task !== 'ranking' ? label : label === '2' ? 'no idea' : label === '1' ? '["1"]' : '[0, 3]';
}

/** Every number anywhere in a value, with the path to it. */
function problems(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is ${value}`];
  if (value === undefined) return [`${path} is undefined`];
  if (typeof value === 'string') return /NaN|Infinity|undefined|null/.test(value) ? [`${path} says ${value}`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => problems(inner, `${path}.${key}`));
}

/** The proof of an alarm is stored, and answered on its own. */
function shown<Holder extends { readonly evidence: object | null }>(holder: Holder): Holder {
  if (holder.evidence === null || !('proof' in holder.evidence)) return holder;
  const { proof: _, ...evidence } = holder.evidence;
  return { ...holder, evidence };
}

describe('whatever the data', () => {
  test.each<Task>(['binary_classification', 'multiclass_classification', 'regression', 'ranking'])(
    '%s: every number of every finding and report is finite, and the API accepts it',
    (task) => {
      const settings = modelSettings.parse({
        name: 'm',
        task,
        groups: [
          { attribute: 'g', conditionOn: 'text' },
          { attribute: 'h', conditionOn: 'x' },
          { attribute: ['g', 'h'] },
        ],
        minimumGroupRows: 3,
        quantile: 0.8,
      });
      const rows = fc.array(row, { maxLength: 40 });
      fc.assert(
        fc.property(
          fc.array(row, { minLength: 1, maxLength: 80 }),
          fc.array(fc.tuple(rows, fc.constantFrom(...forms)), { minLength: 1, maxLength: 4 }),
          (past, windows) => {
            const pastBatch = batchOf(past, task, 0);
            const labels = past.flatMap(({ label }, index) =>
              label === null ? [] : { inferenceId: `0-${index}`, label: labelOf(task, label) },
            );
            const reference = buildReference([pastBatch], labels, { task, groups: settings.groups, windowMs: hour });
            const streams = countStreams([{ settings, reference }]);
            let state: MonitorState | null = null;
            const found = windows.map(([window, form], index) => {
              const [from, to] = [(index + 1) * hour, (index + 2) * hour];
              const batch = batchOf(window, task, from, form);
              const profile = createProfile(reference.shape);
              foldInferences(profile, batch, Int32Array.from(window.keys()));
              const counter = new ArrivalCounter();
              window.forEach(({ label }, at) => {
                if (label === null) return;
                counter.add(reference.shape, joinEntryOf(batch, at), labelOf(task, label));
                foldOutcome(profile, joinEntryOf(batch, at), labelOf(task, label));
              });
              const step: ReturnType<typeof evaluateWindow> = evaluateWindow({
                settings,
                budget: budgetSettings.parse({}),
                streams,
                version: '1',
                reference,
                profile,
                arrivals: counter.take(),
                state,
                from,
                to,
              });
              state = step.state;
              return { from, to, profile, findings: step.findings };
            });
            const input: ReportInput = {
              settings,
              version: '1',
              from: hour,
              to: 9 * hour,
              reference,
              profiles: found,
              findings: found,
            };
            const reports = {
              findings: found.map(({ findings }) => findings),
              drift: driftReport(input),
              fairness: fairnessReport(input),
              performance: performanceReport({ ...input, watermark: 2 * hour }),
              distributions: reference.shape.signals.map(({ signal }) => distribution({ ...input, signal })),
            };
            expect(problems(reports)).toEqual([]);
            for (const finding of reports.findings.flat()) expect(api.finding.parse(finding)).toEqual(shown(finding));
            const drift = {
              ...reports.drift,
              signals: reports.drift.signals.map((signal) => ({ ...signal, latest: shown(signal.latest) })),
            };
            expect(api.driftReport.parse(reports.drift)).toEqual(drift);
            expect(api.fairnessReport.parse(reports.fairness)).toEqual(reports.fairness);
            expect(api.performanceReport.parse(reports.performance)).toEqual(shown(reports.performance));
            for (const drawn of reports.distributions) {
              expect(api.distribution.parse(drawn)).toEqual(drawn);
              const shares = drawn.bins.reduce((sum, bin) => sum + bin.currentShare, 0);
              expect(shares).toBeCloseTo(drawn.currentRows === 0 ? 0 : 1, 9);
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  test('reports over windows are those of the windows merged', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 60 }), fc.nat(), (rows, at) => {
        const task = 'binary_classification';
        const settings = modelSettings.parse({ name: 'm', task, minimumGroupRows: 1 });
        const reference = buildReference([batchOf(rows, task, 0)], [], { task, windowMs: hour });
        const cut = at % rows.length;
        const profiles = [rows.slice(0, cut), rows.slice(cut)].map((part, index) => {
          const profile = createProfile(reference.shape);
          foldInferences(profile, batchOf(part, task, index * hour), Int32Array.from(part.keys()));
          return { from: index * hour, to: (index + 1) * hour, profile };
        });
        const input = { settings, version: '1', from: 0, to: 2 * hour, reference, findings: [] };
        const [first, second] = profiles;
        if (first === undefined || second === undefined) throw new Error('two windows');
        const merged = [{ from: 0, to: 2 * hour, profile: mergeProfiles(first.profile, second.profile) }];
        expect(fairnessReport({ ...input, profiles })).toEqual(fairnessReport({ ...input, profiles: merged }));
        expect(distribution({ ...input, profiles, signal: 'feature:x' })).toEqual(
          distribution({ ...input, profiles: merged, signal: 'feature:x' }),
        );
      }),
      { numRuns: 50 },
    );
  });
});
