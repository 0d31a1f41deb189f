import { expect, test } from 'vitest';
import { cellDate, cellEpoch, cellNumber } from './cell.ts';

test.each([
  ['12', 12],
  [' -3.5e2 ', -350],
  ['.5', 0.5],
  ['5.', 5],
  ['+0', 0],
  ['5e-324', 5e-324],
  ['1e5', 100_000],
  ['-7', -7],
  ['1e999', Number.POSITIVE_INFINITY],
  ['-inf', Number.POSITIVE_INFINITY],
  ['Infinity', Number.POSITIVE_INFINITY],
])('%j is the number %d (infinite means: there, but invalid)', (text, value) => {
  expect(cellNumber(text)).toBe(value);
});

test.each(['', 'abc', '1,5', '1 000', '0x10', ' 0x10', '0b1', '0o7', '   ', '1_000', '--1', '1e', 'NaN', '12px', '١٢'])(
  '%j is no number and is not guessed to be one',
  (text) => {
    expect(cellNumber(text)).toBeUndefined();
  },
);

test('dates are ISO 8601, in UTC unless they say otherwise', () => {
  expect(cellDate('2013-01-01')).toBe(Date.UTC(2013, 0, 1));
  expect(cellDate('2013-01-01 10:30')).toBe(Date.UTC(2013, 0, 1, 10, 30));
  expect(cellDate('2013-01-01T10:30:05.250Z')).toBe(Date.UTC(2013, 0, 1, 10, 30, 5, 250));
  expect(cellDate('2013-01-01T10:30:00+02:00')).toBe(Date.UTC(2013, 0, 1, 8, 30));
  for (const wrong of ['', '01/02/2013', '2013-02-30', '2013-13-01', '2013-1-1', '2013-01-01T25:00', 'yesterday']) {
    expect(cellDate(wrong), wrong).toBeUndefined();
  }
});

test('times counted from 1970 stay within what a date can hold', () => {
  expect(cellEpoch('1700000000', 1_000)).toBe(1_700_000_000_000);
  expect(cellEpoch('1700000000000', 1)).toBe(1_700_000_000_000);
  expect(cellEpoch('1e300', 1)).toBeUndefined();
  expect(cellEpoch('inf', 1)).toBeUndefined();
});
