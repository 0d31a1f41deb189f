import { describe, expect, it } from 'vitest';
import { formatDigest, formatSignal, formatWords } from './name';

describe('names people read', () => {
  it.each([
    ['feature:income', 'income'],
    ['fairness:sex=female', 'sex = female'],
    ['fairness_gap:sex=female', 'sex = female (gap)'],
    ['performance:error_rate', 'error_rate'],
    ['data_quality:income', 'income'],
    ['score', 'score'],
  ])('shows the signal %s as %s', (signal, text) => {
    expect(formatSignal(signal)).toBe(text);
  });

  it.each([
    ['populationStabilityIndex', 'Population stability index'],
    ['worst_group', 'Worst group'],
    ['rollout.canary_started', 'Rollout canary started'],
    ['score', 'Score'],
  ])('turns %s into %s', (name, text) => {
    expect(formatWords(name)).toBe(text);
  });

  it('shortens a digest', () => {
    expect(formatDigest(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab');
  });
});
