import { describe, expect, test } from 'vitest';
import { MessageMemory } from './message-memory.ts';

describe('memory of messages', () => {
  test('is used again once it is given back, and not before', () => {
    const memory = new MessageMemory();
    const [first, second] = [memory.take(100), memory.take(2_000)];
    expect([first.length, second.length]).toEqual([100, 2_000]);
    expect(first.buffer).not.toBe(second.buffer);
    // As a reader has it: a part of what was taken.
    memory.giveBack(second.subarray(50, 60));
    expect(memory.take(3_000).buffer).toBe(second.buffer);
    expect(memory.take(3_000).buffer).not.toBe(second.buffer);
  });

  test('of a message larger than any batch is its own, and so is what came from elsewhere', () => {
    const memory = new MessageMemory();
    const large = memory.take(1_000_000);
    expect(large.length).toBe(1_000_000);
    const strange = new Uint8Array(1_000);
    for (const bytes of [large, strange]) memory.giveBack(bytes);
    expect(memory.take(500).buffer).not.toBe(large.buffer);
    expect(memory.take(500).buffer).not.toBe(strange.buffer);
  });

  test('that is kept to be used again is bounded', () => {
    const memory = new MessageMemory();
    const taken = Array.from({ length: 200 }, () => memory.take(10));
    for (const bytes of taken) memory.giveBack(bytes);
    const buffers = new Set(taken.map(({ buffer }) => buffer));
    const again = Array.from({ length: 200 }, () => memory.take(10)).filter(({ buffer }) => buffers.has(buffer));
    expect(again.length).toBeLessThan(50);
  });
});
