import { describe, expect, it } from 'vitest';
import { matchRoute, type PluginRoute, targetOf } from './routeRules.ts';

const settings = { jsonData: { collectorUrl: 'http://collector:4318' }, secureJsonData: { collectorToken: 'secret' } };
const url = '{{ .JsonData.collectorUrl }}';
const routes: PluginRoute[] = [
  { path: 'v1/me', url: `${url}/v1/me`, method: 'GET' },
  { path: 'v1/models/*', url: `${url}/v1/models`, method: 'GET', reqAction: 'read' },
  { path: 'v1/actions/promote/*', url: `${url}/v1/actions/promote`, method: 'POST', reqAction: 'first' },
  { path: 'v1/actions/promote/*', url: `${url}/v1/other`, method: 'POST', reqAction: 'second' },
  { path: 'v1/any', url: `${url}/v1/any` },
];

function sentTo(method: string, path: string, search = ''): string | null {
  const match = matchRoute(routes, method, path);
  return match === null ? null : targetOf(match, search, settings).href;
}

describe('a request', () => {
  it('goes where its route points, with what the star stood for', () => {
    expect(sentTo('GET', '/v1/me')).toBe('http://collector:4318/v1/me');
    expect(sentTo('GET', '/v1/models/credit-risk/drift', '?version=2')).toBe(
      'http://collector:4318/v1/models/credit-risk/drift?version=2',
    );
  });

  it.each([
    ['GET', '/v1/models', 'a star needs something to stand for'],
    ['GET', '/v1/models/', 'a closing slash is nothing'],
    ['GET', '/v1/mextra', 'a path is not a prefix'],
    ['GET', '/v1/me/more', 'an exact route takes no more'],
    ['POST', '/v1/me', 'the method is another'],
    ['GET', '/v1/actions/promote/credit-risk', 'the method is another'],
    ['GET', '/', 'there is no route for everything'],
    ['GET', '/v1/models/%zz', 'the escape is broken'],
  ])('%s %s matches nothing: %s', (method, path) => {
    expect(matchRoute(routes, method, path)).toBeNull();
  });

  it('takes the first route that matches', () => {
    expect(matchRoute(routes, 'POST', '/v1/actions/promote/credit-risk')?.route.reqAction).toBe('first');
  });

  it('may use any method where the route names none', () => {
    expect(matchRoute(routes, 'DELETE', '/v1/any')).not.toBeNull();
  });

  it('cannot climb out of its route with dots', () => {
    expect(sentTo('GET', '/v1/models/../actions/promote/x')).toBeNull();
    expect(sentTo('GET', '//v1//me')).toBe('http://collector:4318/v1/me');
  });

  it('keeps an encoded id, except for an encoded slash, which Grafana decodes', () => {
    expect(sentTo('GET', '/v1/models/credit%20risk%25')).toBe('http://collector:4318/v1/models/credit%20risk%25');
    expect(sentTo('GET', '/v1/models/a%2Fb')).toBe('http://collector:4318/v1/models/a/b');
  });

  it('cannot be sent anywhere when the settings lack the address', () => {
    const match = matchRoute(routes, 'GET', '/v1/me');
    expect(() => targetOf(match!, '', { jsonData: {}, secureJsonData: {} })).toThrow(/Invalid URL/);
  });

  it('is not matched by a pattern the host would read otherwise than Grafana', () => {
    expect(() => matchRoute([{ path: 'v1/:model/drift', url }], 'GET', '/v1/x/drift')).toThrow(/only exact paths/);
  });
});
