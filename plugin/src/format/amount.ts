import { t } from '../i18n';
import { formatSignal } from './name';
import { formatCount, nothing } from './number';

/** What an amount that a call of a language model takes is measured in. */
export type AmountUnit = 'money' | 'tokens' | 'time';

/** `feature:cost_usd` -> money in US dollars; latencies and whatever ends in `_ms` -> time in milliseconds; else tokens. */
export function amountUnit(signal: string): AmountUnit {
  if (/(^|:)cost_usd$/.test(signal)) {
    return 'money';
  }
  return signal === 'latency' || signal.endsWith('_ms') ? 'time' : 'tokens';
}

export function amountName(signal: string): string {
  switch (formatSignal(signal)) {
    case 'cost_usd':
      return t('amount.cost', 'Cost');
    case 'input_tokens':
      return t('amount.input', 'Input tokens');
    case 'output_tokens':
      return t('amount.output', 'Output tokens');
    case 'cached_input_tokens':
      return t('amount.cached', 'Cached input tokens');
    case 'cache_write_tokens':
      return t('amount.cache-write', 'Tokens written to the cache');
    case 'reasoning_tokens':
      return t('amount.reasoning', 'Reasoning tokens');
    case 'time_to_first_token_ms':
      return t('amount.first-token', 'Time to the first token');
    case 'latency':
      return t('amount.latency', 'Latency');
    default:
      return formatSignal(signal);
  }
}

export function amountFormat(signal: string): (value: number | null) => string {
  switch (amountUnit(signal)) {
    case 'money':
      return formatMoney;
    case 'time':
      return formatMilliseconds;
    case 'tokens':
      return (tokens) => (tokens === null ? nothing : formatCount(tokens));
  }
}

const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

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
    ? `${threeDigits.format(milliseconds)} ms`
    : `${threeDigits.format(milliseconds / 1_000)} s`;
}
