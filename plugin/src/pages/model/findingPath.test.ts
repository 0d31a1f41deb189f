import { expect, it } from 'vitest';
import { findingPath } from './findingPath';

const model = { model: 'm', version: '2' };

it.each([
  [{ kind: 'feature', signal: 'feature:income' }, '/drift?signal=feature%3Aincome&version=2'],
  [{ kind: 'data_quality', signal: 'data_quality:income' }, '/data-quality?version=2'],
  [{ kind: 'performance', signal: 'performance:auc' }, '/performance?version=2'],
  [{ kind: 'score', signal: 'performance:expected_error' }, '/performance?version=2'],
  [{ kind: 'fairness', signal: 'fairness:sex=f', segment: 'channel=app' }, '/fairness?segment=channel%3Dapp&version=2'],
] as const)('leads from %o to where it is explained', (finding, path) => {
  expect(findingPath({ ...model, ...finding })).toBe(`/a/plumbline-models-app/models/m${path}`);
});
