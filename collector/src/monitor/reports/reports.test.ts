import { describe, expect, test } from 'vitest';
import { budgetSettings } from '../../config/settings.ts';
import { isPlumblineError } from '../../errors.ts';
import { buildReference, createProfile, profileTotals } from '../../profile/index.ts';
import { batchOf } from '../../profile/sampleBatch.ts';
import { countStreams } from '../budget.ts';
import { evaluateWindow } from '../evaluateWindow.ts';
import {
  distribution,
  driftReport,
  fairnessReport,
  type MonitorState,
  performanceReport,
  type ReportInput,
} from '../index.ts';
import { hourMs, sampleReference, sampleSettings, sampleWindow, type Traffic } from '../sampleTraffic.ts';

const clean: Traffic = { rows: 400, features: 2 };
const reference = sampleReference(clean, 10, 1);

/** Four clean windows, then four in which x0 is shifted by half a standard deviation. */
function history(): ReportInput {
  const streams = countStreams([{ settings: sampleSettings, reference }]);
  let state: MonitorState | null = null;
  const windows = Array.from({ length: 8 }, (_, index) => {
    const traffic = index < 4 ? clean : { ...clean, shift: 0.5 };
    const { profile, arrivals } = sampleWindow(reference.shape, traffic, 50 + index);
    const [from, to] = [index * hourMs, (index + 1) * hourMs];
    const step: ReturnType<typeof evaluateWindow> = evaluateWindow({
      settings: sampleSettings,
      budget: budgetSettings.parse({}),
      streams,
      version: '1',
      reference,
      profile,
      arrivals,
      state,
      from,
      to,
    });
    state = step.state;
    return { from, to, profile, findings: step.findings };
  });
  return {
    settings: sampleSettings,
    version: '1',
    from: 0,
    to: 8 * hourMs,
    reference,
    profiles: windows,
    findings: windows,
  };
}

const input = history();

describe('the drift report', () => {
  const report = driftReport(input);

  test('puts the signal with the strongest evidence first, one number a window', () => {
    expect(report.windows).toHaveLength(8);
    expect(report.windows[0]).toMatchObject({ from: 0, to: hourMs, rows: 400 });
    const [first] = report.signals;
    expect(first).toMatchObject({ signal: 'feature:x0', type: 'number', kind: 'feature' });
    expect(first?.evidenceLevel).toHaveLength(8);
    expect(Math.max(...(first?.evidenceLevel.slice(4) ?? []).map((level) => level ?? 0))).toBeGreaterThanOrEqual(1);
    expect(Math.max(...(first?.evidenceLevel.slice(0, 4) ?? []).map((level) => level ?? 0))).toBeLessThan(0.5);
    expect(first?.latest.from).toBe(7 * hourMs);
  });

  test('holds distributions only: errors, groups and broken data have reports of their own', () => {
    expect(report.signals.map(({ signal }) => signal).sort()).toEqual([
      'feature:city',
      'feature:x0',
      'feature:x1',
      'latency',
      'prediction',
      'score',
    ]);
    expect(report.signals.find(({ signal }) => signal === 'feature:city')?.type).toBe('category');
  });

  test('leaves a gap where a window has no finding, and is empty before the first', () => {
    const gap = driftReport({ ...input, findings: input.findings.filter(({ from }) => from !== 2 * hourMs) });
    expect(gap.windows).toHaveLength(8);
    expect(gap.signals[0]?.evidenceLevel[2]).toBeNull();
    expect(driftReport({ ...input, reference: null, profiles: [], findings: [] })).toMatchObject({
      reference: null,
      windows: [],
      signals: [],
    });
  });
});

