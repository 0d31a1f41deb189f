import { describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import { buildReference, byLabel, createProfile, type JoinEntry, type Reference, type Task } from '../profile/index.ts';
import { batchOf } from '../profile/sampleBatch.ts';
import { recomputeAlarm } from '../statistics/evidence/index.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { ArrivalCounter, effectiveArrivals, type OutcomeArrivals } from './arrivals.ts';
import { streamsOf } from './detectors/streams.ts';
import type { Finding } from './finding.ts';
import { decodeMonitorState, encodeMonitorState, type MonitorState } from './state.ts';
import { watchWindows } from './watchWindows.ts';

const hourMs = 3_600_000;
const monday = Date.UTC(2026, 0, 5);
const rowsAnHour = 250;

/** One labelled prediction, as a store remembers it. */
type Labelled = JoinEntry & { readonly label: string };
type Hour = (random: () => number, hour: number) => Labelled[];

interface Scores {
  /** Log odds that come true, of the log odds that are said. */
  readonly truth?: (said: number) => number;
  /** Mean of what is said. */
  readonly mean?: number;
  /** Every row comes so many times, with the same label. */
  readonly copies?: number;
  /** Log odds that come true are so much higher and lower over the day than those that are said. */
  readonly swing?: number;
}

/** Probabilities that come true as often as they say, but for what is said otherwise. */
function scored({ truth = (said) => said, mean = -0.5, copies = 1, swing = 0 }: Scores): Hour {
  return (random, hour) =>
    Array.from({ length: rowsAnHour / copies }, () => {
      const said = mean + 1.3 * normal(random);
      const label = random() < chance(truth(said) + swing * Math.sin((2 * Math.PI * hour) / 24)) ? 'yes' : 'no';
      const row = { prediction: said > 0 ? 'yes' : 'no', score: chance(said), label };
      return Array.from({ length: copies }, () => entryAt(hour, row));
    }).flat();
}

function chance(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Forecasts of the quantile 0.9 of a normal label, too high by `high` of its standard deviations. */
function forecast(high: number): Hour {
  return (random, hour) =>
    Array.from({ length: rowsAnHour }, () => {
      const centre = 100 + 20 * normal(random);
      return entryAt(hour, {
        prediction: centre + 5 * (1.2816 + high),
        score: null,
        label: String(centre + 5 * normal(random)),
      });
    });
}

function entryAt(hour: number, row: Pick<Labelled, 'prediction' | 'score' | 'label'>): Labelled {
  return { version: '1', role: 'champion', time: monday + hour * hourMs, groups: {}, ...row };
}

function referenceOf(task: Task, of: Hour, hours: number): Reference {
  const random = seededRandom(1);
  const rows = Array.from({ length: hours }, (_, hour) => of(random, hour)).flat();
  const withIds = rows.map(({ time, prediction, score }, row) => ({ id: String(row), time, prediction, score }));
  return buildReference(
    [batchOf(withIds)],
    rows.map(({ label }, row) => ({ inferenceId: String(row), label })),
    { task, windowMs: hourMs, ...(task === 'regression' ? {} : { positive: 'yes' }) },
  );
}

function arrivalsOf(reference: Reference, rows: readonly Labelled[]): OutcomeArrivals {
  const counter = new ArrivalCounter();
  for (const { label, ...entry } of rows) counter.add(reference.shape, { ...entry, label: null }, label);
  // As it is stored between commits.
  return JSON.parse(JSON.stringify(counter.take())) as OutcomeArrivals;
}

const lending = modelSettings.parse({ name: 'lending', positive: 'yes', outcomeDelay: '1h' });
const demand = modelSettings.parse({ name: 'demand', task: 'regression', quantile: 0.9, outcomeDelay: '1h' });

/** Findings of hour after hour in which nothing but labels comes. */
function watch(reference: Reference, of: Hour, hours: number, seed = 2, settings = lending) {
  const random = seededRandom(seed);
  const windows = Array.from({ length: hours }, (_, hour) => ({
    profile: createProfile(reference.shape),
    arrivals: arrivalsOf(reference, of(random, hour)),
    from: monday + hour * hourMs,
  }));
  const between = (state: MonitorState) => decodeMonitorState(encodeMonitorState(state));
  return watchWindows(reference, windows, { settings, between }).findings;
}

const alarmsIn = (findings: readonly (readonly Finding[])[]): Finding[] =>
  findings.flat().filter(({ verdict }) => verdict === 'alarm');

const signalsOf = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ signal }) => signal))].sort();

/** A reference that does not know how its windows vary. */
function withoutDesignEffects(reference: Reference): Reference {
  const designEffects = Object.fromEntries(Object.keys(reference.designEffects).map((signal) => [signal, {}]));
  return { ...reference, id: `${reference.id} blind`, designEffects };
}

