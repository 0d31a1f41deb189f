import type { EstimateBody } from '@plumbline/collector/api';
import { t } from '../i18n';

/** What stands where there is no number. Never 0, never NaN. */
export const nothing = '–';

/** Made once: a formatter costs a hundred times what it formats. */
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A number and its unit, which stay on one line. */
export function withUnit(number: string, unit: string): string {
  return `${number}\u00a0${unit}`;
}

/** A row count: `18,240`. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** A row count in a narrow place: `18.2 k`. */
export function formatShortCount(count: number): string {
  if (Math.abs(count) < 1_000) {
    return formatCount(count);
  }
  const [divisor, unit] = Math.abs(count) < 999_500 ? [1_000, 'k'] : [1_000_000, 'M'];
  return withUnit(threeDigits.format(count / divisor), unit);
}

/** A share in [0, 1] as a percentage with one digit, two below one percent: `41.2 %`, `0.42 %`. */
export function formatShare(share: number | null): string {
  if (share === null) {
    return nothing;
  }
  const percent = share * 100;
  const digits = percent !== 0 && Math.abs(percent) < 0.995 ? 2 : 1;
  return withUnit(percent.toFixed(digits).replace(/\.0$/, ''), '%');
}

/** A difference of shares in percentage points: `-24 pp`, `0.42 pp`. */
export function formatPoints(difference: number | null): string {
  return difference === null ? nothing : formatShare(difference).replace(/%$/, 'pp');
}

/** Basis points (0-10000) as a percentage: `10 %`. */
export function formatBasisPoints(basisPoints: number): string {
  return formatShare(basisPoints / 10_000);
}

/** A statistic with three significant digits, at least two decimals below one: `0.31`, `0.012`, `-0.240`, `18,240`. */
export function formatStatistic(value: number | null): string {
  if (value === null) {
    return nothing;
  }
  const size = Math.abs(value);
  // The smallest doubles are how an open end next to zero is written, not numbers to read.
  if (size < 1e-300) {
    return '0';
  }
  if (size < 0.001) {
    return value.toExponential(1);
  }
  if (size >= 1_000) {
    return size < 1e15 ? formatCount(value) : value.toExponential(2);
  }
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** An effect size: three decimals are all a reader needs, and `-4.4e-4` is more than one wants to meet. */
export function formatEffect(value: number | null): string {
  if (value === null || value === 0 || Math.abs(value) >= 0.001) {
    return formatStatistic(value);
  }
  return Math.abs(value) < 0.0005 ? '0.000' : value.toFixed(3);
}

/** US dollars: `$1,204.50`, `$0.000421`. */
export function formatMoney(dollars: number | null): string {
  if (dollars === null) {
    return nothing;
  }
  const size = Math.abs(dollars);
  return `${dollars < 0 ? '-' : ''}$${size < 1 ? threeDigits.format(size) : cents.format(size)}`;
}

/** `345 ms`, `1.23 s`, `75 s` */
export function formatMilliseconds(milliseconds: number | null): string {
  if (milliseconds === null) {
    return nothing;
  }
  return Math.abs(milliseconds) < 999.5
    ? withUnit(threeDigits.format(milliseconds), 'ms')
    : withUnit(threeDigits.format(milliseconds / 1_000), 's');
}

/** The collector's gauge of evidence ends here, in alarm levels: what is shown as this may be any higher. */
const highestLevel = 9.99;

/** Evidence in alarm levels as a percentage of one: `143 %`, `> 999 %` at the end of the gauge. */
export function formatLevel(level: number): string {
  return `${level >= highestLevel ? '>\u00a0' : ''}${withUnit(formatCount(level * 100), '%')}`;
}

/** The 95 % interval of an estimate: `0.29 to 0.33`; nothing when it has none. */
export function formatInterval({ low, high }: EstimateBody, format = formatStatistic): string {
  return low === null || high === null
    ? nothing
    : t('format.interval', '{{low}} to {{high}}', { low: format(low), high: format(high) });
}
