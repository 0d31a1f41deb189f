import { describe, expect, it } from 'vitest';
import { normal, seededRandom } from '../simulate.ts';
import type { ScoreMoments } from './score.ts';
import { hourOfWeek, isSeasonal, seasonOf, withoutSeason } from './season.ts';

const hourMs = 3_600_000;
const monday = Date.UTC(2026, 0, 5);
const hours = (count: number): number[] => Array.from({ length: count }, (_, hour) => monday + hour * hourMs);

describe('hourOfWeek', () => {
  it('starts on Monday at midnight UTC', () => {
    expect(hourOfWeek(monday)).toBe(0);
    expect(hourOfWeek(monday + 7 * 24 * hourMs - 1)).toBe(167);
    expect(hourOfWeek(0)).toBe(72);
    expect(hourOfWeek(-1)).toBe(71);
  });
});

describe('seasonOf', () => {
  it('compares hours of the week once there are four weeks', () => {
    const season = seasonOf(hours(4 * 168))!;
    expect(new Set(season.bucketOfHour).size).toBe(168);
    expect(season.members.every((members) => members.length === 4)).toBe(true);
  });

  it('compares hours of weekdays and weekends with two weeks', () => {
    const season = seasonOf(hours(2 * 168))!;
    expect(new Set(season.bucketOfHour).size).toBe(48);
    expect(season.bucketOfHour[9]).toBe(season.bucketOfHour[24 + 9]);
    expect(season.bucketOfHour[9]).not.toBe(season.bucketOfHour[5 * 24 + 9]);
  });

  it('widens the bucket of an hour of the week that it saw but three times', () => {
    const season = seasonOf(hours(4 * 168 - 1))!;
    const [last, before] = [167, 166].map((hour) => season.members[season.bucketOfHour[hour]!]!);
    // Both weekend days at eleven in the night, but for the last; four Sundays at ten.
    expect([last!.length, before!.length]).toEqual([7, 4]);
  });

  it('compares a weekend with any day when it has seen only one', () => {
    const season = seasonOf(hours(168))!;
    const saturdayNoon = season.members[season.bucketOfHour[5 * 24 + 12]!]!;
    expect(saturdayNoon).toHaveLength(7);
    expect(season.members[season.bucketOfHour[12]!]).toHaveLength(5);
  });

  it('knows nothing of hours it never saw four times', () => {
    const season = seasonOf(hours(5 * 24).filter((at) => hourOfWeek(at) % 24 < 12))!;
    expect(season.bucketOfHour[3]).not.toBeNull();
    expect(season.bucketOfHour[15]).toBeNull();
  });

  it('does not take quarters of one hour for four hours', () => {
    expect(seasonOf(Array.from({ length: 96 }, (_, quarter) => monday + (quarter * hourMs) / 4))).toBeNull();
  });

  it('is nothing for windows of a week', () => {
    expect(seasonOf(Array.from({ length: 30 }, (_, week) => monday + week * 168 * hourMs))).toBeNull();
  });
});

describe('isSeasonal', () => {
  const times = hours(2 * 168);
  const buckets = times.map((at) => seasonOf(times)!.bucketOfHour[hourOfWeek(at)]!);
  const windowsWith = (random: () => number, amplitude: number): ScoreMoments[] =>
    times.map((_, hour) => ({
      n: 1_000,
      mean: amplitude * Math.sin((2 * Math.PI * hour) / 24) + normal(random) / Math.sqrt(1_000),
      variance: 1,
    }));

  it('sees a season of a tenth of a standard deviation, and seldom one that is not there', () => {
    const random = seededRandom(5);
    expect(isSeasonal(windowsWith(random, 0.1), buckets, 0.01)).toBe(true);
    const wrong = Array.from({ length: 200 }, () => isSeasonal(windowsWith(random, 0), buckets, 0.01));
    expect(wrong.filter(Boolean).length).toBeLessThanOrEqual(8);
  });

  it('says nothing about windows that are all alike, or without buckets', () => {
    const flat = times.map(() => ({ n: 10, mean: 0.5, variance: 0.1 }));
    expect(isSeasonal(flat, buckets, 0.01)).toBe(false);
    expect(
      isSeasonal(
        flat,
        buckets.map(() => null),
        0.01,
      ),
    ).toBe(false);
  });

  it('is taken out with its degrees of freedom', () => {
    const windows = windowsWith(seededRandom(6), 0.3);
    const { windows: centred, degrees } = withoutSeason(windows, buckets);
    expect(degrees).toBe(2 * 168 - 48);
    const mean = centred.reduce((sum, window) => sum + window.mean, 0) / centred.length;
    const variance = centred.reduce((sum, window) => sum + (window.mean - mean) ** 2, 0) / degrees;
    expect(variance * 1_000).toBeGreaterThan(0.7);
    expect(variance * 1_000).toBeLessThan(1.4);
  });
});
