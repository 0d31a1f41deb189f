import { expect, it } from 'vitest';
import { targetPath } from './targetPath';

it.each([
  ['model/production/credit-risk', '/a/plumbline-models-app/models/credit-risk/overview'],
  ['alert/e9b588', '/a/plumbline-models-app/alerts/e9b588'],
  ['retrain/rt_01', '/a/plumbline-models-app/retrain?search=rt_01'],
  ['webhook/pager', null],
  ['credit-risk', null],
])('what %s is about stands at %s', (target, path) => {
  expect(targetPath(target)).toBe(path);
});
