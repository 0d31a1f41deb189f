import { highestLevel } from '../finding.ts';

/** Numbers as people read them. Always with a point for decimals and a comma for thousands. */

/** `1204` -> `1,204`. */
export function countText(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1, "row"` -> `1 row`; `1204, "labelled row"` -> `1,204 labelled rows`. */
export function amountText(count: number, noun: string): string {
  return `${countText(count)} ${noun}${Math.round(count) === 1 ? '' : 's'}`;
}

/** `0.1234` -> `12 %`; with fewer than 10 % one decimal, with fewer than 1 % two. */
export function shareText(share: number): string {
  return `${shareNumber(share)} %`;
}

/** `0.31, 0.37` -> `31-37 %`. */
export function shareRangeText(low: number, high: number): string {
  return `${shareNumber(low)}-${shareNumber(high)} %`;
}

/** `41230` -> `41.2k`, `0.00123` -> `0.00123`, `1e12` -> `1e+12`: three significant digits. */
export function numberText(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return trimZeros(value.toExponential(2));
  for (const [unit, letter] of units) {
    // 999.5 of a unit rounds to 1,000 of it: that is one of the next unit.
    if (size >= unit * 0.9995) return `${threeDigits(value / unit)}${letter}`;
  }
  return threeDigits(value);
}

/**
 * Two numbers with as many digits as it takes to tell them apart: `41k → 41.3k`, never `41k → 41k` for a difference.
 */
export function changeText(before: number, after: number): string {
  const [from, to] = [numberText(before), numberText(after)];
  if (from !== to || before === after) return `${from} → ${to}`;
  return `${trimZeros(before.toPrecision(6))} → ${trimZeros(after.toPrecision(6))}`;
}

/** `0.21, 0.34` -> `21 % → 34 %`. */
export function shareChangeText(before: number, after: number): string {
  return `${shareText(before)} → ${shareText(after)}`;
}

/** `1.43` -> `evidence 143 % of the alarm level`; at the end of the gauge `evidence more than 999 %`. */
export function levelText(level: number): string {
  return `evidence ${level >= highestLevel ? 'more than ' : ''}${Math.round(level * 100)} % of the alarm level`;
}

/** `604800000` -> `7 days`: in the largest unit that fits. */
export function durationText(milliseconds: number): string {
  const [size, unit] = durations.find(([each]) => milliseconds >= each) ?? [1_000, 'second'];
  const amount = numberText(milliseconds / size);
  return `${amount} ${unit}${amount === '1' ? '' : 's'}`;
}

const durations = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
] as const;

/**
 * A name that came from an app or a file, fit for a sentence: control, reordering and invisible characters are left out,
 * and it is no longer than a line.
 */
export function nameText(name: string): string {
  const visible = name.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, '');
  return visible.length > 60 ? `${visible.slice(0, 59)}…` : visible;
}

const units = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

function threeDigits(value: number): string {
  return trimZeros(value.toPrecision(3));
}

function shareNumber(share: number): string {
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size === 0) return '0';
  if (size < 0.01) return percent > 0 ? '<0.01' : '>-0.01';
  return trimZeros(percent.toFixed(size < 0.995 ? 2 : size < 9.95 ? 1 : 0));
}

function trimZeros(text: string): string {
  const [digits = '', exponent] = text.split('e');
  const trimmed = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
  return exponent === undefined ? trimmed : `${trimmed}e${exponent}`;
}
