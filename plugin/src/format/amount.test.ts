import { expect, it } from 'vitest';
import { amountFormat, amountUnit, formatMilliseconds, formatMoney } from './amount';

it.each([
  ['feature:cost_usd', 'money'],
  ['feature:input_tokens', 'tokens'],
  ['feature:time_to_first_token_ms', 'time'],
  ['latency', 'time'],
])('%s is an amount of %s', (signal, unit) => {
  expect(amountUnit(signal)).toBe(unit);
});

it('writes amounts with their unit, and no number where there is none', () => {
  expect([0, 0.000_421_3, 1, 1_204.5, -0.5].map(formatMoney)).toEqual([
    '$0',
    '$0.000421',
    '$1.00',
    '$1,204.50',
    '-$0.5',
  ]);
  expect([0, 345.21, 999.6, 1_234, 75_000].map(formatMilliseconds)).toEqual([
    '0 ms',
    '345 ms',
    '1 s',
    '1.23 s',
    '75 s',
  ]);
  expect(amountFormat('feature:input_tokens')(12_345.6)).toBe('12,346');
  for (const signal of ['feature:cost_usd', 'feature:input_tokens', 'latency']) {
    expect(amountFormat(signal)(null)).toBe('–');
  }
});
