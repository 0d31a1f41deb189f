import { describe, expect, it } from 'vitest';
import { modelSettings } from '../../config/settings.ts';
import { buildReference, createProfile, joinEntryOf, type Reference } from '../../profile/index.ts';
import { batchOf } from '../../profile/sampleBatch.ts';
import { recomputeAlarm } from '../../statistics/evidence/index.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import { ArrivalCounter, effectiveArrivals, type OutcomeArrivals } from '../arrivals.ts';
import type { Finding } from '../finding.ts';
import { findingOf, watchWindows } from '../watchWindows.ts';
import { errorRateDetector } from './errorRateDetector.ts';

const hourMs = 3_600_000;
const monday = Date.UTC(2026, 0, 5);
const settings = modelSettings.parse({ name: 'lending', positive: 'yes' });
const labelsAnHour = 150;

/** Predictions of one hour with their labels; more are wrong by day than by night. */
function hourOf(random: () => number, hour: number, swing: number, more = 0, count = labelsAnHour) {
  const rate = 0.12 + swing * Math.sin((2 * Math.PI * hour) / 24) + more;
  const rows = Array.from({ length: count }, (_, i) => ({
    id: `${hour}-${i}`,
    time: monday + hour * hourMs + i,
    prediction: i % 2 === 0 ? 'yes' : 'no',
  }));
  const batch = batchOf(rows);
  const labels = rows.map(({ prediction }) => (random() < rate === (prediction === 'yes') ? 'no' : 'yes'));
  return { batch, labels };
}

function referenceOf(swing: number, count = labelsAnHour): Reference {
  const random = seededRandom(3);
  const hours = Array.from({ length: 336 }, (_, hour) => hourOf(random, hour, swing, 0, count));
  return buildReference(
    hours.map(({ batch }) => batch),
    hours.flatMap(({ batch, labels }) => batch.ids.map((inferenceId, row) => ({ inferenceId, label: labels[row]! }))),
    { task: 'binary_classification', positive: 'yes', windowMs: hourMs },
  );
}

function arrivalsOf(reference: Reference, hour: ReturnType<typeof hourOf>): OutcomeArrivals {
  const counter = new ArrivalCounter();
  for (const [row, label] of hour.labels.entries()) {
    counter.add(reference.shape, joinEntryOf(hour.batch, row), label);
  }
  // As it is stored between commits.
  return JSON.parse(JSON.stringify(counter.take())) as OutcomeArrivals;
}

/** Labels of hour after hour, each arriving `delay` hours after its prediction. */
function watch(reference: Reference, swing: number, more: number, hours: number, delay = 31): Finding[] {
  const random = seededRandom(4);
  const windows = Array.from({ length: hours }, (_, index) => ({
    profile: createProfile(reference.shape),
    arrivals: arrivalsOf(reference, hourOf(random, 336 + index, swing, more)),
    from: monday + (336 + index + delay) * hourMs,
  }));
  const { findings } = watchWindows(reference, windows, { settings });
  return findings.map((found) => findingOf(found, 'performance:error_rate'));
}

const [seasonal, steady] = [referenceOf(0.08), referenceOf(0)];
const isAlarm = ({ verdict }: Finding): boolean => verdict === 'alarm';

