import { expect, it } from 'vitest';
import { expectedEstimate } from './expectedEstimate';

const accuracy = { value: 0.75, low: 0.5, high: 0.875, n: 400 };

it('expects as many errors as accuracy leaves: its lower end is where accuracy has its upper one', () => {
  expect(expectedEstimate({ accuracy }, 'errorRate')).toEqual({ value: 0.25, low: 0.125, high: 0.5, n: 400 });
});

it('hides the error rate where accuracy is hidden, for the same reason', () => {
  const hidden = { value: null, low: null, high: null, n: 400, suppressed: 'off by 0.04' };
  expect(expectedEstimate({ accuracy: hidden }, 'errorRate')).toEqual(hidden);
});

it('expects nothing where the collector does not', () => {
  expect(expectedEstimate({ accuracy }, 'recall')).toBeUndefined();
  expect(expectedEstimate(undefined, 'errorRate')).toBeUndefined();
});
