import { expect, it } from 'vitest';
import { plottedRange } from './plottedRange';

const estimate = (value: number | null, half: number, n: number) =>
  value === null ? { value, low: null, high: null, n } : { value, low: value - half, high: value + half, n };

it('covers values and intervals', () => {
  expect(plottedRange([estimate(0.5, 0.125, 100), undefined, estimate(0.75, 0.125, 80)])).toEqual([0.375, 0.875]);
});

it('is not stretched by a window of few rows', () => {
  expect(plottedRange([estimate(0.5, 0.125, 100), estimate(0.5, 0.125, 90), estimate(0, 0.9, 1)])).toEqual([
    0.375, 0.625,
  ]);
});

it('leaves out none when all have few rows', () => {
  expect(plottedRange([estimate(0.5, 0.5, 1), estimate(0.25, 0.25, 2)])).toEqual([0, 1]);
});

it('is nothing where nothing has a value', () => {
  expect(plottedRange([])).toBeNull();
  expect(plottedRange([undefined, estimate(null, 0, 0)])).toBeNull();
});
