import { posix } from 'node:path';
import { fillTemplate, type PluginRoute, type PluginSettings } from './routeRules.ts';

export interface DataSourceMatch {
  readonly route: PluginRoute;
  /** What follows the route's path, percent-encoded as it arrived. */
  readonly rest: string;
}

/**
 * Which route of a data source answers a request, by the rules of Grafana's data source proxy: a method is equal or absent,
 * and the cleaned path only has to begin with the route's, so that `v1/models` answers `v1/modelsevil` as well. The first
 * match wins. No match is not a refusal: Grafana sends such a request to the data source's `url`, unchecked.
 *
 * `escapedPath` is the request's path after the data source's uid, still percent-encoded.
 */
export function matchDataSourceRoute(
  routes: readonly PluginRoute[],
  method: string,
  escapedPath: string,
): DataSourceMatch | null {
  const path = clean(escapedPath);
  const route = routes.find(
    (one) => (one.method === undefined || ['', '*', method].includes(one.method)) && path.startsWith(clean(one.path)),
  );
  return route === undefined ? null : { route, rest: path.slice(clean(route.path).length) };
}

/** Where a matched request goes; throws when the settings have no address. The rest of the path is joined by one slash. */
export function dataSourceTargetOf({ route, rest }: DataSourceMatch, search: string, settings: PluginSettings): URL {
  const target = new URL(fillTemplate(route.url, settings));
  if (rest !== '') {
    target.pathname = `${target.pathname.replace(/\/$/, '')}/${rest.replace(/^\//, '')}`;
  }
  target.search = search;
  return target;
}

function clean(path: string): string {
  return posix.join('/', path).replace(/^\//, '');
}
