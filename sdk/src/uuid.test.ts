import { describe, expect, it } from 'vitest';
import { createUuidMaker } from './uuid.ts';

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

  it('differ between makers at the same time', () => {
    const clock = () => 1_732_269_000_000;
    expect(new Set([...make(100, clock), ...make(100, clock)]).size).toBe(200);
  });
});

function make(count: number, clock: () => number): string[] {
  const next = createUuidMaker(clock);
  return Array.from({ length: count }, next);
}
