import { describe, expect, test } from 'vitest';
import { modelSettings } from '../../config/settings.ts';
import {
  buildReference,
  createProfile,
  foldInferences,
  foldOutcome,
  joinEntryOf,
  type Task,
} from '../../profile/index.ts';
import { batchOf, type SampleRow } from '../../profile/sampleBatch.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import type { Finding } from '../finding.ts';
import { performanceReport } from './performanceReport.ts';

const hour = 3_600_000;

interface LabelledRow extends Omit<SampleRow, 'id'> {
  readonly label: string | null;
}

/** An hour of each of `windows`, and what it is compared with. */
function compared(task: Task, past: readonly LabelledRow[], windows: readonly (readonly LabelledRow[])[]) {
  const batch = (rows: readonly LabelledRow[]) => batchOf(rows.map((row, index) => ({ ...row, id: `${index}` })));
  const outcomes = past.flatMap(({ label }, i) => (label === null ? [] : [{ inferenceId: `${i}`, label }]));
  const reference = buildReference([batch(past)], outcomes, {
    task,
    windowMs: hour,
    ...(task === 'binary_classification' ? { positive: '1' } : {}),
  });
  const profiles = windows.map((rows, i) => {
    const profile = createProfile(reference.shape);
    const current = batch(rows);
    foldInferences(profile, current, Int32Array.from(rows.keys()));
    rows.forEach(({ label }, row) => {
      if (label !== null) foldOutcome(profile, joinEntryOf(current, row), label);
    });
    return { from: i * hour, to: (i + 1) * hour, profile };
  });
  return { reference, profiles };
}

/** One window of these rows, and another one of `open`, against a reference of other ones. */
function reportOf(
  task: Task,
  past: readonly LabelledRow[],
  now: readonly LabelledRow[],
  watermark: number,
  findings: readonly Finding[] = [],
  open: readonly LabelledRow[] = [],
  segments: readonly ReturnType<typeof compared>[] = [],
) {
  return performanceReport({
    settings: modelSettings.parse({ name: 'm', task, outcomeDelay: '1h' }),
    version: '1',
    from: 0,
    to: hour,
    ...compared(task, past, open.length === 0 ? [now] : [now, open]),
    segments,
    findings: [{ from: 0, to: hour, findings }],
    watermark,
  });
}

/** Probabilities that are right, from 0.02 to 0.98; a quarter of the labels is missing. */
function scored(seed: number, rows: number, missing: number): LabelledRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => {
    const score = 0.02 + 0.96 * random();
    const label = random() < score ? '1' : '0';
    return { score, prediction: score >= 0.5 ? '1' : '0', label: random() < missing ? null : label };
  });
}

