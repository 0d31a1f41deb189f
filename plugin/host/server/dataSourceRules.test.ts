import { describe, expect, it } from 'vitest';
import source from '../../src/datasource/plugin.json' with { type: 'json' };
import { dataSourceTargetOf, matchDataSourceRoute } from './dataSourceRules.ts';

const settings = { jsonData: { collectorUrl: 'http://collector:4318' }, secureJsonData: {} };

function targetOf(method: string, path: string): string | null {
  const match = matchDataSourceRoute(source.routes, method, path);
  return match === null ? null : dataSourceTargetOf(match, '?a=1', settings).href;
}

describe('a request to the data source', () => {
  it.each([
    ['/v1/models', 'http://collector:4318/v1/models?a=1'],
    ['/v1/models/credit-risk/drift', 'http://collector:4318/v1/models/credit-risk/drift?a=1'],
    ['/v1/models/a%20b/versions', 'http://collector:4318/v1/models/a%20b/versions?a=1'],
    ['/v1/stream', 'http://collector:4318/v1/stream?a=1'],
    ['//v1//models/x', 'http://collector:4318/v1/models/x?a=1'],
  ])('to %s goes to %s', (path, target) => {
    expect(targetOf('GET', path)).toBe(target);
  });

  it('that only begins like a route stays below that route', () => {
    expect(targetOf('GET', '/v1/modelsevil')).toBe('http://collector:4318/v1/models/evil?a=1');
    expect(targetOf('GET', '/v1/models/../actions/promote/x')).toBeNull();
  });

  it.each([
    ['POST', '/v1/models/credit-risk'],
    ['POST', '/v1/actions/promote/credit-risk'],
    ['GET', '/v1/audit'],
    ['DELETE', '/v1/models'],
    ['GET', '/'],
  ])('%s %s has no route', (method, path) => {
    expect(targetOf(method, path)).toBeNull();
  });
});
