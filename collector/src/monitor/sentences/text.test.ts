import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeText, countText, levelText, nameText, numberText, shareRangeText, shareText } from './text.ts';

test.each([
  [0, '0'],
  [41_230, '41.2k'],
  [52_000, '52k'],
  [999.6, '1k'],
  [999_600, '1M'],
  [100, '100'],
  [3.14259, '3.14'],
  [0.00123, '0.00123'],
  [-2_500_000, '-2.5M'],
  [1e-9, '1e-9'],
  [2.5e20, '2.5e+20'],
])('%d reads %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test.each([
  [0, '0 %'],
  [0.1234, '12 %'],
  [0.0421, '4.2 %'],
  [0.0042, '0.42 %'],
  [0.00001, '<0.01 %'],
  [-0.31, '-31 %'],
  [1, '100 %'],
])('a share of %d reads %s', (share, text) => {
  expect(shareText(share)).toBe(text);
});

test('ranges and counts', () => {
  expect(shareRangeText(0.31, 0.37)).toBe('31-37 %');
  expect(countText(1_204)).toBe('1,204');
  expect(countText(12)).toBe('12');
  expect(countText(1_234_567)).toBe('1,234,567');
});

test('evidence at the end of its gauge does not pass for a measured number', () => {
  expect(levelText(1.43)).toBe('evidence 143 % of the alarm level');
  expect(levelText(9.98)).toBe('evidence 998 % of the alarm level');
  expect(levelText(9.99)).toBe('evidence more than 999 % of the alarm level');
});

test('a change never reads as no change', () => {
  expect(changeText(41_000, 52_000)).toBe('41k → 52k');
  expect(changeText(1_000.1, 1_000.4)).toBe('1000.1 → 1000.4');
  expect(changeText(5, 5)).toBe('5 → 5');
});

test('names from apps cannot reorder or hide the sentence they stand in', () => {
  expect(nameText('in\u202ecome\u200b\n')).toBe('income');
  expect(nameText('x'.repeat(200))).toHaveLength(60);
});

test('every finite number has a short text without NaN', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = numberText(value);
      expect(text.length).toBeLessThan(14);
      expect(text).not.toMatch(/NaN|Infinity/);
    }),
  );
});