describe('an error rate that follows the hour', () => {
  it('raises no alarm, whenever labels come', () => {
    expect(watch(seasonal, 0.08, 0, 120).filter(isAlarm)).toEqual([]);
  });

  it('is seen to rise by comparing each label with its own hour; as noise the hours would hide it', () => {
    const found = watch(seasonal, 0.08, 0.12, 24);
    const first = found.findIndex(isAlarm);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(14);
    const blind = { ...seasonal, id: `${seasonal.id} blind`, seasons: null };
    expect(watch(blind, 0.08, 0.12, 24).filter(isAlarm)).toEqual([]);
    expect(recomputeAlarm(found[first]!.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
    // Each hour has a bound of its own.
    expect(found[first]!.evidence!.certificate).toMatchObject({ observedEvents: labelsAnHour, nullBound: null });
    expect(found[first]!.statistics.runningErrorRate!.n).toBe((first + 1) * labelsAnHour);
  });

  it('is compared over all hours where these hardly differ', () => {
    const found = watch(steady, 0, 0.12, 12);
    const { observedMean, nullBound, referenceMean } = found.find(isAlarm)!.evidence!.certificate!;
    expect(observedMean).toBeGreaterThan(nullBound!);
    expect(nullBound).toBeGreaterThan(referenceMean!);
    expect(steady.seasons?.signals['performance:error_rate']).toBeUndefined();
  });

  it('is compared by the hour from the number of labels on at which that sees a doubled rate sooner', () => {
    const stream = { id: 'performance:error_rate', class: 'risk', kind: 'performance' } as const;
    const isByHour = (labels: number) => {
      const reference = referenceOf(0.08, labels);
      expect(reference.seasons?.signals['performance:error_rate']).toHaveLength(48);
      return errorRateDetector(settings, reference, stream, 8).detector.cells > 2;
    };
    expect([20, 50].map(isByHour)).toEqual([false, true]);
  });
});

describe('groups whose errors follow the hour in opposite ways, so that errors of all do not', () => {
  const lending = modelSettings.parse({
    name: 'lending',
    positive: 'yes',
    groups: [{ attribute: 'sex', reference: 'm' }],
  });
  const hourOfBoth = (random: () => number, hour: number) => {
    const swing = 0.15 * Math.sin((2 * Math.PI * hour) / 24);
    const rows = Array.from({ length: labelsAnHour }, (_, i) => ({
      id: `${hour}-${i}`,
      time: monday + hour * hourMs + i,
      prediction: i % 4 < 2 ? 'yes' : 'no',
      groups: { sex: i % 2 === 0 ? 'f' : 'm' },
    }));
    const labels = rows.map(({ prediction, groups: { sex } }) => {
      const rate = 0.17 + (sex === 'f' ? swing : -swing);
      return random() < rate === (prediction === 'yes') ? 'no' : 'yes';
    });
    return { batch: batchOf(rows), labels };
  };
  const random = seededRandom(3);
  const hours = Array.from({ length: 336 }, (_, hour) => hourOfBoth(random, hour));
  const reference = buildReference(
    hours.map(({ batch }) => batch),
    hours.flatMap(({ batch, labels }) => batch.ids.map((inferenceId, row) => ({ inferenceId, label: labels[row]! }))),
    { task: 'binary_classification', positive: 'yes', windowMs: hourMs, groups: lending.groups },
  );
  const alarms = (against: Reference, count: number): string[] => {
    const windows = Array.from({ length: count }, (_, index) => ({
      profile: createProfile(against.shape),
      arrivals: arrivalsOf(against, hourOfBoth(random, 336 + index)),
      from: monday + (336 + index) * hourMs,
    }));
    const { findings } = watchWindows(against, windows, { settings: lending });
    return findings
      .flat()
      .filter(isAlarm)
      .map(({ signal }) => signal);
  };

  it('raise no alarm: each group is known to vary, and its gap to the other', () => {
    expect(alarms(reference, 72)).toEqual([]);
  });

  it('would raise one if only errors of all were known to vary', () => {
    const designEffects = Object.fromEntries(
      Object.entries(reference.designEffects).filter(([signal]) => !signal.startsWith('fairness_rates:')),
    );
    expect(alarms({ ...reference, id: `${reference.id} blind`, designEffects }, 72)).toContain('fairness_gap:sex=f');
  });
});

describe('arrivals', () => {
  it('know the hours of their predictions in any order and in any number of parts, and by weight', () => {
    const random = seededRandom(5);
    const [one, two] = [hourOf(random, 3, 0), hourOf(random, 171, 0)].map((hour) => arrivalsOf(steady, hour));
    const sum = (...parts: readonly OutcomeArrivals[]) => {
      const counter = new ArrivalCounter();
      for (const part of parts) counter.addAll(part);
      return counter.take();
    };
    expect(sum(one!, two!)).toEqual(sum(two!, one!));
    const { hours, overall } = sum(one!, two!);
    // Both are at three in the night on a Monday.
    expect(hours).toEqual({ 3: [overall.labelled, overall.wrong] });
    expect(effectiveArrivals({ ...one!, heaviest: 4 }).hours![3]![0]).toBe(labelsAnHour / 4);
  });
});
