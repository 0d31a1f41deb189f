import { expect, it } from 'vitest';
import { isLlmSignal } from './isLlmSignal';

it.each([
  'feature:input_tokens',
  'feature:cached_input_tokens',
  'feature:cost_usd',
  'feature:time_to_first_token_ms',
  'feature:response_model',
])('%s is a signal of a language model', (signal) => {
  expect(isLlmSignal({ signal })).toBe(true);
});

it.each(['feature:income', 'latency', 'score', 'feature:rating_agency', 'feature:tokens_in_wallet'])(
  '%s is not',
  (signal) => {
    expect(isLlmSignal({ signal })).toBe(false);
  },
);
