import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeenBatches } from './seen-batches.ts';

describe('the batches seen of a producer', () => {
  test('are new once, in any order', () => {
    const seen = new SeenBatches();
    expect([3, 1, 2, 3, 1, 5, 4, 4].map((batch) => seen.add(batch))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test('may begin anywhere: earlier ones that went elsewhere are still new', () => {
    const seen = new SeenBatches();
    expect(seen.add(5_000)).toBe(true);
    expect(seen.add(4_999)).toBe(true);
    expect(seen.add(3_977)).toBe(true);
    expect(seen.add(3_977)).toBe(false);
  });

  test('below the window count as seen', () => {
    const seen = new SeenBatches();
    seen.add(2_000);
    expect(seen.add(976)).toBe(false);
    expect(seen.add(977)).toBe(true);
  });

  test('are forgotten bit by bit as the window moves, also over a gap', () => {
    const seen = new SeenBatches();
    for (let batch = 1; batch <= 1_024; batch++) seen.add(batch);
    expect(seen.add(1_500)).toBe(true);
    expect(seen.add(1_499)).toBe(true);
    expect(seen.add(1_024)).toBe(false);
    expect(seen.add(477)).toBe(false);
    expect(seen.add(100_000)).toBe(true);
    expect(seen.add(99_999)).toBe(true);
    expect(seen.add(1_500)).toBe(false);
  });

  test('agree with a set of all numbers while disorder stays within the window, through encoding (property)', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: -900, max: 60 }) },
      { weight: 1, arbitrary: fc.integer({ min: 900, max: 3_000 }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(50), (steps, encodeEvery) => {
        let seen = new SeenBatches();
        const counted = new Set<number>();
        let highest = 1_000;
        seen.add(highest);
        counted.add(highest);
        for (const [index, offset] of steps.entries()) {
          const batch = Math.max(1, highest + offset);
          const isNew = seen.add(batch);
          if (batch > highest - 1_024) expect(isNew).toBe(!counted.has(batch));
          else expect(isNew).toBe(false);
          counted.add(batch);
          highest = Math.max(highest, batch);
          if (index % (encodeEvery + 1) === 0) seen = SeenBatches.decode(seen.encode());
        }
      }),
    );
  });

  test('keep when they were last heard of', () => {
    const seen = new SeenBatches();
    seen.add(1);
    seen.seenAt = 1_700_000_000_123;
    expect(SeenBatches.decode(seen.encode()).seenAt).toBe(1_700_000_000_123);
  });
});
