import { describe, expect, it } from 'vitest';
import { type ModelSettings, modelSettings } from '../config/settings.ts';
import {
  allRows,
  buildReference,
  createProfile,
  decodeReference,
  encodeReference,
  foldInferences,
  foldOutcome,
  joinEntryOf,
  type Profile,
} from '../profile/index.ts';
import { batchOf, type SampleRow } from '../profile/sampleBatch.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import type { Finding } from './finding.ts';
import { performanceReport } from './reports/performanceReport.ts';
import { labelledWindow } from './sampleTraffic.ts';
import { watchWindows } from './watchWindows.ts';

const hour = 3_600_000;

interface Sample {
  readonly rows: SampleRow[];
  readonly labels: (string | number)[];
}

/** Predictions of numbers around 100; `noise`: standard deviation of their errors. */
function numbers(noise: number, window: number, seed: number): Sample {
  const random = seededRandom(seed);
  const truth = Array.from({ length: 200 }, () => 100 + 20 * normal(random));
  return {
    labels: truth,
    rows: truth.map((value, i) => ({
      id: `${seed}-${i}`,
      time: window * hour + i,
      prediction: value + noise * normal(random),
    })),
  };
}

/** Ten items, one of them relevant: at the top with probability `skill`, anywhere else otherwise. */
function rankings(skill: number, window: number, seed: number): Sample {
  const random = seededRandom(seed);
  const items = Array.from({ length: 10 }, (_, item) => `item${item}`);
  const relevant = Array.from({ length: 200 }, () => items[random() < skill ? 0 : Math.floor(random() * 10)]!);
  return {
    labels: relevant.map((item, i) => (i % 2 === 0 ? JSON.stringify([item]) : JSON.stringify({ [item]: 1 }))),
    rows: relevant.map((_, i) => ({
      id: `${seed}-${i}`,
      time: window * hour + i,
      prediction: JSON.stringify(items),
    })),
  };
}

function referenceOf(task: ModelSettings['task'], sample: (window: number) => Sample) {
  const windows = Array.from({ length: 12 }, (_, window) => sample(window));
  return buildReference(
    windows.map(({ rows }) => batchOf(rows)),
    windows.flatMap(({ rows, labels }) => rows.map(({ id }, i) => ({ inferenceId: id, label: labels[i]! }))),
    { task, windowMs: hour },
  );
}

function watch(settings: ModelSettings, reference: ReturnType<typeof referenceOf>, samples: readonly Sample[]) {
  const windows = samples.map(({ rows, labels }) => labelledWindow(reference.shape, { batch: batchOf(rows), labels }));
  const { findings } = watchWindows(reference, windows, { settings });
  const { profile } = windows.at(-1)!;
  const report = performanceReport({
    settings,
    reference,
    version: '1',
    from: 0,
    to: hour,
    watermark: 2 * hour,
    findings: [],
    profiles: [{ from: 0, to: hour, profile }],
  });
  return { findings: findings.flat().filter(({ kind }) => kind === 'performance'), report, profile };
}

const alarms = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict === 'alarm');

