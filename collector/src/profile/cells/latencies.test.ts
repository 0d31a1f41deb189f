import { describe, expect, it } from 'vitest';
import { decodeProfile, encodeProfile } from '../encoding/encode.ts';
import { foldInferences } from '../fold/fold.ts';
import { createProfile, mergeProfiles } from '../profile.ts';
import { batchOf } from '../sampleBatch.ts';
import { sampleShape } from '../sampleShape.ts';
import { firstCellFrom, latencyCells, latencyEdge } from './latencies.ts';

const bare = sampleShape();

function fold(latencies: readonly (number | null)[]) {
  const profile = createProfile(bare);
  const batch = batchOf(latencies.map((latencyMs, row) => ({ id: `${row}`, latencyMs })));
  foldInferences(profile, batch, Int32Array.from(latencies.keys()));
  return profile;
}

/** Rows at least as slow as a cell's lower edge. */
const slower = (profile: ReturnType<typeof fold>, cell: number) =>
  profile.latencies.slice(cell).reduce((sum, rows) => sum + rows, 0);

describe('latencies of a profile without a reference', () => {
  it('are counted in fixed cells, an eighth of an octave wide', () => {
    const profile = fold([0, 0.01, 1, 1.05, 2, 1e9, null]);
    expect(slower(profile, 0)).toBe(6);
    expect(slower(profile, firstCellFrom(1))).toBe(4);
    expect(slower(profile, firstCellFrom(2))).toBe(2);
    expect(profile.latencies.at(-1)).toBe(1);
    for (let cell = 2; cell < latencyCells; cell++) {
      expect(latencyEdge(cell) / latencyEdge(cell - 1)).toBeCloseTo(2 ** (1 / 8), 9);
    }
  });

  it('are found by a cell that holds none faster than asked for', () => {
    for (const limit of [0, 0.001, 0.0625, 0.3, 7, 1_000, 12_345.6]) {
      expect(latencyEdge(firstCellFrom(limit))).toBeGreaterThanOrEqual(limit);
      expect(latencyEdge(firstCellFrom(limit) - 1)).toBeLessThanOrEqual(Math.max(limit, 0));
    }
    expect(firstCellFrom(1e12)).toBe(latencyCells);
  });

  it('merge, and come back from bytes', () => {
    const [a, b] = [fold([1, 5, 9]), fold([1, 700])];
    const both = mergeProfiles(a, b);
    expect(slower(both, 0)).toBe(5);
    expect(decodeProfile(encodeProfile(both), bare)).toEqual(both);
  });

  it('are empty in a profile of format version 2', () => {
    const bytes = encodeProfile(createProfile(bare));
    const withoutLatencies = bytes.slice(0, -runOfZeros - noProvenance - noExemplars).with(3, 2);
    expect(decodeProfile(withoutLatencies, bare)).toEqual(createProfile(bare));
  });
});

/** Bytes of cells that are all zero: a 0 and how many, as a varint of two bytes. */
const runOfZeros = 3;
/** The same of four numbers. */
const noProvenance = 2;
/** Four times none. */
const noExemplars = 4;
