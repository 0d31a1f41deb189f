import { expect, it } from 'vitest';
import { shareChangeZ } from './shareChangeZ.ts';

it('is the z of two proportions, half an event less on either side', () => {
  // (0.2 - 0.01) / sqrt(0.25 * 0.02), by hand.
  expect(shareChangeZ({ events: 60, n: 100 }, { events: 40, n: 100 })).toBeCloseTo(2.687005768508881, 12);
  expect(shareChangeZ({ events: 40, n: 100 }, { events: 60, n: 100 })).toBeCloseTo(-2.687005768508881, 12);
  // Its square is the chi-square of the table with Yates's correction: 7.22 of [[60, 40], [40, 60]].
  expect(shareChangeZ({ events: 60, n: 100 }, { events: 40, n: 100 }) ** 2).toBeCloseTo(7.22, 12);
});

it('is smaller where rows depend on each other', () => {
  const sides = [
    { events: 60, n: 100 },
    { events: 40, n: 100 },
  ] as const;
  expect(shareChangeZ(...sides, 4)).toBeCloseTo(shareChangeZ(...sides) / 2, 12);
});

it('is 0 where there is nothing to compare', () => {
  expect(shareChangeZ({ events: 0, n: 0 }, { events: 4, n: 10 })).toBe(0);
  expect(shareChangeZ({ events: 4, n: 10 }, { events: 0, n: 0 })).toBe(0);
  expect(shareChangeZ({ events: 10, n: 10 }, { events: 20, n: 20 })).toBe(0);
  expect(shareChangeZ({ events: 1, n: 100 }, { events: 0, n: 100 })).toBe(0);
});
