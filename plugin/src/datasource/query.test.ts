import { describe, expect, it } from 'vitest';
import { isComplete, questionOf } from './query.ts';

const plain = (text: string) => [text];
const variables = (text: string) => (text === '$models' ? ['fraud', 'churn'] : text === '$none' ? [''] : [text]);

describe('a query', () => {
  it.each([
    [{ report: 'models' as const }, true],
    [{ report: 'drift' as const, model: 'fraud' }, true],
    [{ report: 'drift' as const }, false],
    [{ report: 'drift' as const, model: '  ' }, false],
    [{ report: 'distribution' as const, model: 'fraud' }, false],
    [{ report: 'distribution' as const, model: 'fraud', signal: 'score' }, true],
    [{}, false],
  ])('%j is complete: %s', (query, complete) => {
    expect(isComplete({ refId: 'A', ...query })).toBe(complete);
  });

  it('asks about every value of a variable', () => {
    const question = questionOf({ refId: 'A', report: 'drift', model: '$models' }, variables);
    expect(question.models).toEqual(['fraud', 'churn']);
  });

  it('asks about nothing when its variable is empty, and about all signals and groups when none is chosen', () => {
    const question = questionOf({ refId: 'A', report: 'fairness', model: '$none' }, variables);
    expect(question).toMatchObject({ models: [], version: '', signals: [], groups: [], statistic: '' });
  });

  it('does not mind spaces around names', () => {
    expect(questionOf({ refId: 'A', report: 'drift', model: ' fraud ', version: ' 7' }, plain)).toMatchObject({
      models: ['fraud'],
      version: '7',
    });
  });
});
