import { t } from '../i18n';
import { formatSignal } from './name';
import type { Unit } from './unit';

/**
 * What an amount that a call of a language model takes is measured in: `feature:cost_usd` in money, latencies and whatever
 * ends in `_ms` in time, all else in tokens.
 */
export function amountUnit(signal: string): Unit {
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
