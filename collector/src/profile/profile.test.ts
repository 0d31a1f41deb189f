import { describe, expect, it } from 'vitest';
import {
  allRows,
  buildReference,
  createProfile,
  decodeProfile,
  decodeReference,
  encodeProfile,
  encodeReference,
  foldInferences,
  foldOutcome,
  joinEntryOf,
} from './index.ts';
import { sampleBatch } from './sampleBatch.ts';

describe('profile', () => {
  const batch = sampleBatch(1_000, 1);
  const reference = buildReference([batch], [], { task: 'binary_classification', windowMs: 3_600_000 });

  it('survives being written and read', () => {
    expect(decodeProfile(encodeProfile(reference.profile), reference.shape)).toEqual(reference.profile);
  });

  it('of a reference survives being written and read as JSON', () => {
    expect(decodeReference(encodeReference(reference))).toEqual(reference);
  });

  it('takes an outcome back when its label is corrected', () => {
    const once = createProfile(reference.shape);
    const corrected = createProfile(reference.shape);
    const joined = joinEntryOf(batch, 0);
    for (const profile of [once, corrected]) foldInferences(profile, batch, allRows(batch));
    foldOutcome(once, joined, '1');
    foldOutcome(corrected, joined, '0');
    foldOutcome(corrected, { ...joined, label: '0' }, '1');
    expect(corrected).toEqual(once);
  });
});
