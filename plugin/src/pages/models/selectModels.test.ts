import { describe, expect, it } from 'vitest';
import { modelList } from '../../../test/testing/fixtures/index';
import { filterModels } from './selectModels';

const names = (search: string, health: 'all' | 'attention' | 'ok') =>
  filterModels(modelList.items, { search, health }).map(({ model }) => model);

describe('the filter of the models page', () => {
  it('shows everything when nothing is asked for', () => {
    expect(names('', 'all')).toHaveLength(modelList.items.length);
  });

  it.each([
    ['CREDIT', ['credit-risk']],
    ['staging', ['pricing']],
    [' payments ', ['fraud']],
    ['nobody', []],
  ])('finds %j by model, environment or owner', (search, found) => {
    expect(names(search, 'all')).toEqual(found);
  });

  it('counts a model without data as one that needs attention', () => {
    expect(names('', 'attention')).toEqual(['credit-risk', 'churn', 'pricing']);
    expect(names('', 'ok')).toEqual(['fraud', 'claims']);
  });
});
