import { describe, expect, it } from 'vitest';
import { createUuidMaker } from '../uuid.ts';
import { isKept, keepOneOf } from './thinning.ts';

describe('thinning', () => {
  it('begins at half of the buffer, doubles towards its end, and never reaches failures and outcomes first', () => {
    expect(keepOneOf(0.49, 'inference')).toBe(1);
    expect(keepOneOf(0.5, 'inference')).toBe(2);
    expect(keepOneOf(0.526, 'inference')).toBe(4);
    expect(keepOneOf(0.899, 'inference')).toBe(65_536);
    expect(keepOneOf(0.9, 'inference')).toBeNull();
    expect(keepOneOf(0.89, 'error')).toBe(1);
    expect(keepOneOf(0.9, 'error')).toBe(2);
    expect(keepOneOf(0.95, 'error')).toBeNull();
    expect(keepOneOf(0.999, 'outcome')).toBe(1);
    expect(keepOneOf(1, 'outcome')).toBeNull();
  });

  it.each([
    [
      'new ids of one partition',
      (
        (newId) => () =>
          newId(undefined, 5, 16)
      )(createUuidMaker()),
    ],
    [
      'ids that count up',
      (
        (next) => () =>
          `order-${next++}`
      )(1),
    ],
  ])('keeps the share it says, of %s: within five standard errors', (_, newId) => {
    const ids = Array.from({ length: 100_000 }, () => newId());
    for (const oneOf of [2, 8, 64]) {
      const kept = ids.filter((id) => isKept(id, oneOf, 7)).length;
      const share = 1 / oneOf;
      expect(Math.abs(kept / ids.length - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / ids.length));
    }
  });

  it('keeps a shadow with its inference, and at one in eight none that it leaves out at one in four', () => {
    const newId = createUuidMaker();
    for (let index = 0; index < 1_000; index++) {
      const id = newId();
      expect(isKept(`${id}~8`, 4, 1)).toBe(isKept(id, 4, 1));
      expect(!isKept(id, 8, 1) || isKept(id, 4, 1)).toBe(true);
    }
  });

  it('keeps others in other processes', () => {
    const ids = Array.from({ length: 1_000 }, createUuidMaker());
    expect(ids.filter((id) => isKept(id, 2, 1) !== isKept(id, 2, 2)).length).toBeGreaterThan(300);
  });
});
