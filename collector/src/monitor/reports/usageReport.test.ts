import { describe, expect, it } from 'vitest';
import { modelSettings } from '../../config/settings.ts';
import { allRows, buildReference, createProfile, foldInferences, type Profile } from '../../profile/index.ts';
import { batchOf, type SampleRow } from '../../profile/sampleBatch.ts';
import { usageReport } from '../index.ts';
import { hourMs } from '../sampleTraffic.ts';
import type { ReportInput } from './reportInput.ts';

const features = [
  { name: 'input_tokens', type: 'number' },
  { name: 'cost_usd', type: 'number' },
  { name: 'reasoning_tokens', type: 'number' },
  { name: 'finish_reason', type: 'category' },
] as const;

/** Calls of 100, 101, ... tokens, a hundredth of a cent each; every tenth fails, and of those nobody knows the cost. */
function calls(count: number, more: Partial<SampleRow> = {}) {
  const rows = Array.from({ length: count }, (_, index): SampleRow => {
    const isFailed = index % 10 === 9;
    return {
      id: `call ${index}`,
      features: {
        input_tokens: 100 + index,
        cost_usd: isFailed ? null : 0.0001,
        reasoning_tokens: null,
        finish_reason: 'stop',
      },
      latencyMs: 200,
      error: isFailed ? 'rate_limit' : null,
      ...more,
    };
  });
  return batchOf(rows, features);
}

const reference = buildReference([calls(100)], [], { task: 'binary_classification', windowMs: hourMs });

function windowOf(count: number, more: Partial<SampleRow> = {}): Profile {
  const batch = calls(count, more);
  const profile = createProfile(reference.shape);
  foldInferences(profile, batch, allRows(batch));
  return profile;
}

function inputOf(...profiles: readonly Profile[]): ReportInput {
  const settings = modelSettings.parse({ name: 'assistant' });
  const windows = profiles.map((profile, index) => ({ from: index * hourMs, to: (index + 1) * hourMs, profile }));
  const to = profiles.length * hourMs;
  return { settings, version: '1', from: 0, to, reference, profiles: windows, findings: [] };
}

describe('the usage report', () => {
  it('tells what the calls took, in every window and over all of them, beside the reference', () => {
    const report = usageReport(inputOf(windowOf(100), windowOf(50)));
    expect(report.windows).toMatchObject([
      { from: 0, to: hourMs, rows: 100 },
      { from: hourMs, to: 2 * hourMs, rows: 50 },
    ]);
    expect(report.amounts.map(({ signal }) => signal)).toEqual([
      ...['feature:cost_usd', 'feature:input_tokens', 'feature:reasoning_tokens', 'latency'],
    ]);
    const [cost, input, reasoning, latency] = report.amounts;
    expect(cost?.all?.total).toBeCloseTo(135 * 0.0001, 9);
    expect(cost?.windows.map((amount) => amount?.mean.n)).toEqual([90, 45]);
    // 100 + ... + 199, and 100 + ... + 149.
    expect(input?.windows.map((amount) => Math.round(amount?.total ?? 0))).toEqual([14_950, 6_225]);
    expect(input?.reference?.mean.value).toBeCloseTo(149.5, 6);
    const { value, low, high } = input?.all?.mean ?? { value: null, low: null, high: null };
    expect(value).toBeCloseTo(21_175 / 150, 6);
    expect(low).toBeLessThan(value ?? 0);
    expect(high).toBeGreaterThan(value ?? 0);
    expect(input?.windows[0]?.median).toBeCloseTo(150, -1);
    expect(input?.windows[0]?.percentile95).toBeCloseTo(195, -1);
    // Never recorded is not zero.
    expect(reasoning).toMatchObject({ all: null, reference: null, windows: [null, null] });
    expect(latency?.all?.median).toBeCloseTo(200, 6);
    expect(report.failed.all).toMatchObject({ value: 0.1, n: 150 });
    expect(report.failed.windows.map((failed) => failed.value)).toEqual([0.1, 0.1]);
  });

  it('adds up what thinned calls stand for, and is as sure as those that came', () => {
    const { all } = usageReport(inputOf(windowOf(100, { weight: 5 }))).amounts[1] ?? { all: null };
    expect(all?.total).toBeCloseTo(5 * 14_950, 3);
    expect(all?.mean).toMatchObject({ n: 100 });
    expect(all?.mean.value).toBeCloseTo(149.5, 6);
  });

  it('counts rows alone where there is no reference yet, and nothing where there is no traffic', () => {
    const other = createProfile({ ...reference.shape, id: 'shape:before', signals: [] });
    const before = usageReport(inputOf(other, windowOf(10)));
    expect(before.amounts[0]?.windows).toMatchObject([null, { mean: { n: 9 } }]);
    expect(usageReport({ ...inputOf(), reference: null })).toMatchObject({
      windows: [],
      amounts: [],
      failed: { all: null, reference: null, windows: [] },
    });
  });
});