const calibrated = referenceOf('binary_classification', scored({}), 40);

describe('scores that come true as often as they did', () => {
  it.each([2, 3, 4])('raise no alarm in 200 windows, seed %i', (seed) => {
    expect(alarmsIn(watch(calibrated, scored({}), 200, seed))).toEqual([]);
  });

  it('raise none when other people come, with higher scores', () => {
    const found = watch(calibrated, scored({ mean: 0.3 }), 100);
    expect(alarmsIn(found).filter(({ signal }) => signal !== 'performance:error_rate')).toEqual([]);
  });

  it.each<[string, Scores, number]>([
    ['come in clusters of ten', { copies: 10 }, 60],
    ['follow the hour of the day', { swing: 0.6 }, 72],
  ])('raise none when they %s, and would if that were not known', (_, scores, hours) => {
    const reference = referenceOf('binary_classification', scored(scores), hours);
    expect(alarmsIn(watch(reference, scored(scores), 200))).toEqual([]);
    expect(signalsOf(alarmsIn(watch(withoutDesignEffects(reference), scored(scores), 60)))).toContain(
      'performance:calibration',
    );
  });

  it('raise none against a small reference, and would if that were taken as the truth', () => {
    const small = withoutDesignEffects(referenceOf('binary_classification', scored({}), 4));
    const strict = { ...lending, tolerance: { ...lending.tolerance, standardDeviations: 0, relativeShare: 0 } };
    expect(alarmsIn(watch(small, scored({}), 200, 5, strict))).toEqual([]);
    const counts = small.profile.counts.map((count) => count * 10_000);
    const claimed = { ...small, id: `${small.id} claimed`, profile: { ...small.profile, counts } };
    expect(alarmsIn(watch(claimed, scored({}), 200, 5, strict)).length).toBeGreaterThan(3);
  });
});