describe('a distribution', () => {
  test('has the same bins for reference and current, about equal in the reference', () => {
    const drawn = distribution({ ...input, signal: 'feature:x0' });
    expect(drawn.referenceRows).toBe(4_000);
    expect(drawn.currentRows).toBe(3_200);
    const inner = drawn.bins.filter(({ low, high }) => low !== null && high !== null);
    expect(inner.length).toBeGreaterThanOrEqual(18);
    for (const bin of inner) expect(bin.referenceShare).toBeGreaterThan(0.03);
    for (let index = 1; index < inner.length; index++) expect(inner[index]?.low).toBe(inner[index - 1]?.high);
    expect(drawn.bins.find(({ label }) => label === '(missing)')?.referenceShare).toBeCloseTo(0.01, 2);
    const city = distribution({ ...input, signal: 'feature:city' });
    expect(
      city.bins
        .map(({ label }) => label)
        .slice(0, 2)
        .sort(),
    ).toEqual(['Graz', 'Wien']);
  });

  test('names the values of a category that moved, and none where nothing did', () => {
    expect(distribution({ ...input, signal: 'feature:x0' })).not.toHaveProperty('movers');
    expect(distribution({ ...input, signal: 'feature:city' }).movers).toEqual([]);
    const moved = { ...clean, graz: 0.7, unseen: 0.02 };
    const { profile } = sampleWindow(reference.shape, moved, 700);
    const profiles = [{ from: input.from, to: input.to, profile }];
    const found = distribution({ ...input, profiles, signal: 'feature:city' }).movers!;
    expect(Object.fromEntries(found.map(({ value, z }) => [value, z > 0]))).toEqual({
      Atlantis: true,
      Graz: true,
      Wien: false,
    });
    expect(found.find(({ value }) => value === 'Atlantis')).toMatchObject({ referenceShare: 0 });
  });

  test('names the bin of a value that carries much of the reference after it, also when it is zero', () => {
    const late = [{ name: 'late', type: 'number' }] as const;
    const rows = Array.from({ length: 300 }, (_, row) => ({ id: `${row}`, features: { late: row % 3 } }));
    const counted = buildReference([batchOf(rows, late)], [], { task: 'binary_classification', windowMs: hourMs });
    const drawn = distribution({ ...input, reference: counted, profiles: [], signal: 'feature:late' });
    const labels = drawn.bins.filter(({ referenceShare }) => referenceShare > 0).map(({ label }) => label);
    expect(labels).toEqual(['0', '1', '2']);
  });

  test('of a signal that is not there, or before there is a reference, is not found', () => {
    for (const wrong of [
      { ...input, signal: 'feature:nowhere' },
      { ...input, reference: null, signal: 'feature:x0' },
    ]) {
      expect(() => distribution(wrong)).toThrow(
        expect.toSatisfy((error: unknown) => isPlumblineError(error, 'NOT_FOUND')),
      );
    }
  });
});

describe('the performance report', () => {
  test('is over all windows and by window, and final once the outcome delay is over', () => {
    const report = performanceReport({ ...input, watermark: 3 * hourMs + sampleSettings.outcomeDelay });
    expect(report).toMatchObject({ rows: 3_200, labelledRows: 3_200, final: false });
    expect(report.windows.map(({ final }) => final)).toEqual([true, true, true, false, false, false, false, false]);
    const { truePositive = 0, falsePositive = 0, falseNegative = 0, trueNegative = 0 } = report.confusion ?? {};
    expect(truePositive + falsePositive + falseNegative + trueNegative).toBe(3_200);
    expect(report.statistics.accuracy?.value).toBeCloseTo((truePositive + trueNegative) / 3_200, 12);
    expect(report.statistics.errorRate?.value).toBeCloseTo(0.1, 1);
    expect(report.evidence?.alarm).toBe(false);
    expect(performanceReport({ ...input, watermark: Number.MAX_SAFE_INTEGER }).final).toBe(true);
  });

  test('before there is anything says nothing', () => {
    const empty = { ...input, reference: null, profiles: [], findings: [], watermark: 0 };
    expect(performanceReport(empty)).toMatchObject({
      rows: 0,
      labelledRows: 0,
      statistics: {},
      confusion: null,
      evidence: null,
    });
    expect(fairnessReport(empty)).toMatchObject({ favourable: null, attributes: [] });
  });
});

describe('the fairness report', () => {
  test('compares each group with the declared reference group, else with the largest', () => {
    const report = fairnessReport(input);
    expect(report.favourable).toBe('1');
    const [sex] = report.attributes;
    expect(sex).toMatchObject({ attribute: 'sex', referenceGroup: 'male' });
    const female = sex?.groups.find(({ group }) => group === 'female');
    const male = sex?.groups.find(({ group }) => group === 'male');
    expect((female?.rows ?? 0) + (male?.rows ?? 0)).toBe(3_200);
    expect(female).toMatchObject({ labelledShare: 1, suppressed: null, verdict: 'clear' });
    expect(Object.keys(male?.statistics ?? {})).toEqual(['demographicDisparity']);
    expect(female?.statistics.statisticalParityDifference?.value).toBeCloseTo(
      (female?.rates.selectionRate?.value ?? 0) - (male?.rates.selectionRate?.value ?? 0),
      12,
    );
    const undeclared = fairnessReport({ ...input, settings: { ...sampleSettings, groups: [] } });
    expect(undeclared.attributes[0]?.referenceGroup).toBe('male');
    const reversed = { ...sampleSettings, groups: [{ attribute: 'sex', reference: 'female' }] };
    expect(fairnessReport({ ...input, settings: reversed }).attributes[0]?.referenceGroup).toBe('female');
  });

  test('counts windows of another shape as nothing instead of failing', () => {
    const other = sampleReference({ rows: 200, features: 1 }, 2, 9);
    const strange = { from: 0, to: hourMs, profile: other.profile };
    const report = performanceReport({ ...input, profiles: [strange, ...input.profiles], watermark: 0 });
    expect(report.rows).toBe(3_200);
    expect(profileTotals(createProfile(reference.shape)).rows).toBe(0);
  });
});
