import { posix } from 'node:path';

/** One entry of `routes` in a plugin.json, as far as an app plugin may use it. */
export interface PluginRoute {
  readonly path: string;
  readonly url: string;
  readonly method?: string;
  readonly reqAction?: string;
  readonly reqRole?: 'Viewer' | 'Editor' | 'Admin';
  readonly headers?: readonly { readonly name: string; readonly content: string }[];
}

/** What a plugin's settings hold: the templates of a route are filled from it. */
export interface PluginSettings {
  readonly jsonData: Readonly<Record<string, string>>;
  readonly secureJsonData: Readonly<Record<string, string>>;
}

export interface RouteMatch {
  readonly route: PluginRoute;
  /** What `*` stood for, percent-decoded; empty for an exact route. */
  readonly rest: string;
}

/**
 * Which route answers a request, by the rules of Grafana's app plugin proxy: a method is equal or absent, a path is
 * exact or a prefix ending in `/*` (which needs something after the slash), the first match wins, and no match means
 * the request is refused.
 *
 * `escapedPath` is the request's path after the plugin's id, still percent-encoded.
 */
export function matchRoute(routes: readonly PluginRoute[], method: string, escapedPath: string): RouteMatch | null {
  const path = posix.join('/', escapedPath).replace(/^\//, '').replace(/\/$/, '');
  for (const route of routes) {
    if (route.method !== undefined && route.method !== '' && route.method !== '*' && route.method !== method) {
      continue;
    }
    const rest = matchPath(route.path, path);
    if (rest !== null) {
      return { route, rest };
    }
  }
  return null;
}

function matchPath(pattern: string, path: string): string | null {
  const wanted = pattern.replace(/\/$/, '').split('/');
  const isPrefix = wanted.at(-1) === '*';
  const literal = isPrefix ? wanted.slice(0, -1) : wanted;
  if (literal.some((segment) => /[*:]/.test(segment))) {
    throw new Error(`route path "${pattern}": only exact paths and a closing "/*" are supported`);
  }
  const given = path.split('/');
  if (isPrefix ? given.length <= literal.length : given.length !== literal.length) {
    return null;
  }
  try {
    const matches = literal.every((segment, index) => segment === decodeURIComponent(given[index] ?? ''));
    return matches ? decodeURIComponent(given.slice(literal.length).join('/')) : null;
  } catch {
    // A broken percent escape matches nothing.
    return null;
  }
}

/**
 * Where a matched request goes; throws when the settings have no address. The rest of the path arrives decoded and is encoded again, as Grafana does: an encoded
 * slash in an id does therefore not survive the proxy.
 */
export function targetOf(match: RouteMatch, search: string, settings: PluginSettings): URL {
  const target = new URL(fillTemplate(match.route.url, settings));
  const base = target.pathname.replace(/\/$/, '');
  target.pathname = match.rest === '' ? base : `${base}/${encodePath(match.rest.replace(/^\//, ''))}`;
  target.search = search;
  return target;
}

/** Fills `{{ .JsonData.name }}` and `{{ .SecureJsonData.name }}`; what the settings lack is filled as Go's templates do. */
export function fillTemplate(template: string, { jsonData, secureJsonData }: PluginSettings): string {
  return template.replace(/\{\{\s*\.(JsonData|SecureJsonData)\.(\w+)\s*\}\}/g, (_, source: string, name: string) =>
    source === 'JsonData' ? (jsonData[name] ?? '<no value>') : (secureJsonData[name] ?? ''),
  );
}

/** Escapes what Go's net/url escapes in a path. */
function encodePath(path: string): string {
  return encodeURIComponent(path)
    .replace(/%(24|26|2B|2C|2F|3A|3B|3D|40)/g, (escaped) => decodeURIComponent(escaped))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
