import { describe, expect, it } from 'vitest';
import { partitionOf } from './subjects.ts';
import { createUuidMaker } from './uuid.ts';
import { readUuid } from './wire/uuid-bytes.ts';

describe('ids', () => {
  it('are UUIDs of version 7 that carry their time', () => {
    // Time 0x017F22E279B0 and its text are the example of RFC 9562, appendix A.6.
    const [id] = make(1, () => 0x017f22e279b0);
    expect(id).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('grow, within a millisecond and when the clock steps back', () => {
    const times = [5_000, 5_000, 4_000, 5_001, 1];
    let call = 0;
    const ids = make(times.length, () => times[call++] ?? 0);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('grow on when the counter of a millisecond is used up', () => {
    const ids = make(20_000, () => 1_732_269_000_000);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(20_000);
  });

  it('are known as bytes until the next is made', () => {
    const next = createUuidMaker();
    const [first, second] = [next(), next(undefined, 5, 16)];
    expect(next.bytesOf(first)).toBeUndefined();
    expect(readUuid(next.bytesOf(second)!, 0)).toBe(second);
  });

  it('differ between makers at the same time', () => {
    const clock = () => 1_732_269_000_000;
    expect(new Set([...make(100, clock), ...make(100, clock)]).size).toBe(200);
  });
});

function make(count: number, clock: () => number): string[] {
  const next = createUuidMaker(clock);
  return Array.from({ length: count }, next);
}

describe('ids of a partition', () => {
  it.each([2, 3, 16, 24])(
    'lie in it, and are UUIDs of version 7 that grow and differ: of %i partitions',
    (partitions) => {
      const next = createUuidMaker(() => 1_732_269_000_000);
      const ids = Array.from({ length: 3_000 }, (_, index) => next(undefined, index % partitions, partitions));
      expect(ids.map((id) => partitionOf(id, partitions))).toEqual(ids.map((_, index) => index % partitions));
      expect(
        ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
      ).toEqual([]);
      expect([...ids].sort()).toEqual(ids);
      expect(new Set(ids).size).toBe(3_000);
    },
  );

  it('end in every byte that fits about as often: what an id shows must not help to guess the next', () => {
    const next = createUuidMaker();
    const ends = Array.from({ length: 40_000 }, () => next(undefined, 5, 16).slice(-2));
    const seen = new Map<string, number>();
    for (const end of ends) {
      seen.set(end, (seen.get(end) ?? 0) + 1);
    }
    // About 156 each: what comes before decides which bytes fit.
    expect(seen.size).toBe(256);
    expect(Math.max(...seen.values())).toBeLessThan(3 * (40_000 / 256));
  });
});