describe('the performance report', () => {
  const past = scored(1, 2_000, 0);

  test('says how far the errors that scores let expect were from those that labels showed', () => {
    const before = past.map((row) => ({ ...row, time: -hour }));
    const report = (rows: readonly LabelledRow[], watermark = 9 * hour) =>
      reportOf('binary_classification', before, rows, watermark).expectedErrors!;
    expect(reportOf('binary_classification', past, past, 9 * hour).expectedErrors).toBeNull();
    const asEver = report(scored(2, 2_000, 0.5));
    // Of uniform probabilities a quarter of the decisions is wrong; half of these rows have a label.
    expect(asEver.errorRate).toMatchObject({ n: 2_000, value: expect.closeTo(0.25, 1) });
    expect(asEver.difference.low).toBeLessThan(0);
    expect(asEver.difference.high).toBeGreaterThan(0);
    expect(asEver.backTest.n).toBe(1);
    expect(asEver.backTest.value).toBeLessThan(asEver.backTest.high!);

    // Half of the rows are positive whatever they score: scores no longer mean what they did.
    const turned = scored(3, 2_000, 0).map((row, i) => ({ ...row, label: i % 2 === 0 ? '1' : row.label }));
    const wrong = report(turned);
    expect(wrong.errorRate.value).toBeCloseTo(asEver.errorRate.value!, 1);
    expect(wrong.difference.low).toBeGreaterThan(0.05);
    expect(wrong.backTest.value).toBeGreaterThan(wrong.backTest.high!);

    expect(report(turned, 0).backTest).toMatchObject({
      value: null,
      suppressed: 'fewer than 30 labels in final windows',
    });
    expect(report(scored(4, 100, 1)).difference).toMatchObject({ value: null, suppressed: 'no labels' });
  });

  describe('before labels', () => {
    const before = past.map((row) => ({ ...row, time: -hour }));
    /** A window with labels, and one without. */
    const expectedOf = (tested: readonly LabelledRow[], open: readonly LabelledRow[], from = before) => {
      const unlabelled = open.map((row) => ({ ...row, label: null }));
      return reportOf('binary_classification', from, tested, 2 * hour, [], unlabelled);
    };
    /** Fewer rows that are easy to tell: harder cases. */
    const harder = scored(6, 8_000, 0).filter(({ score }, i) => Math.abs((score ?? 0) - 0.5) < 0.25 || i % 3 === 0);

    test('says what they may turn out to be, and which method was off least where they came', () => {
      const { expectedErrors, windows } = expectedOf(scored(5, 4_000, 0), harder);
      const { assumes, rows, chosen, methods, statistics } = expectedErrors!.beforeLabels!;
      expect({ assumes, rows }).toEqual({ assumes: 'no concept drift', rows: harder.length });
      const truth = reportOf('binary_classification', before, harder, 9 * hour).statistics;
      expect(truth.accuracy?.value).toBeLessThan(0.7);
      for (const name of ['accuracy', 'precision', 'recall', 'f1', 'areaUnderCurve']) {
        const { estimate, backTest } = statistics[name]!;
        expect(estimate.low, name).toBeLessThan(truth[name]!.value!);
        expect(estimate.high, name).toBeGreaterThan(truth[name]!.value!);
        expect(estimate.high! - estimate.low!, name).toBeLessThan(0.1);
        expect(backTest, name).toMatchObject({ n: 1, value: expect.closeTo(0, 1) });
        expect(windows[1]!.expected?.[name], name).toEqual(estimate);
      }
      expect(windows[0]!.expected).toBeUndefined();
      const shown = methods.filter(({ errorRate }) => errorRate.value !== null);
      const least = Math.min(...shown.map(({ backTest }) => backTest.value!));
      expect(methods.map(({ method }) => method)).toEqual(['CBPE', 'ATC', 'DoC', 'BBSE', 'M-CBPE']);
      expect(methods.find(({ method }) => method === chosen)?.backTest.value).toBe(least);
      expect(methods[0]!.errorRate.value).toBeCloseTo(1 - statistics.accuracy!.estimate.value!, 12);
      expect(methods[0]!.backTest).toEqual(expectedErrors!.backTest);
      // As many are decided positive as ever: BBSE takes it that nothing changed.
      expect(methods[3]!.errorRate.value).toBeLessThan(methods[0]!.errorRate.value! - 0.05);
    });

    test('hides what was off by more than 0.03 where labels came, and says so', () => {
      const turned = scored(3, 4_000, 0).map((row, i) => ({ ...row, label: i % 2 === 0 ? '1' : row.label }));
      const { chosen, methods, statistics } = expectedOf(turned, harder).expectedErrors!.beforeLabels!;
      expect(chosen).toBeNull();
      for (const { errorRate, backTest } of methods.slice(0, -1)) {
        expect(backTest.value).toBeGreaterThan(0.03);
        expect(errorRate).toMatchObject({
          value: null,
          suppressed: expect.stringMatching(/^off by 0\.\d+ on average/),
        });
      }
      expect(statistics.accuracy?.estimate.suppressed).toContain('more than 0.03');
    });

    test('chooses the method for other shares of classes where these came', () => {
      // Of positives there are four times as many, of each class they are what they were.
      const more = (seed: number) => scored(seed, 12_000, 0).filter(({ label }, i) => label === '1' || i % 4 === 0);
      const uneven = before.map((row, i) => ({
        ...row,
        prediction: (row.score ?? 0) >= 0.7 || i % 97 === 0 ? '1' : '0',
      }));
      const decided = (rows: LabelledRow[]) =>
        rows.map((row, i) => ({ ...row, prediction: (row.score ?? 0) >= 0.7 || i % 97 === 0 ? '1' : '0' }));
      const { chosen, methods } = expectedOf(decided(more(8)), decided(more(9)), uneven).expectedErrors!.beforeLabels!;
      expect(chosen).toBe('BBSE');
      expect(methods[0]!.errorRate.suppressed).toContain('more than 0.03');
    });

    test('knows what a score means in each segment, where their shares change', () => {
      // In the second segment half of the rows are positive whatever they score.
      const parts = (seed: number, shares: readonly [number, number]) => [
        scored(seed, shares[0], 0),
        scored(seed + 1, shares[1], 0).map((row, i) => ({ ...row, label: i % 2 === 0 ? '1' : '0' })),
      ];
      const early = parts(10, [8_000, 2_000]).map((rows) => rows.map((row) => ({ ...row, time: -hour })));
      const [tested, open] = [parts(12, [1_000, 4_000]), parts(14, [500, 4_500])];
      const report = (segments: readonly number[]) =>
        reportOf(
          'binary_classification',
          early.flat(),
          tested.flat(),
          2 * hour,
          [],
          open.flat().map((row) => ({ ...row, label: null })),
          segments.map((one) => compared('binary_classification', early[one]!, [tested[one]!, open[one]!])),
        ).expectedErrors!.beforeLabels!;
      const { chosen, methods } = report([0, 1]);
      const truth = reportOf('binary_classification', early.flat(), open.flat(), 9 * hour).statistics;
      expect(chosen).toBe('M-CBPE');
      expect(Math.abs(methods.at(-1)!.errorRate.value! + truth.accuracy!.value! - 1)).toBeLessThan(0.03);
      expect(methods.at(-1)!.backTest.value).toBeLessThan(0.03);
      expect(methods[0]!.errorRate.suppressed).toContain('more than 0.03');
      // Of rows that are in no segment it knows nothing.
      expect(report([1]).methods.at(-1)!.errorRate.suppressed).toContain('needs declared segments');
    });

    test('says what was not tested, and which method has nothing to say', () => {
      const ranks = (rows: readonly LabelledRow[]) =>
        rows.map((row) => ({ ...row, score: Math.ceil((row.score ?? 0) * 10) }));
      const report = expectedOf(
        ranks(scored(5, 20, 0)),
        ranks(harder),
        before.map((row, i) => ({ ...row, ...ranks(past)[i], time: -hour })),
      );
      const { chosen, methods } = report.expectedErrors!.beforeLabels!;
      expect(chosen).toBeNull();
      expect(methods[2]!.errorRate.suppressed).toBe('scores are no probabilities');
      expect(methods[1]!.errorRate.value).toBeGreaterThan(0.3);
      expect(methods[1]!.backTest).toMatchObject({ value: null, suppressed: 'fewer than 30 labels in final windows' });
    });
  });

  test('of a binary model with probabilities tells of decisions, ranking and calibration', () => {
    const { statistics, calibration } = reportOf('binary_classification', past, scored(2, 5_000, 0), 9 * hour);
    const confusion = statistics.accuracy?.value ?? Number.NaN;
    expect(statistics.balancedAccuracy?.value).toBeCloseTo(confusion, 1);
    expect(statistics.matthewsCorrelation?.value).toBeCloseTo(2 * confusion - 1, 1);
    // Of uniform probabilities p: mean p (1 - p) is 0.5 - 1/3 on [0, 1].
    expect(statistics.brierScore?.value).toBeCloseTo(1 / 6, 1);
    expect(statistics.calibrationSquaredError?.low).toBeLessThan(0);
    expect(statistics.areaUnderCurve?.binError).toBeLessThan(0.01);
    expect(statistics.averagePrecision?.binError).toBeLessThan(0.02);
    expect(calibration?.bins).toHaveLength(15);
    expect(calibration?.slope.low).toBeLessThan(1);
    expect(calibration?.slope.high).toBeGreaterThan(1);
    for (const { observed, low, high } of calibration?.bins ?? []) {
      expect(observed.high).toBeGreaterThan(low);
      expect(observed.low).toBeLessThan(high);
    }
  });

  test('sees probabilities that are too extreme', () => {
    const bent = scored(3, 5_000, 0).map((row) => {
      const odds = (row.score ?? 0.5) / (1 - (row.score ?? 0.5));
      return { ...row, score: odds ** 2 / (1 + odds ** 2) };
    });
    const { statistics, calibration } = reportOf('binary_classification', past, bent, 9 * hour);
    expect(calibration?.slope.value).toBeCloseTo(0.5, 1);
    expect(statistics.calibrationSquaredError?.low).toBeGreaterThan(0);
  });

  test('while labels are missing is provisional and bounds what they can change', () => {
    const rows = scored(4, 1_000, 0.25);
    const early = reportOf('binary_classification', past, rows, hour);
    expect(early).toMatchObject({ final: false, rows: 1_000 });
    expect(early.windows[0]).toMatchObject({ final: false, bounds: early.bounds });
    const { truePositive = 0, falsePositive = 0, falseNegative = 0, trueNegative = 0 } = early.confusion ?? {};
    const right = truePositive + trueNegative;
    expect(right + falsePositive + falseNegative).toBe(early.labelledRows);
    expect(early.bounds?.accuracy?.low).toBeCloseTo(right / 1_000, 12);
    expect(early.bounds?.accuracy?.high).toBeCloseTo((right + 1_000 - early.labelledRows) / 1_000, 12);
    expect(early.bounds?.errorRate?.low).toBeCloseTo((falsePositive + falseNegative) / 1_000, 12);
    const complete = reportOf('binary_classification', past, scored(4, 1_000, 0), 2 * hour);
    expect(complete).toMatchObject({ final: true, bounds: {} });
  });

  test('of scores that are no probabilities says nothing about calibration', () => {
    const deciles = past.map((row) => ({ ...row, score: Math.ceil((row.score ?? 0) * 10) }));
    const { statistics, calibration } = reportOf('binary_classification', deciles, deciles, 9 * hour);
    expect(calibration).toBeNull();
    expect(statistics.brierScore).toBeUndefined();
    expect(statistics.areaUnderCurve?.value).toBeGreaterThan(0.75);
  });

  test('of several classes has means over classes and each class; unnamed classes are mistakes', () => {
    const rows = (pairs: readonly (readonly [string, string, number])[]): LabelledRow[] =>
      pairs.flatMap(([prediction, label, count]) => Array.from({ length: count }, () => ({ prediction, label })));
    const known = rows([
      ['cat', 'cat', 40],
      ['dog', 'dog', 30],
      ['fox', 'fox', 30],
    ]);
    const now = rows([
      ['cat', 'cat', 40],
      ['cat', 'dog', 10],
      ['dog', 'dog', 30],
      ['fox', 'fox', 15],
      ['fox', 'yak', 5],
    ]);
    const { statistics, classes, confusion } = reportOf('multiclass_classification', known, now, 9 * hour);
    expect(confusion).toBeNull();
    expect(statistics.accuracy?.value).toBeCloseTo(0.85, 12);
    expect(statistics.macroPrecision?.value).toBeCloseTo((0.8 + 1 + 0.75) / 3, 12);
    expect(statistics.macroRecall?.value).toBeCloseTo((1 + 0.75 + 1) / 3, 12);
    expect(statistics.matthewsCorrelation?.value).toBeGreaterThan(0.7);
    const cat = classes?.find((each) => each.class === 'cat');
    expect(cat).toMatchObject({ labels: 40, predictions: 50 });
    expect(cat?.f1.value).toBeCloseTo(80 / 90, 12);
    expect(classes?.find((each) => each.class === 'fox')?.precision.value).toBeCloseTo(0.75, 12);
  });

  test('lists what is found about being right, ahead of outcomes too; ratings have a report of their own', () => {
    const found = (signal: string, kind: Finding['kind']): Finding => ({
      model: 'm',
      environment: 'production',
      version: '1',
      reference: null,
      signal,
      kind,
      from: 0,
      to: hour,
      rows: 10,
      statistics: {},
      evidence: null,
      verdict: 'insufficient_data',
      sentence: signal,
    });
    const { findings } = reportOf('binary_classification', past, scored(2, 100, 0), 9 * hour, [
      found('performance:calibration', 'performance'),
      found('performance:expected_error', 'score'),
      found('performance:feedback', 'performance'),
      found('score', 'score'),
    ]);
    expect(findings?.map(({ signal }) => signal)).toEqual(['performance:calibration', 'performance:expected_error']);
  });
});
