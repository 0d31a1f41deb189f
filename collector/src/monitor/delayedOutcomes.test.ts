import { describe, expect, it } from 'vitest';
import { budgetSettings, modelSettings } from '../config/settings.ts';
import { allRows, createProfile, foldInferences, foldOutcome, joinEntryOf } from '../profile/index.ts';
import { ArrivalCounter } from './arrivals.ts';
import { countStreams } from './budget.ts';
import { evaluateWindow } from './evaluateWindow.ts';
import { fairnessReport } from './reports/fairnessReport.ts';
import { performanceReport } from './reports/performanceReport.ts';
import { hourMs, sampleReference, sampleTraffic } from './sampleTraffic.ts';
import type { MonitorState } from './state.ts';

const settings = modelSettings.parse({
  name: 'credit-risk',
  positive: '1',
  outcomeDelay: '2h',
  groups: [{ attribute: 'sex', reference: 'male' }],
});
const reference = sampleReference({ rows: 400 }, 12, 1);

/** Three windows; the labels of each come in the one after it, those of the last have not come. */
function reports(watermark: number) {
  let state: MonitorState | null = null;
  const traffic = [0, 1, 2].map((window) =>
    sampleTraffic(
      { rows: 300, errors: window === 0 ? { female: 0.4, male: 0.4 } : { female: 0.1, male: 0.1 } },
      50 + window,
      window * hourMs,
    ),
  );
  const profiles = traffic.map(({ batch }) => {
    const profile = createProfile(reference.shape);
    foldInferences(profile, batch, allRows(batch));
    return profile;
  });
  const windows = traffic.map((_, window) => {
    const counter = new ArrivalCounter();
    const before = traffic[window - 1];
    before?.labels.forEach((label, row) => {
      const joined = joinEntryOf(before.batch, row);
      counter.add(reference.shape, joined, label);
      foldOutcome(profiles[window - 1]!, joined, label);
    });
    const [from, to] = [window * hourMs, (window + 1) * hourMs];
    const evaluation = evaluateWindow({
      settings,
      reference,
      state,
      from,
      to,
      version: '1',
      budget: budgetSettings.parse({}),
      streams: countStreams([{ settings, reference }]),
      profile: profiles[window]!,
      arrivals: counter.take(),
    });
    state = evaluation.state;
    return { from, to, profile: profiles[window]!, findings: evaluation.findings };
  });
  const input = {
    settings,
    reference,
    version: '1',
    from: 0,
    to: 3 * hourMs,
    profiles: windows,
    findings: windows,
    watermark,
  };
  return { performance: performanceReport(input), fairness: fairnessReport(input) };
}

describe('outcomes that come later', () => {
  it('count in the window of their prediction, and beside it in the window in which they came', () => {
    const { windows } = reports(3 * hourMs).performance;
    expect(windows.map(({ labelledRows }) => labelledRows)).toEqual([300, 300, 0]);
    expect(windows[0]!.statistics.errorRate!.value).toBeGreaterThan(0.3);
    expect(windows.map(({ arrived }) => arrived?.n)).toEqual([0, 300, 300]);
    expect(windows[0]!.arrived).toMatchObject({ value: null, suppressed: 'no labels' });
    expect(windows[1]!.arrived!.value).toBe(windows[0]!.statistics.errorRate!.value);
    expect(windows[2]!.arrived!.value).toBe(windows[1]!.statistics.errorRate!.value);
  });

  it('leave windows provisional, with bounds, until the delay has passed', () => {
    const early = reports(3.5 * hourMs);
    expect(early.performance.windows.map(({ final }) => final)).toEqual([true, false, false]);
    expect(early.performance.windows[2]!.bounds!.accuracy).toEqual({ low: 0, high: 1 });
    expect([early.performance.final, early.fairness.final]).toEqual([false, false]);
    const late = reports(5 * hourMs);
    expect([late.performance.final, late.fairness.final]).toEqual([true, true]);
  });

  it('are told by group: how many of each are labelled, and where rates may still go', () => {
    for (const { labelledShare, bounds } of reports(3 * hourMs).fairness.attributes[0]!.groups) {
      expect(labelledShare).toBeGreaterThan(0.5);
      expect(labelledShare).toBeLessThan(0.8);
      expect(bounds!.accuracy!.high - bounds!.accuracy!.low).toBeCloseTo(1 - labelledShare!, 9);
    }
  });
});