describe('a model of numbers', () => {
  const settings = modelSettings.parse({ name: 'm', task: 'regression', quantile: 0.9 });
  const reference = referenceOf('regression', (window) => numbers(5, window, 100 + window));

  it('alarms when its errors grow, and not before', () => {
    const clean = Array.from({ length: 60 }, (_, window) => numbers(5, window, 1_000 + window));
    expect(alarms(watch(settings, reference, clean).findings)).toEqual([]);
    const worse = Array.from({ length: 12 }, (_, window) => numbers(8, window, 2_000 + window));
    const [first] = alarms(watch(settings, reference, worse).findings);
    expect(first?.signal).toBe('performance:absolute_error');
    expect(first?.sentence).toMatch(
      /^errors grew: median size [\d.]+ → [\d.]+ over 200 labelled rows; evidence 1\d\d % /,
    );
    const better = Array.from({ length: 30 }, (_, window) => numbers(1, window, 3_000 + window));
    expect(alarms(watch(settings, reference, better).findings)).toEqual([]);
  });

  it('reports errors relative to the labels, and the loss of its quantile, each from sums that can be taken back', () => {
    const sample = numbers(5, 0, 7);
    const { report } = watch(settings, reference, [sample]);
    const errors = sample.rows.map(({ prediction }, i) => Number(prediction) - Number(sample.labels[i]));
    const sum = (of: (i: number) => number) => errors.reduce((total, _, i) => total + of(i), 0);
    const label = (i: number) => Number(sample.labels[i]);
    const { statistics } = report;
    expect(statistics.weightedAbsolutePercentageError?.value).toBeCloseTo(
      sum((i) => Math.abs(errors[i]!)) / sum(label),
      6,
    );
    expect(statistics.meanAbsolutePercentageError?.value).toBeCloseTo(
      sum((i) => Math.abs(errors[i]! / label(i))) / 200,
      6,
    );
    expect(statistics.rootMeanSquaredError?.value).toBeCloseTo(Math.sqrt(sum((i) => errors[i]! ** 2) / 200), 6);
    expect(statistics.rootMeanSquaredError?.low).toBeLessThan(5);
    expect(statistics.rootMeanSquaredError?.high).toBeGreaterThan(5);
    expect(statistics.pinballLoss?.value).toBeCloseTo(
      sum((i) => Math.max(-0.9 * errors[i]!, 0.1 * errors[i]!)) / 200,
      6,
    );
  });

  it('forgets a label that is corrected without a trace', () => {
    const { rows, labels } = numbers(5, 0, 9);
    const batch = batchOf(rows);
    const folded = (wrongFirst: boolean): Profile => {
      const profile = createProfile(reference.shape);
      foldInferences(profile, batch, allRows(batch));
      labels.forEach((label, row) => {
        const joined = joinEntryOf(batch, row);
        if (wrongFirst) foldOutcome(profile, joined, 1e9);
        foldOutcome(profile, wrongFirst ? { ...joined, label: 1e9 } : joined, label);
      });
      return profile;
    };
    expect(folded(true)).toEqual(folded(false));
  });
});

describe('a model that ranks', () => {
  const settings = modelSettings.parse({ name: 'm', task: 'ranking' });
  const reference = referenceOf('ranking', (window) => rankings(0.6, window, 100 + window));

  it('reports the measures of its rankings from the outcomes of single events', () => {
    const shown = JSON.stringify(['a', 'b', 'c', 'd']);
    const rows = [
      { id: '0', prediction: shown },
      { id: '1', prediction: shown },
      { id: '2', prediction: 'not shown here' },
      { id: '3', prediction: shown },
    ];
    const labels = ['{"b": 2, "d": 1, "x": 1}', '["a"]', '[0, 0, 1, 0]', 'unreadable'];
    const { report } = watch(settings, reference, [{ rows, labels }]);
    const { statistics, labelledRows } = report;
    const first = {
      gain: (2 / Math.log2(3) + 1 / Math.log2(5)) / (2 + 1 / Math.log2(3) + 1 / 2),
      averagePrecision: (1 / 2 + 2 / 4) / 3,
    };
    expect(labelledRows).toBe(3);
    expect(statistics.normalisedDiscountedGain).toMatchObject({ n: 3 });
    expect(statistics.normalisedDiscountedGain?.value).toBeCloseTo((first.gain + 1 + 1 / 2) / 3, 7);
    expect(statistics.reciprocalRank?.value).toBeCloseTo((1 / 2 + 1 + 1 / 3) / 3, 7);
    expect(statistics.averagePrecision?.value).toBeCloseTo((first.averagePrecision + 1 + 1 / 3) / 3, 7);
    expect(statistics.precisionAt10?.value).toBeCloseTo((0.2 + 0.1 + 0.1) / 3, 7);
    expect(statistics.recallAt10?.value).toBeCloseTo((2 / 3 + 1 + 1) / 3, 7);
  });

  it('alarms when rankings get worse, and not before', () => {
    const clean = Array.from({ length: 60 }, (_, window) => rankings(0.6, window, 1_000 + window));
    expect(alarms(watch(settings, reference, clean).findings)).toEqual([]);
    const worse = Array.from({ length: 12 }, (_, window) => rankings(0.3, window, 2_000 + window));
    const [first] = alarms(watch(settings, reference, worse).findings);
    expect(first?.signal).toBe('performance:ranking_quality');
    expect(first?.sentence).toMatch(
      /^rankings got worse: normalised discounted gain 0\.\d+ → 0\.\d+ over 200 rankings; /,
    );
  });

  it('has a reference that can be written and read', () => {
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });
});
