import { describe, expect, it } from 'vitest';
import { formatActor, formatDigest, formatSignal, formatWords } from './name';
import { namePeople } from './people';

describe('names people read', () => {
  it.each([
    ['feature:income', 'income'],
    ['fairness:sex=female', 'sex = female'],
    ['fairness_gap:sex=female', 'sex = female (gap)'],
    ['performance:error_rate', 'error rate'],
    ['feature:error_rate', 'error_rate'],
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

  it('names people as the collector does, and those whom it does not name by their subject', () => {
    namePeople({ items: [{ subject: 'user:3', name: 'Ada Byron' }] });
    expect(
      ['user:3', 'user:4', 'user:olu', 'token:ci', 'trainer:rt_1', 'system:gates', 'somebody'].map(formatActor),
    ).toEqual(['Ada Byron', 'user 4', 'olu', 'ci (machine)', 'trainer (machine)', 'gates (automatic)', 'somebody']);
  });

  it('shortens a digest', () => {
    expect(formatDigest(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab');
  });
});
