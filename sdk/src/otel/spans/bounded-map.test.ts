import { describe, expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

describe('a bounded map', () => {
  it('never holds more entries than it may, and forgets the oldest first', () => {
    const map = new BoundedMap<number>(3, 1_000, () => 0);
    for (let index = 0; index < 10_000; index++) {
      map.set(String(index), index);
      expect(map.size).toBeLessThanOrEqual(3);
    }
    expect(['9996', '9997', '9998', '9999'].map((key) => map.get(key))).toEqual([undefined, 9_997, 9_998, 9_999]);
  });

  it('forgets what is too old, also before anything new comes', () => {
    let now = 0;
    const map = new BoundedMap<true>(10, 1_000, () => now);
    map.set('a', true);
    now = 1_001;
    expect(map.has('a')).toBe(false);
    map.set('b', true);
    expect(map.size).toBe(1);
  });

  it('gives a value once when it is taken', () => {
    const map = new BoundedMap<number>(10, 1_000, () => 0);
    map.set('a', 1);
    expect([map.take('a'), map.take('a')]).toEqual([1, undefined]);
  });
});
