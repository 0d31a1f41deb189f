import {
  formatCount,
  formatEffect,
  formatMilliseconds,
  formatMoney,
  formatPoints,
  formatShare,
  nothing,
} from './number';

/** What a number is measured in. Shares and their differences in [-1, 1], money in US dollars, time in milliseconds. */
export type Unit = 'share' | 'points' | 'number' | 'money' | 'tokens' | 'time';

/** How single values are written: each with the digits that suit it. */
export function unitFormat(unit: Unit): (value: number | null) => string {
  switch (unit) {
    case 'share':
      return formatShare;
    case 'points':
      return formatPoints;
    case 'number':
      return formatEffect;
    case 'money':
      return formatMoney;
    case 'time':
      return formatMilliseconds;
    case 'tokens':
      return (tokens) => (tokens === null ? nothing : formatCount(tokens));
  }
}

const mostDecimals = 9;

/** The ticks of one axis, all in the same unit and with the decimals that the finest of them needs: `82.5 %`, `85.0 %`. */
export function axisLabels(ticks: readonly number[], unit: Unit): string[] {
  const { factor, prefix = '', suffix = '' } = axisScale(ticks, unit);
  const values = ticks.map((tick) => tick * factor);
  let decimals = 0;
  while (decimals < mostDecimals && !values.every((value) => isWhole(value * 10 ** decimals))) {
    decimals++;
  }
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return values.map((value) => `${value < 0 ? '-' : ''}${prefix}${format.format(Math.abs(value))}${suffix}`);
}

function axisScale(ticks: readonly number[], unit: Unit): { factor: number; prefix?: string; suffix?: string } {
  switch (unit) {
    case 'share':
      return { factor: 100, suffix: ' %' };
    case 'points':
      return { factor: 100, suffix: ' pp' };
    case 'money':
      return { factor: 1, prefix: '$' };
    case 'time':
      return Math.max(...ticks.map(Math.abs)) < 1_000 ? { factor: 1, suffix: ' ms' } : { factor: 1e-3, suffix: ' s' };
    case 'number':
    case 'tokens':
      return { factor: 1 };
  }
}

/** Whether it is a whole number but for what doubles cannot tell. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}
