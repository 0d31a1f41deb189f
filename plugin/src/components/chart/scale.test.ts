import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelledIndices, linearScale, niceTicks, niceTimes } from './scale';

describe('niceTimes', () => {
  const at = (time: string) => Date.parse(`2026-11-22T${time}:00Z`);

  it('shows what a clock shows in round numbers', () => {
    expect(niceTimes(at('00:13'), at('00:24'), 8)).toEqual(
      [14, 16, 18, 20, 22, 24].map((minute) => at(`00:${minute}`)),
    );
    expect(niceTimes(at('01:20'), at('20:10'), 5)).toEqual([at('06:00'), at('12:00'), at('18:00')]);
  });

  it('has at most as many as there is room for, all within and evenly apart, however long the time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: 1, max: 1e11 }),
        fc.double({ min: 2, max: 20, noNaN: true }),
        (from, span, most) => {
          const times = niceTimes(from, from + span, most);
          expect(times.length).toBeLessThanOrEqual(Math.ceil(most));
          for (const time of times) expect(time).toBeGreaterThanOrEqual(from);
          expect(times.at(-1) ?? from).toBeLessThanOrEqual(from + span);
          expect(new Set(times.slice(1).map((time, index) => time - (times[index] ?? 0))).size).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('niceTicks', () => {
  it('steps by 1, 2 or 5 times a power of ten', () => {
    expect(niceTicks(0, 0.152, 4)).toEqual([0, 0.05, 0.1, 0.15, 0.2]);
    expect(niceTicks(0, 1, 4)).toEqual([0, 0.5, 1]);
    expect(niceTicks(0.71, 0.84, 5)).toEqual([0.7, 0.75, 0.8, 0.85]);
  });

  it('covers what is drawn, in rising order, with few ticks', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 2, max: 8 }),
        (low, span, count) => {
          const high = low + span;
          const ticks = niceTicks(low, high, count);
          const tolerance = span * 1e-6;
          expect(ticks[0]).toBeLessThanOrEqual(low + tolerance);
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(high - tolerance);
          expect(ticks.length).toBeLessThanOrEqual(count + 2);
          expect(ticks).toEqual([...new Set(ticks)].sort((left, right) => left - right));
        },
      ),
    );
  });

  it('has ticks even when everything is the same number', () => {
    expect(niceTicks(0.5, 0.5, 4).length).toBeGreaterThan(1);
  });
});

describe('linearScale', () => {
  it('maps the ends of the domain onto the ends of the range', () => {
    const scale = linearScale([0, 10], [100, 0]);
    expect([scale(0), scale(5), scale(10)]).toEqual([100, 50, 0]);
  });

  it('does not divide by an empty domain', () => {
    expect(linearScale([3, 3], [0, 100])(3)).toBe(0);
  });
});

describe('labelledIndices', () => {
  it('spreads at most as many labels as fit', () => {
    expect(labelledIndices(24, 8)).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
    expect(labelledIndices(3, 10)).toEqual([0, 1, 2]);
    expect(labelledIndices(0, 10)).toEqual([]);
  });
});
