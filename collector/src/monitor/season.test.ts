import { describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import { buildReference, type Reference } from '../profile/index.ts';
import { batchOf, type SampleRow } from '../profile/sampleBatch.ts';
import { profileOf } from '../profile/sampleProfile.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import type { Finding } from './finding.ts';
import { findingOf, watchWindows } from './watchWindows.ts';

const hourMs = 3_600_000;
const monday = Date.UTC(2026, 0, 5);
const features = [{ name: 'load', type: 'number' }] as const;
const settings = modelSettings.parse({ name: 'grid' });
const rowsAnHour = 300;

/** Rows of one hour, whose mean follows the hour of the day. */
function rowsOf(random: () => number, hour: number, shift = 0): SampleRow[] {
  const level = 0.4 * Math.sin((2 * Math.PI * hour) / 24) + shift;
  return Array.from({ length: rowsAnHour }, (_, i) => ({
    id: `${hour}-${i}`,
    time: monday + hour * hourMs + i,
    features: { load: normal(random) + level },
  }));
}

function referenceOf(hours: readonly number[]): Reference {
  const random = seededRandom(3);
  const batch = batchOf(
    hours.flatMap((hour) => rowsOf(random, hour)),
    features,
  );
  return buildReference([batch], [], { task: 'binary_classification', windowMs: hourMs });
}

const all = (hours: number): number[] => Array.from({ length: hours }, (_, hour) => hour);

/** Findings about the feature in the hours that follow two weeks of reference. */
function watch(reference: Reference, hours: readonly number[], shift: (hour: number) => number): Finding[] {
  const random = seededRandom(4);
  const windows = hours.map((hour) => ({
    profile: profileOf(reference.shape, batchOf(rowsOf(random, hour, shift(hour)), features)),
    from: monday + hour * hourMs,
  }));
  const { findings } = watchWindows(reference, windows, { settings });
  return findings.map((found) => findingOf(found, 'feature:load'));
}

const isAlarm = ({ verdict }: Finding): boolean => verdict === 'alarm';

describe('decisions that follow the hour of the day', () => {
  const lending = modelSettings.parse({ name: 'lending', positive: 'yes', groups: [{ attribute: 'sex' }] });
  /** Of 200 people an hour each second one is a woman; four in ten get a yes, more by day than by night. */
  const batchAt = (random: () => number, hour: number, women = 0) =>
    batchOf(
      Array.from({ length: 200 }, (_, i) => ({
        id: `${hour}-${i}`,
        time: monday + hour * hourMs + i,
        prediction: random() < 0.4 + 0.2 * Math.sin((2 * Math.PI * hour) / 24) + (i % 2) * women ? 'yes' : 'no',
        groups: { sex: i % 2 === 0 ? 'm' : 'f' },
      })),
    );
  const random = seededRandom(5);
  const reference = buildReference(
    all(336).map((hour) => batchAt(random, hour)),
    [],
    { task: 'binary_classification', positive: 'yes', groups: [{ attribute: 'sex' }], windowMs: hourMs },
  );

  function watchWomen(against: Reference, women: number): Finding[] {
    const draw = seededRandom(6);
    const windows = all(72).map((hour) => ({
      profile: profileOf(against.shape, batchAt(draw, hour, women)),
      from: monday + (336 + hour) * hourMs,
    }));
    const { findings } = watchWindows(against, windows, { settings: lending });
    return findings.map((found) => findingOf(found, 'fairness:sex=f'));
  }

  it('are no news about a group, and would be if its hours were not known apart', () => {
    expect(watchWomen(reference, 0).filter(isAlarm)).toEqual([]);
    const { 'fairness:sex=f': _, ...others } = reference.seasons!.signals;
    const blind = { ...reference, id: `${reference.id} blind`, seasons: { ...reference.seasons!, signals: others } };
    expect(watchWomen(blind, 0).filter(isAlarm).length).toBeGreaterThan(0);
  });

  it('show that a group gets less than it did at this hour', () => {
    const firstAlarm = watchWomen(reference, -0.2).findIndex(isAlarm);
    expect(firstAlarm).toBeGreaterThanOrEqual(0);
    expect(firstAlarm).toBeLessThan(24);
  });
});

describe('traffic that follows the hour of the day', () => {
  const twoWeeks = referenceOf(all(336));
  const nextWeek = all(168).map((hour) => 336 + hour);

  it('raises no alarm, and would if hours were not known apart', () => {
    expect(watch(twoWeeks, nextWeek, () => 0).filter(isAlarm)).toEqual([]);
    const blind: Reference = { ...twoWeeks, id: `${twoWeeks.id} blind`, seasons: null };
    expect(watch(blind, nextWeek, () => 0).filter(isAlarm).length).toBeGreaterThan(5);
  });

  it('alarms when a night is like a day, though such values are ordinary over the whole day', () => {
    const nights = nextWeek.filter((hour) => hour % 24 >= 16 && hour % 24 < 21);
    const firstAlarm = watch(twoWeeks, nights, () => 0.6).findIndex(isAlarm);
    expect(firstAlarm).toBeGreaterThanOrEqual(0);
    expect(firstAlarm).toBeLessThan(4);
  });

  it('names the bound of that hour in what the alarm rests on', () => {
    const evening = nextWeek.filter((hour) => hour % 24 === 18);
    const certificate = watch(twoWeeks, evening, () => 1.5).find(isAlarm)!.evidence!.certificate!;
    expect(certificate.referenceMean).toBeLessThan(-0.15);
    expect(certificate.referenceEvents).toBeLessThan(11 * rowsAnHour);
  });

  it('learns nothing from hours the reference has never seen', () => {
    const mornings = referenceOf(all(336).filter((hour) => hour % 24 < 12));
    expect(mornings.seasons).not.toBeNull();
    const findings = watch(
      mornings,
      nextWeek.filter((hour) => hour % 24 >= 12),
      () => 1,
    );
    expect(findings.filter(isAlarm)).toEqual([]);
    // Nothing but the hours that went by.
    expect(findings.at(-1)!.evidence!.log).toBeCloseTo(Math.log(84), 9);
  });
});
