import { describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import {
  buildReference,
  createProfile,
  expectedErrors,
  foldOutcome,
  joinEntryOf,
  type Profile,
  type Reference,
  sampledErrorScore,
} from '../profile/index.ts';
import { batchOf, type SampleRow } from '../profile/sampleBatch.ts';
import { profileOf } from '../profile/sampleProfile.ts';
import {
  advance,
  createDetector,
  evidenceOf,
  initialState,
  orient,
  recomputeAlarm,
} from '../statistics/evidence/index.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { streamDetectors } from './detectors/streamDetector.ts';
import { hourMs } from './sampleTraffic.ts';
import { alarms, findingOf, watchWindows } from './watchWindows.ts';

const signal = 'performance:error_rate';
const rate = 0.1;
const labelsOnly = modelSettings.parse({ name: 'credit-risk', positive: '1' });
const sampled = modelSettings.parse({ name: 'credit-risk', positive: '1', labels: { rate } });
const monday = Date.UTC(2026, 0, 5);
const rowsAnHour = 400;

/** Two kinds of predictions, all negative: most score .02 and some .9, and positives are as frequent among them as that says. */
interface World {
  /** Share of those that score .9: .1 in the reference. */
  readonly hard?: number;
  /** By which factor, log-normal with this deviation, an hour has more of them than others. */
  readonly clustered?: number;
  /** Share of positives among all, whatever they score. */
  readonly wrong?: number;
  /** Share of predictions that get a label. */
  readonly labelled?: number;
}

const hardScore = 0.9;
const easyScore = 0.02;

/** An hour of predictions with the labels that come for a random sample of them. */
function hourOf(random: () => number, hour: number, world: World) {
  const { hard = 0.1, clustered = 0, wrong, labelled = rate } = world;
  const ofHour = hard * Math.exp(clustered * normal(random));
  const rows: (SampleRow & { readonly id: string })[] = [];
  const outcomes: { inferenceId: string; label: string }[] = [];
  for (let i = 0; i < rowsAnHour; i++) {
    const id = `${hour}-${i}`;
    const score = random() < ofHour ? hardScore : easyScore;
    const label = random() < (wrong ?? score) ? '1' : '0';
    rows.push({ id, time: monday + hour * hourMs + i, score, prediction: '0' });
    if (random() < labelled) outcomes.push({ inferenceId: id, label });
  }
  return { batch: batchOf(rows), outcomes };
}

function referenceOf(world: World, hours = 60): Reference {
  const random = seededRandom(1);
  const all = Array.from({ length: hours }, (_, hour) => hourOf(random, hour, world));
  return buildReference(
    all.map(({ batch }) => batch),
    all.flatMap(({ outcomes }) => outcomes),
    { task: 'binary_classification', positive: '1', windowMs: hourMs },
  );
}

/** A window with the labels that came for it. */
function judged(reference: Reference, { batch, outcomes }: ReturnType<typeof hourOf>): Profile {
  const profile = profileOf(reference.shape, batch);
  const labels = new Map(outcomes.map(({ inferenceId, label }) => [inferenceId, label]));
  batch.ids.forEach((id, row) => {
    const label = labels.get(id);
    if (label !== undefined) foldOutcome(profile, joinEntryOf(batch, row), label);
  });
  return profile;
}

/** Windows whose outcomes are due, as both ways to watch see them. */
function watch(reference: Reference, world: World, windows: number, seed: number, settings = sampled) {
  const random = seededRandom(seed);
  const hours = Array.from({ length: windows }, (_, window) => {
    const due = judged(reference, hourOf(random, 200 + window, world));
    const [wrong, right] = outcomesOf(reference, due);
    const arrivals = { overall: { labelled: right + wrong, wrong }, groups: {} };
    return { profile: createProfile(reference.shape), arrivals, due, from: monday + (200 + window) * hourMs };
  });
  const { findings } = watchWindows(reference, hours, { settings });
  const found = findings.map((window) => findingOf(window, signal));
  return { found, first: found.findIndex(({ verdict }) => verdict === 'alarm'), alarmed: alarms(findings) };
}

function outcomesOf(reference: Reference, profile: Profile): [wrong: number, right: number] {
  const cells = expectedErrors(reference.profile)!.outcomes(profile);
  const sum = (outcome: number) => cells.reduce((all, count, cell) => all + (cell % 3 === outcome ? count : 0), 0);
  return [sum(2), sum(1)];
}

describe('the score of a sampled error', () => {
  const reference = referenceOf({}, 12);
  const expected = expectedErrors(reference.profile)!;

  it('has the mean of the errors whatever is expected, in its range', () => {
    const score = sampledErrorScore(expected, rate);
    const [low, high] = score.range!;
    for (let level = 0; level < 100; level++) {
      const [unknown = 0, right = 0, wrong = 0] = score.values.slice(3 * level, 3 * level + 3);
      expect(Math.min(unknown, right, wrong)).toBeGreaterThanOrEqual(low);
      expect(Math.max(unknown, right, wrong)).toBeLessThanOrEqual(high);
      for (const chance of [0, 0.3, 1]) {
        expect((1 - rate) * unknown + rate * ((1 - chance) * right + chance * wrong)).toBeCloseTo(chance, 12);
      }
    }
  });

  it('makes no money on average: E[e] is 1 where as many are wrong as may be, by exact enumeration', () => {
    const score = sampledErrorScore(expected, 0.3);
    const upper = 0.2;
    const bounds = { lower: 0, upper, mean: 0.15, standardDeviation: 0.6, n: 1 };
    const detector = createDetector(
      300,
      orient(score, bounds, 1).filter(({ direction }) => direction === 'up'),
    );
    const chances = [0.7, 0.3 * (1 - upper), 0.3 * upper];
    // Three predictions of different scores, of which each may be unlabelled, right or wrong.
    let mean = 0;
    for (let outcome = 0; outcome < 27; outcome++) {
      const each = [outcome % 3, Math.floor(outcome / 3) % 3, Math.floor(outcome / 9)];
      const counts = new Float64Array(300);
      for (const [index, one] of each.entries()) counts[3 * [5, 30, 95][index]! + one]! += 1;
      const { log } = evidenceOf(detector, advance(detector, initialState(detector), counts, 1));
      mean += each.reduce((chance, one) => chance * chances[one]!, 1) * Math.exp(log);
    }
    expect(mean).toBeCloseTo(1, 12);
  });
});

describe('an error rate of which a random sample is known', () => {
  const reference = referenceOf({});

  it('is watched together with scores where a rate is declared, and else as ever', () => {
    const [bySample, byLabels] = [sampled, labelsOnly].map(
      (settings) => streamDetectors(settings, reference).find(({ stream }) => stream.id === signal)!.detector.cells,
    );
    expect([bySample, byLabels]).toEqual([302, 2]);
  });

  it.each([2, 3, 4])('raises no false alarm in 200 clean windows (seed %i)', (seed) => {
    expect(watch(reference, {}, 200, seed).alarmed).toEqual([]);
  });

  it('raises none where what is wrong comes in clusters, and would if predictions were taken for independent', () => {
    const world: World = { clustered: 0.9 };
    const clustered = referenceOf(world);
    expect(watch(clustered, world, 200, 5).alarmed).toEqual([]);
    const independent = { [signal]: { wrong: 1 }, 'performance:sampled_error': { 'wrong, by a sample': 1 } };
    const designEffects = { ...clustered.designEffects, ...independent };
    const blind = { ...clustered, id: `${clustered.id} blind`, designEffects };
    expect(watch(blind, world, 60, 5).first).toBeGreaterThanOrEqual(0);
  });

  it('is seen to rise sooner than by labels alone where scores explain 72 % of it', () => {
    const mean = 0.1 * hardScore + 0.9 * easyScore;
    const explained = (0.1 * 0.9 * (hardScore - easyScore) ** 2) / (mean * (1 - mean));
    expect(explained).toBeCloseTo(0.72, 2);
    const worse: World = { hard: 0.2 };
    const windows = (settings: typeof sampled) =>
      [2, 3, 4].reduce((sum, seed) => {
        const { found, first } = watch(reference, worse, 30, seed, settings);
        return sum + (first < 0 ? found.length : first);
      }, 0);
    expect(windows(sampled)).toBeLessThan(windows(labelsOnly));
  });

  it('says what it rose to, and the alarm can be computed again', () => {
    const { found, first } = watch(reference, { hard: 0.2 }, 20, 2);
    const { sentence, statistics, evidence } = found[first]!;
    expect(sentence).toMatch(
      /^error rate rose: 10 % → 2\d % of 400 predictions \(95 % interval 1\d-[23]\d %\), from \d\d labels and all scores; evidence/,
    );
    expect(statistics.sampledErrorRate!.n).toBe(rowsAnHour);
    expect(statistics.labelledShare!.value).toBeGreaterThan(0.05);
    expect(evidence!.certificate!.observedMean).toBeGreaterThan(evidence!.certificate!.nullBound!);
    expect(evidence!.certificate!.referenceMean).toBeCloseTo(0.108, 1);
    expect(recomputeAlarm(evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
  });

  it('does not rise because scores say so, when labels do not', () => {
    const [wrong, right] = outcomesOf(reference, reference.profile);
    expect(watch(reference, { hard: 0.6, wrong: wrong / (wrong + right) }, 100, 7).first).toBe(-1);
  });

  it('is not betted on where far fewer labels come than a sample would have', () => {
    const { found, first } = watch(reference, { hard: 0.6, labelled: 0.01 }, 40, 8);
    expect(first).toBe(-1);
    expect(found[3]!.sentence).toMatch(
      /^too few labels came to be the random sample that is declared: \d labels? of 400 predictions, not 10 %; evidence/,
    );
  });
});
