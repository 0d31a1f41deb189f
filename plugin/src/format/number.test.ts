import { describe, expect, it } from 'vitest';
import {
  formatBasisPoints,
  formatCount,
  formatEffect,
  formatInterval,
  formatLevel,
  formatMilliseconds,
  formatMoney,
  formatPoints,
  formatShare,
  formatShortCount,
  formatStatistic,
} from './number';

describe('numbers people read', () => {
  it.each([
    [0, '0\u00a0%'],
    [0.412, '41.2\u00a0%'],
    [1, '100\u00a0%'],
    [0.0042, '0.42\u00a0%'],
    [0.009_999_999, '1\u00a0%'],
    [-0.05, '-5\u00a0%'],
    [null, '–'],
  ])('writes the share %s as %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });

  it.each([
    [0, '0\u00a0%'],
    [1.426, '143\u00a0%'],
    [9.98, '998\u00a0%'],
    [9.99, '>\u00a0999\u00a0%'],
  ])('writes evidence of %s alarm levels as %s', (level, text) => {
    expect(formatLevel(level)).toBe(text);
  });

  it.each([
    [0.31, '0.310'],
    [0.000_04, '4.0e-5'],
    [0, '0'],
    [5e-324, '0'],
    [12.345, '12.3'],
    [1_234, '1,234'],
    [-1_234_567.8, '-1,234,568'],
    [4.2e15, '4.20e+15'],
    [-0.2402, '-0.240'],
    [null, '–'],
  ])('writes the statistic %s as %s', (value, text) => {
    expect(formatStatistic(value)).toBe(text);
  });

  it.each([
    [-0.00044, '0.000'],
    [0.0006, '0.001'],
    [0, '0'],
    [-0.24, '-0.240'],
    [null, '–'],
  ])('writes the effect size %s as %s', (value, text) => {
    expect(formatEffect(value)).toBe(text);
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1_204, '1.2\u00a0k'],
    [18_240, '18.2\u00a0k'],
    [999_499, '999\u00a0k'],
    [999_600, '1\u00a0M'],
    [2_400_000, '2.4\u00a0M'],
  ])('shortens %s to %s', (count, text) => {
    expect(formatShortCount(count)).toBe(text);
  });

  it('separates thousands', () => {
    expect(formatCount(18_240)).toBe('18,240');
  });

  it.each([
    [-0.24, '-24\u00a0pp'],
    [0.0042, '0.42\u00a0pp'],
    [0, '0\u00a0pp'],
    [null, '–'],
  ])('writes the difference of shares %s as %s', (difference, text) => {
    expect(formatPoints(difference)).toBe(text);
  });

  it('writes basis points as percent', () => {
    expect(formatBasisPoints(1_000)).toBe('10\u00a0%');
    expect(formatBasisPoints(25)).toBe('0.25\u00a0%');
  });

  it('says nothing where there is no interval', () => {
    expect(formatInterval({ value: 0.3, low: null, high: null, n: 10 })).toBe('–');
    expect(formatInterval({ value: 0.3, low: 0.2, high: 0.4, n: 10 }, formatShare)).toBe('20\u00a0% to 40\u00a0%');
  });
});

it('writes money and time with their unit', () => {
  expect([0, 0.000_421_3, 1, 1_204.5, -0.5].map(formatMoney)).toEqual([
    '$0',
    '$0.000421',
    '$1.00',
    '$1,204.50',
    '-$0.5',
  ]);
  expect([0, 345.21, 999.6, 1_234, 75_000].map(formatMilliseconds)).toEqual([
    '0\u00a0ms',
    '345\u00a0ms',
    '1\u00a0s',
    '1.23\u00a0s',
    '75\u00a0s',
  ]);
});
