import { describe, expect, it } from 'vitest';
import { type ModelSettings, modelSettings } from '../config/settings.ts';
import * as api from '../http/api.ts';
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
  type Reference,
} from '../profile/index.ts';
import { batchOf, type SampleRow } from '../profile/sampleBatch.ts';
import { poorCells } from '../profile/signals/ratedGroups.ts';
import { recomputeAlarm } from '../statistics/evidence/index.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { ArrivalCounter, type OutcomeArrivals } from './arrivals.ts';
import type { Finding } from './finding.ts';
import { fairnessReport } from './reports/fairnessReport.ts';
import { watchWindows } from './watchWindows.ts';

const hour = 3_600_000;

interface Sample {
  readonly rows: SampleRow[];
  readonly labels: (string | number)[];
}

const sexOf = (row: number): 'female' | 'male' => (row % 5 < 2 ? 'female' : 'male');

/** Predictions of numbers around 100; `noise` and `bias`: standard deviation and mean of the errors, by group. */
function numbers(noise: Record<'female' | 'male', number>, window: number, seed: number, bias = 0): Sample {
  const random = seededRandom(seed);
  const truth = Array.from({ length: 200 }, () => 100 + 20 * normal(random));
  return {
    labels: truth,
    rows: truth.map((value, i) => ({
      id: `${seed}-${i}`,
      time: window * hour + i,
      prediction: value + bias + noise[sexOf(i)] * normal(random),
      groups: { sex: sexOf(i) },
    })),
  };
}

/** Ten items, one of them relevant: at the top with the group's probability, anywhere else otherwise. */
function rankings(skill: Record<'female' | 'male', number>, window: number, seed: number): Sample {
  const random = seededRandom(seed);
  const items = Array.from({ length: 10 }, (_, item) => `item${item}`);
  const rows = Array.from({ length: 200 }, (_, i) => ({
    id: `${seed}-${i}`,
    time: window * hour + i,
    prediction: JSON.stringify(items),
    groups: { sex: sexOf(i) },
  }));
  const relevant = rows.map((_, i) => items[random() < skill[sexOf(i)] ? 0 : Math.floor(random() * 10)]!);
  return { rows, labels: relevant.map((item) => JSON.stringify([item])) };
}

function referenceOf(task: ModelSettings['task'], sample: (window: number) => Sample, count = 20): Reference {
  const windows = Array.from({ length: count }, (_, window) => sample(window));
  return buildReference(
    windows.map(({ rows }) => batchOf(rows)),
    windows.flatMap(({ rows, labels }) => rows.map(({ id }, i) => ({ inferenceId: id, label: labels[i]! }))),
    { task, windowMs: hour, groups: [{ attribute: 'sex' }] },
  );
}

/** A window with its labels, each after a wrong one that it corrects where `corrected`. */
function folded(reference: Reference, { rows, labels }: Sample, corrected = false) {
  const profile = createProfile(reference.shape);
  const batch = batchOf(rows);
  foldInferences(profile, batch, allRows(batch));
  const counter = new ArrivalCounter();
  labels.forEach((label, row) => {
    const joined = joinEntryOf(batch, row);
    counter.add(reference.shape, joined, label);
    const wrong = typeof label === 'number' ? 1e9 : '[0, 0, 0, 1]';
    if (corrected) foldOutcome(profile, joined, wrong);
    foldOutcome(profile, corrected ? { ...joined, label: wrong } : joined, label);
  });
  // As collectors store and exchange them: in two parts.
  const arrivals = JSON.parse(JSON.stringify(counter.take())) as OutcomeArrivals;
  counter.addAll(arrivals);
  return { profile, arrivals: counter.take() };
}

function watch(settings: ModelSettings, reference: Reference, samples: readonly Sample[]): Finding[] {
  const windows = samples.map((sample) => folded(reference, sample));
  const { findings } = watchWindows(reference, windows, { settings });
  return findings.flat().filter(({ kind }) => kind === 'fairness');
}

function reported(settings: ModelSettings, reference: Reference, profile: Profile) {
  const profiles = [{ from: 0, to: hour, profile }];
  const report = fairnessReport({ settings, reference, version: '1', from: 0, to: hour, findings: [], profiles });
  expect(api.fairnessReport.safeParse(report).error).toBeUndefined();
  return report.attributes[0]!;
}

