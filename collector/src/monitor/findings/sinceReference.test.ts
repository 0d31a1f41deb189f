import { describe, expect, it } from 'vitest';
import type { Estimate, Finding } from '../finding.ts';
import { sampleReference, type Traffic } from '../sampleTraffic.ts';
import { initialMonitorState } from '../state.ts';
import { afterRestart, watchTraffic } from '../watchWindows.ts';

const parted: Traffic = { rows: 600, approved: { female: 0.35, male: 0.5 }, errors: { female: 0.15, male: 0.1 } };
const reference = sampleReference(parted, 12, 3);

/** Findings window by window; the state goes through its stored form, as after restarts. */
function watch(traffic: Traffic, windows: number): readonly (readonly Finding[])[] {
  return watchTraffic(reference, traffic, windows, 7_000, { between: afterRestart }).findings;
}

function running(findings: readonly Finding[], signal: string, statistic: string): Estimate | undefined {
  return findings.find((finding) => finding.signal === signal)?.statistics[statistic];
}

describe('running estimates since the reference', () => {
  const found = watch(parted, 20);
  const widthOf = ({ low, high }: Estimate): number => high! - low!;

  it.each([
    // 40 % of people are women.
    ['performance:error_rate', 'runningErrorRate', 0.12, 12_000],
    ['fairness_gap:sex=female', 'runningStatisticalParityDifference', -0.15, null],
    ['fairness_gap:sex=female', 'runningErrorRateDifference', 0.05, null],
    // Predicted favourable of those who deserve it: .35 x .85 of .35 x .85 + .65 x .15, .45 of .5.
    ['fairness_gap:sex=female', 'runningEqualOpportunityDifference', 0.2975 / 0.395 - 0.9, null],
  ])('%s %s: hold the truth in every window and get closer to it', (signal, statistic, truth, labels) => {
    const estimates = found.flatMap((findings) => running(findings, signal, statistic) ?? []);
    expect(estimates.length).toBeGreaterThan(15);
    for (const { low, high, value } of estimates) {
      expect(low).toBeLessThanOrEqual(truth);
      expect(high).toBeGreaterThanOrEqual(truth);
      expect(low).toBeLessThanOrEqual(value!);
      expect(high).toBeGreaterThanOrEqual(value!);
    }
    const last = estimates.at(-1)!;
    expect(widthOf(last)).toBeLessThan(widthOf(estimates[0]!) / 1.5);
    if (labels !== null) expect(last.n).toBe(labels);
  });

  it('start again with another reference', () => {
    const other = sampleReference(parted, 12, 4);
    const state = { ...initialMonitorState(reference), counted: new Map([['performance:error_rate', [1e6, 1e6]]]) };
    const [first = []] = watchTraffic(other, parted, 1, 1, { state }).findings;
    expect(running(first, 'performance:error_rate', 'runningErrorRate')?.n).toBe(600);
  });

  it('take nothing in, and say nothing, while a group is too small to be told of', () => {
    const few = watch({ ...parted, rows: 12 }, 3);
    for (const findings of few) {
      for (const statistic of ['runningStatisticalParityDifference', 'runningErrorRateDifference']) {
        expect(running(findings, 'fairness_gap:sex=female', statistic)).toBeUndefined();
      }
    }
  });
});
