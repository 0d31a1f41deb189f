import { describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import { recomputeAlarm } from '../statistics/evidence/index.ts';
import { seededRandom } from '../statistics/simulate.ts';
import { ArrivalCounter, type OutcomeArrivals } from './arrivals.ts';
import type { Finding } from './finding.ts';
import { ratingSums, ratingValue } from './ratings.ts';
import { performanceReport } from './reports/performanceReport.ts';
import { hourMs, sampleReference, sampleWindow } from './sampleTraffic.ts';
import { afterRestart, watchWindows } from './watchWindows.ts';

const reference = sampleReference({ rows: 200 }, 8, 1);

function settingsWith(ratings: readonly string[]) {
  return modelSettings.parse({ name: 'credit-risk', positive: '1', ratings });
}

/** Thumbs, of which `share` point up, and stars from 1 to 5 that follow them. */
function arrivals(share: number, seed: number, times = 1): OutcomeArrivals {
  const random = seededRandom(seed);
  const counter = new ArrivalCounter();
  let isGood = false;
  for (let i = 0; i < 60; i++) {
    if (i % times === 0) isGood = random() < share;
    counter.rate('feedback', isGood ? 'up' : 'down');
    counter.rate('evaluation', isGood ? 4 + Math.round(random()) : 1 + Math.round(2 * random()));
  }
  // As it is stored between commits.
  return JSON.parse(JSON.stringify(counter.take())) as OutcomeArrivals;
}

/** `times`: how many answers in a row a person rates alike. */
function watch(ratings: readonly string[], shares: readonly number[], times = 1): Finding[][] {
  const settings = settingsWith(ratings);
  const windows = shares.map((share, window) => ({
    profile: sampleWindow(reference.shape, { rows: 100 }, window + 1).profile,
    arrivals: arrivals(share, 100 + window, times),
  }));
  const { findings } = watchWindows(reference, windows, { settings, between: afterRestart });
  return findings.map((found) =>
    found.filter(({ signal }) => signal === 'performance:feedback' || signal === 'performance:evaluation'),
  );
}

describe('a rating', () => {
  it('is a number, or a word for good or bad', () => {
    expect(['up', 'GOOD ', 'true', 'thumbs_down', 'no', '4.5', 3, -1].map(ratingValue)).toEqual([
      1, 1, 1, 0, 0, 4.5, 3, -1,
    ]);
    expect(['', 'meh', Number.NaN, Number.POSITIVE_INFINITY, 1e9].map(ratingValue)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('is counted alike in any order and in any number of parts', () => {
    const values = [0.1, 0.2, 5, 100, -3, 0.3, 7_000];
    const count = (of: readonly number[]) => {
      const counter = new ArrivalCounter();
      for (const value of of) counter.rate('evaluation', value);
      return counter.take();
    };
    const merged = new ArrivalCounter();
    merged.addAll(count(values.slice(3)));
    merged.addAll(count(values.slice(0, 3)));
    expect(merged.take()).toEqual(count(values));
    const { n, sum } = ratingSums(count(values).ratings!.evaluation!);
    expect([n, sum]).toEqual([7, 7_102.6]);
    expect(count(values).ratings!.evaluation!.cells.reduce((total, cell) => total + cell, 0)).toBe(7);
  });
});

describe('ratings of a version', () => {
  it('are numbers to read, though nobody asked to be told', () => {
    const [first] = watch([], [0.8]);
    expect(first!.map(({ signal, verdict }) => [signal, verdict])).toEqual([
      ['performance:feedback', 'insufficient_data'],
      ['performance:evaluation', 'insufficient_data'],
    ]);
    expect(first![0]!.statistics.meanRating!.value).toBeGreaterThan(0.6);
    expect(first![0]!.sentence).toMatch(/^feedback: mean 0\.\d+ over 60 ratings$/);
  });

  it('have a mean in every window of the performance report, and none where nobody rated', () => {
    const windows = watch([], [0.8, 0.4]).map((findings, index) => {
      const [from, to] = [index * hourMs, (index + 1) * hourMs];
      return { from, to, findings, profile: sampleWindow(reference.shape, { rows: 100 }, index + 1).profile };
    });
    const silent = { ...windows[1]!, from: 2 * hourMs, to: 3 * hourMs, findings: [] };
    const settings = settingsWith([]);
    const input = { settings, version: '1', from: 0, to: 3 * hourMs, reference, watermark: 0 };
    const all = [...windows, silent];
    const { ratings } = performanceReport({ ...input, profiles: all, findings: all });
    expect(ratings?.map(({ type, latest }) => [type, latest.from])).toEqual([
      ['feedback', hourMs],
      ['evaluation', hourMs],
    ]);
    const [first, second, third] = ratings?.[0]?.means ?? [];
    expect(first).toEqual(windows[0]?.findings[0]?.statistics.meanRating);
    expect(second?.value).toBeLessThan(first?.value ?? 0);
    expect(third).toBeNull();
    expect(performanceReport({ ...input, profiles: [], findings: [] }).ratings).toEqual([]);
  });

  it('of people who rate twenty answers alike raise no alarm by coming together', () => {
    const findings = watch(['feedback'], Array<number>(150).fill(0.6), 20).flat();
    expect(findings.filter(({ evidence }) => evidence !== null).length).toBeGreaterThan(100);
    expect(findings.filter(({ verdict }) => verdict === 'alarm')).toEqual([]);
  });

  it('alarm when they get worse than the first ones were, and not before', () => {
    const shares = [...Array<number>(40).fill(0.8), ...Array<number>(16).fill(0.3)];
    const findings = watch(['feedback', 'evaluation'], shares);
    const alarms = (from: number, to: number) =>
      findings.slice(from, to).flatMap((window) => window.filter(({ verdict }) => verdict === 'alarm'));
    expect(alarms(0, 40)).toEqual([]);
    const worse = alarms(40, 56);
    expect(new Set(worse.map(({ signal }) => signal))).toEqual(
      new Set(['performance:feedback', 'performance:evaluation']),
    );
    expect(worse[0]!.sentence).toMatch(
      /^(feedback|evaluation) got worse: mean [\d.]+ → [\d.]+ over 60 ratings; evidence 1\d\d % /,
    );
    expect(recomputeAlarm(worse[0]!.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
  });
});
