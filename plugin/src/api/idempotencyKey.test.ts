import { expect, it } from 'vitest';
import { newIdempotencyKey } from './idempotencyKey';

it('makes keys of 128 random bits, in hexadecimal', () => {
  const keys = Array.from({ length: 100 }, newIdempotencyKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) {
    expect(key).toMatch(/^[0-9a-f]{32}$/);
  }
});
