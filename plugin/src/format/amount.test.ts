import { expect, it } from 'vitest';
import { amountUnit } from './amount';

it.each([
  ['feature:cost_usd', 'money'],
  ['feature:input_tokens', 'tokens'],
  ['feature:time_to_first_token_ms', 'time'],
  ['latency', 'time'],
])('%s is an amount of %s', (signal, unit) => {
  expect(amountUnit(signal)).toBe(unit);
});