const alarms = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict === 'alarm');
const many = (count: number, sample: (window: number) => Sample) => Array.from({ length: count }, (_, i) => sample(i));
const settingsOf = (task: ModelSettings['task']) =>
  modelSettings.parse({ name: 'm', task, groups: [{ attribute: 'sex', reference: 'male' }] });

describe('groups of a model of numbers', () => {
  const settings = settingsOf('regression');
  const same = { female: 5, male: 5 };
  const reference = referenceOf('regression', (window) => numbers(same, window, 100 + window));

  it('have mean errors with intervals, and gaps to the reference group', () => {
    const sample = numbers({ female: 8, male: 4 }, 0, 7, 2);
    const { referenceGroup, groups } = reported(settings, reference, folded(reference, sample).profile);
    const errorsOf = (sex: string) =>
      sample.rows.flatMap(({ prediction }, i) =>
        sexOf(i) === sex ? [Number(prediction) - Number(sample.labels[i])] : [],
      );
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const female = groups.find(({ group }) => group === 'female')!;
    const [own, base] = [errorsOf('female'), errorsOf('male')];
    expect({ referenceGroup, rows: female.rows }).toEqual({ referenceGroup: 'male', rows: 80 });
    expect(female.rates.meanError?.value).toBeCloseTo(mean(own), 6);
    expect(female.rates.meanAbsoluteError?.value).toBeCloseTo(mean(own.map(Math.abs)), 6);
    const { meanErrorDifference, meanAbsoluteErrorDifference, meanAbsoluteErrorRatio } = female.statistics;
    expect(meanErrorDifference?.value).toBeCloseTo(mean(own) - mean(base), 6);
    expect(meanAbsoluteErrorDifference?.value).toBeCloseTo(mean(own.map(Math.abs)) - mean(base.map(Math.abs)), 6);
    expect(meanAbsoluteErrorRatio?.value).toBeCloseTo(mean(own.map(Math.abs)) / mean(base.map(Math.abs)), 6);
    expect(meanAbsoluteErrorRatio?.low).toBeGreaterThan(1);
    expect(meanErrorDifference?.low).toBeLessThan(0);
    expect(groups.find(({ group }) => group === 'male')?.statistics).toEqual({});
  });

  it('are watched: large errors of one group alone alarm, of both or of none do not', () => {
    const worse = watch(
      settings,
      reference,
      many(12, (i) => numbers({ female: 20, male: 5 }, i, 2_000 + i)),
    );
    const [first] = alarms(worse);
    expect(first?.signal).toBe('fairness_gap:sex=female');
    expect(recomputeAlarm(first!.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
    const { observedMean, observedEvents, nullBound } = first!.evidence!.certificate!;
    expect(observedEvents).toBe(80);
    expect(observedMean).toBeGreaterThan(nullBound!);
    expect(first?.sentence).toMatch(
      /^errors for sex=female are large more often than for male: mean absolute error \d+(\.\d+)? against [34](\.\d+)? over 80 labelled rows; evidence 1\d\d % of the alarm level$/,
    );
    expect(first?.statistics.runningLargeErrorDifference?.low).toBeGreaterThan(0);
    expect(
      alarms(
        watch(
          settings,
          reference,
          many(40, (i) => numbers(same, i, 3_000 + i)),
        ),
      ),
    ).toEqual([]);
    const both = { female: 9, male: 9 };
    expect(
      alarms(
        watch(
          settings,
          reference,
          many(20, (i) => numbers(both, i, 4_000 + i)),
        ),
      ),
    ).toEqual([]);
  });

  it('of a few people are hidden, and so is what would give them away', () => {
    const { rows, labels } = numbers(same, 0, 8);
    const few = { labels, rows: rows.map((row, i) => ({ ...row, groups: { sex: i < 12 ? 'female' : 'male' } })) };
    const { groups } = reported(settings, reference, folded(reference, few).profile);
    const [female, male] = ['female', 'male'].map((sex) => groups.find(({ group }) => group === sex)!);
    expect(female).toMatchObject({ rows: null, suppressed: 'n<30' });
    for (const estimates of [female!.rates, female!.statistics, male!.rates]) {
      for (const { value, n, suppressed } of Object.values(estimates)) {
        expect({ value, n, why: typeof suppressed }).toEqual({ value: null, n: 0, why: 'string' });
      }
    }
  });

  it('forget a label that is corrected without a trace', () => {
    const sample = numbers(same, 0, 9);
    expect(folded(reference, sample, true).profile).toEqual(folded(reference, sample).profile);
  });

  it('that the reference knows too few outcomes of are named, not left out', () => {
    const unlabelled = buildReference([batchOf(numbers(same, 0, 1).rows), batchOf(numbers(same, 1, 2).rows)], [], {
      task: 'regression',
      windowMs: hour,
      groups: [{ attribute: 'sex' }],
    });
    expect(watch(settings, unlabelled, [numbers(same, 0, 3)])).toMatchObject([
      {
        signal: 'fairness_gap:sex=female',
        verdict: 'insufficient_data',
        sentence: 'the reference has too few outcomes to compare sex=female with male',
      },
    ]);
  });

  it('have a reference that can be written and read', () => {
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });
});

describe('groups whose errors follow the hour in opposite ways, so that errors of all do not', () => {
  // Two of five are women.
  const swing = (window: number) => Math.sin((2 * Math.PI * window) / 24);
  const ofTask = {
    regression: (window: number) => {
      const noise = { female: 5 * 2 ** (1.2 * swing(window)), male: 5 * 2 ** (-0.8 * swing(window)) };
      return numbers(noise, window, 5_000 + window);
    },
    ranking: (window: number) => {
      const skill = { female: 0.6 - 0.36 * swing(window), male: 0.6 + 0.24 * swing(window) };
      return rankings(skill, window, 5_000 + window);
    },
  };

  it.each(['regression', 'ranking'] as const)('raise no alarm of their gap, as %s shows', (task) => {
    const settings = settingsOf(task);
    const reference = referenceOf(task, ofTask[task], 96);
    const next = many(48, (i) => ofTask[task](96 + i));
    expect(alarms(watch(settings, reference, next))).toEqual([]);
    const designEffects = Object.fromEntries(
      Object.entries(reference.designEffects).filter(([signal]) => !signal.startsWith('fairness_rates:')),
    );
    const blind = { ...reference, id: `${reference.id} blind`, designEffects };
    expect(alarms(watch(settings, blind, next)).map(({ signal }) => signal)).toContain('fairness_gap:sex=female');
  });
});

describe('groups of a model that ranks', () => {
  const settings = settingsOf('ranking');
  const reference = referenceOf('ranking', (window) => rankings({ female: 0.6, male: 0.6 }, window, 100 + window));

  it('have a mean gain, and are watched for rankings that are poor for one of them', () => {
    const sample = rankings({ female: 0.2, male: 0.6 }, 0, 7);
    const { profile } = folded(reference, sample);
    const female = reported(settings, reference, profile).groups.find(({ group }) => group === 'female')!;
    const gains = sample.labels.flatMap((label, i) =>
      sexOf(i) === 'female' ? [1 / Math.log2(2 + Number(/\d+/.exec(String(label))![0]))] : [],
    );
    const expected = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    expect(female.rates.normalisedDiscountedGain?.value).toBeCloseTo(expected, 6);
    expect(female.statistics.normalisedDiscountedGainDifference?.high).toBeLessThan(0);
    expect(female.statistics.normalisedDiscountedGainRatio?.high).toBeLessThan(1);

    const worse = watch(
      settings,
      reference,
      many(12, (i) => rankings({ female: 0.1, male: 0.6 }, i, 2_000 + i)),
    );
    expect(alarms(worse)[0]?.sentence).toMatch(
      /^rankings for sex=female are poor more often than for male: normalised discounted gain 0\.\d+ against 0\.\d+ over 80 labelled rows; /,
    );
    const clean = watch(
      settings,
      reference,
      many(40, (i) => rankings({ female: 0.6, male: 0.6 }, i, 3_000 + i)),
    );
    expect(alarms(clean)).toEqual([]);
    expect(folded(reference, sample, true).profile).toEqual(profile);
  });

  it('take for poor the worst quarter of the reference, as near as whole cells come', () => {
    const poor = (counts: readonly number[], worse: 'up' | 'down') => {
      const isPoor = poorCells(Float64Array.from(counts), worse);
      return counts.map((_, cell) => isPoor(cell));
    };
    expect(poor([10, 10, 10, 10], 'up')).toEqual([false, false, false, true]);
    expect(poor([10, 10, 10, 10], 'down')).toEqual([true, false, false, false]);
    expect(poor([60, 20, 15, 5], 'up')).toEqual([false, false, true, true]);
    expect(poor([5, 0, 0, 95], 'up')).toEqual([false, false, false, true]);
  });
});
