import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignLeader, assignPartitions } from './assignment.ts';

const members = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}$/), { minLength: 1, maxLength: 12 });

describe('partitions of living collectors', () => {
  test('all have an owner, and no two differ by more than one (property)', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 256 }), (ids, partitions) => {
        const owners = assignPartitions(ids, partitions);
        expect(owners.size).toBe(partitions);
        const loads = ids.map((id) => [...owners.values()].filter((owner) => owner === id).length);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('are the same for everybody who knows the same others, in whatever order (property)', () => {
    fc.assert(
      fc.property(members, (ids) => {
        expect(assignPartitions([...ids].reverse(), 16)).toEqual(assignPartitions(ids, 16));
        expect(assignLeader([...ids].reverse())).toBe(assignLeader(ids));
      }),
    );
  });

  test('mostly stay where they are when one of three dies', () => {
    const before = assignPartitions(['a', 'b', 'c'], 16);
    const after = assignPartitions(['a', 'b'], 16);
    const moved = [...before].filter(([partition, owner]) => owner !== 'c' && after.get(partition) !== owner);
    expect(moved.length).toBeLessThanOrEqual(6);
  });

  test('have no owner when nobody lives', () => {
    expect(assignPartitions([], 16).size).toBe(0);
    expect(assignLeader([])).toBeUndefined();
  });
});