describe('scores that are worth something else than they were', () => {
  it('are seen in the band where they are, though no more predictions are wrong', () => {
    const timid = watch(calibrated, scored({ truth: (said) => 1.8 * said }), 20);
    const [first] = alarmsIn(timid);
    expect(signalsOf(alarmsIn(timid))).toEqual(['performance:calibration']);
    expect(first!.evidence!.leading).toEqual({ score: 'band 2', direction: 'down' });
    expect(first!.sentence).toMatch(
      /^scores between 0\.1\d* and 0\.3\d* come true less often than in the reference: 2\d % → [\d.]+ % of \d\d labelled rows, they say 2\d %; evidence 1\d\d % of the alarm level$/,
    );
    expect(recomputeAlarm(first!.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
    const { nullBound, observedMean, referenceMean } = first!.evidence!.certificate!;
    expect(observedMean).toBeLessThan(nullBound!);
    expect(nullBound).toBeLessThan(referenceMean!);
  });

  it('are seen in all bands together where all are off the same way', () => {
    const low = alarmsIn(watch(calibrated, scored({ truth: (said) => said + 0.9 }), 30));
    const overall = low.find(({ evidence }) => evidence!.leading!.score === 'all scores');
    expect(overall!.sentence).toMatch(/^scores come true more often than in the reference: 4\d % → [56]\d % of 250 /);
    expect(overall!.statistics.calibrationGap!.value).toBeGreaterThan(0.1);
  });

  it('no longer tell positives from negatives, at the same share of positives', () => {
    const found = alarmsIn(watch(calibrated, scored({ truth: (said) => 0.3 * said - 0.4 }), 12));
    const order = found.find(({ signal }) => signal === 'performance:auc')!;
    expect(order.sentence).toMatch(
      /^positives score above negatives less often than in the reference: 7\d % → [56]\d % of 250 labelled rows; evidence 1\d\d % of the alarm level$/,
    );
    expect(order.statistics.areaUnderCurve!.value).toBeLessThan(0.7);
    expect(order.evidence!.certificate!.observedMean).toBeGreaterThan(order.evidence!.certificate!.nullBound!);
    expect(recomputeAlarm(order.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
  });
});

describe('a model of a quantile', () => {
  const promised = referenceOf('regression', forecast(0), 40);
  const exceeding = (findings: readonly (readonly Finding[])[]) =>
    alarmsIn(findings).filter(({ signal }) => signal === 'performance:quantile_exceedance');

  it('raises no alarm in 200 windows as long as it is that quantile', () => {
    expect(alarmsIn(watch(promised, forecast(0), 200, 3, demand))).toEqual([]);
  });

  it.each([
    [-0.6, /^labels lie above the predicted quantile more often than in the reference: 1\d % → 2\d % of 250 /],
    [0.6, /^labels lie above the predicted quantile less often than in the reference: 1\d % → [\d.]+ % of 250 /],
  ])('is seen to be another one, %d standard deviations too high', (high, sentence) => {
    const [first] = exceeding(watch(promised, forecast(high), 30, 3, demand));
    expect(first!.sentence).toMatch(sentence);
    expect(first!.sentence).toContain('labelled rows, 10 % are promised; evidence 1');
    expect(first!.statistics.exceedanceRate).toMatchObject({ n: rowsAnHour });
    expect(recomputeAlarm(first!.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
  });

  it('alarms when it gets worse than it was, not for having been off from the start', () => {
    const off = referenceOf('regression', forecast(-0.6), 40);
    expect(exceeding(watch(off, forecast(-0.6), 100, 3, demand))).toEqual([]);
    expect(exceeding(watch(off, forecast(0), 100, 3, demand))).toEqual([]);
    expect(exceeding(watch(off, forecast(-1.2), 30, 3, demand)).length).toBeGreaterThan(0);
  });

  it('is watched for it only where the quantile is declared', () => {
    const { quantile: _, ...undeclared } = demand;
    const ids = streamsOf(undeclared, promised).map(({ id }) => id);
    expect(ids).not.toContain('performance:quantile_exceedance');
  });
});

describe('labels of one class that come half a day after those of the other, while traffic has its days and nights', () => {
  const swinging = (hour: number) => 1 + 0.6 * Math.sin((2 * Math.PI * hour) / 24);
  const late = (settings: typeof lending) => {
    const random = seededRandom(3);
    const made = Array.from({ length: 100 }, (_, hour) => {
      const rows = scored({})(random, hour);
      return rows.slice(0, Math.round((rows.length * swinging(hour)) / 1.6));
    });
    const windows = made.slice(12).map((rows, index) => {
      const negatives = rows.filter(({ label }) => label === 'no');
      const positives = made[index]!.filter(({ label }) => label === 'yes');
      const arrivals = arrivalsOf(calibrated, [...negatives, ...positives]);
      return { profile: createProfile(calibrated.shape), arrivals, from: monday + (index + 12) * hourMs };
    });
    return signalsOf(alarmsIn(watchWindows(calibrated, windows, { settings }).findings));
  };

  it('raise no alarm unless somebody says that they come alike', () => {
    expect(late({ ...lending, outcomeDelay: 86_400_000 })).toEqual([]);
    expect(late({ ...lending, outcomeDelay: 86_400_000, calibration: 'watched' })).toEqual(['performance:calibration']);
  });
});

describe('what labels say of scores', () => {
  it('is not watched against a reference that was made before it was measured', () => {
    const { 'performance:calibration': _, 'performance:auc': __, ...designEffects } = calibrated.designEffects;
    const old = { ...calibrated, id: `${calibrated.id} old`, designEffects };
    expect(streamsOf(lending, old).map(({ id }) => id)).not.toContain('performance:calibration');
    expect(alarmsIn(watch(old, scored({ truth: (said) => 1.8 * said }), 12))).toEqual([]);
  });

  it('is no verdict where no label came, or only those of one class', () => {
    const of = (rows: Hour) =>
      watch(calibrated, rows, 1)[0]!
        .filter(({ signal }) => /calibration|auc/.test(signal))
        .map((one) => one.verdict);
    expect(of(() => [])).toEqual(['insufficient_data', 'insufficient_data']);
    expect(of((_, hour) => [entryAt(hour, { prediction: 'no', score: 0.2, label: 'no' })])).toEqual([
      'clear',
      'insufficient_data',
    ]);
  });

  it('counts the same in any order, in any number of parts, and by weight', () => {
    const random = seededRandom(6);
    const [one, two] = [3, 4].map((hour) => arrivalsOf(calibrated, scored({})(random, hour)));
    const sum = (...parts: readonly OutcomeArrivals[]): OutcomeArrivals => {
      const counter = new ArrivalCounter();
      for (const part of parts) counter.addAll(part);
      return counter.take();
    };
    const both = sum(one!, two!);
    expect(both).toEqual(sum(two!, one!));
    const total = (counts: readonly number[] = []) => counts.reduce((all, count) => all + count, 0);
    expect(total(both.scored)).toBe(2 * rowsAnHour);
    // The highest score that came may be that of a negative: the last cell is then missing.
    expect(byLabel([1, 2, 3])).toEqual({ negatives: Float64Array.of(1, 3), positives: Float64Array.of(2, 0) });
    expect(total(effectiveArrivals({ ...both, heaviest: 4 }).scored)).toBe(rowsAnHour / 2);
    expect(effectiveArrivals({ ...both, above: 8, heaviest: 4 }).above).toBe(2);
  });
});
