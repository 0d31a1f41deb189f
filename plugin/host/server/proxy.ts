import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import { dataSourceTargetOf, matchDataSourceRoute } from './dataSourceRules.ts';
import { hasRole, type Person } from './people.ts';
import { fillTemplate, matchRoute, type PluginRoute, type PluginSettings, targetOf } from './routeRules.ts';

/** What belongs to one connection and is never passed on. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const strippedFromRequest = new Set([
  'cookie',
  'host',
  'origin',
  'referer',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-grafana-user',
]);

export interface ProxiedRequest {
  readonly routes: readonly PluginRoute[];
  readonly settings: PluginSettings;
  readonly person: Person;
  /** Actions the person may take. */
  readonly permissions: ReadonlySet<string>;
  /** Path after `/api/plugin-proxy/<id>`, percent-encoded. */
  readonly path: string;
  /** Query with its question mark, or empty. */
  readonly search: string;
  readonly identityToken: string;
}

/**
 * Passes a request on to the collector as Grafana's app plugin proxy does: routes and permissions of plugin.json,
 * cookies and origin removed, templated headers set over whatever the browser sent, the person's signed identity
 * added, and the answer streamed through with a sandbox policy.
 */
export function proxyToCollector(incoming: IncomingMessage, outgoing: ServerResponse, request: ProxiedRequest): void {
  const { routes, settings, person, permissions, path, search } = request;
  if (Object.keys(settings.jsonData).length === 0) {
    // An app that nobody has configured is not enabled either.
    refuse(outgoing, 404, 'Plugin setting not found');
    return;
  }
  const match = matchRoute(routes, incoming.method ?? 'GET', path);
  if (match === null) {
    refuse(outgoing, 404, 'plugin route match not found');
    return;
  }
  if (!mayUse(match.route, person, permissions)) {
    refuse(outgoing, 403, 'plugin proxy route access denied');
    return;
  }
  passOn(incoming, outgoing, request, match.route, () => targetOf(match, search, settings));
}

/**
 * Passes a request on as Grafana's data source proxy does: whoever may query the data source enters, routes match by
 * prefix, a path without a route goes to the data source's own address, which ours does not have, and an answer of 401
 * becomes one of 400.
 */
export function proxyToDataSource(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  request: ProxiedRequest & { readonly mayQuery: boolean },
): void {
  const { routes, settings, person, permissions, path, search } = request;
  if (!request.mayQuery) {
    refuse(
      outgoing,
      403,
      "You'll need additional permissions to perform this action. Permissions needed: datasources:query",
    );
    return;
  }
  const match = matchDataSourceRoute(routes, incoming.method ?? 'GET', path);
  if (match === null) {
    failUpstream(outgoing);
    return;
  }
  if (!mayUse(match.route, person, permissions)) {
    refuse(outgoing, 403, 'plugin proxy route access denied');
    return;
  }
  passOn(incoming, outgoing, request, match.route, () => dataSourceTargetOf(match, search, settings), hideUnauthorised);
}

/** Answers in place of the upstream and says so. */
type Replace = (answer: IncomingMessage, outgoing: ServerResponse) => boolean;

function hideUnauthorised(answer: IncomingMessage, outgoing: ServerResponse): boolean {
  if (answer.statusCode !== 401) {
    return false;
  }
  answer.resume();
  outgoing.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
  outgoing.end('Authentication to data source failed');
  return true;
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { settings, person, identityToken }: ProxiedRequest,
  route: PluginRoute,
  findTarget: () => URL,
  replace: Replace = () => false,
): void {
  let target: URL;
  try {
    target = findTarget();
  } catch {
    // Without an address in the settings the templates make none that can be called.
    failUpstream(outgoing);
    return;
  }
  const headers = requestHeaders(incoming, route, settings, person, identityToken);
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  const upstream = send(target, { method: incoming.method, headers }, (answer) => {
    if (replace(answer, outgoing)) {
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, responseHeaders(answer.headers));
    outgoing.flushHeaders();
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  upstream.on('error', () => {
    if (outgoing.headersSent) {
      outgoing.destroy();
    } else {
      failUpstream(outgoing);
    }
  });
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

/** `reqAction` decides when there is one, else `reqRole`, else nothing. */
function mayUse(route: PluginRoute, person: Person, permissions: ReadonlySet<string>): boolean {
  if (route.reqAction !== undefined && route.reqAction !== '') {
    return permissions.has(route.reqAction);
  }
  return route.reqRole === undefined || hasRole(person, route.reqRole);
}

function requestHeaders(
  incoming: IncomingMessage,
  route: PluginRoute,
  settings: PluginSettings,
  person: Person,
  identityToken: string,
): IncomingHttpHeaders {
  const kept = Object.entries(incoming.headers).filter(
    ([name]) => !hopByHop.has(name) && !strippedFromRequest.has(name),
  );
  const templated = (route.headers ?? []).map(
    ({ name, content }) => [name.toLowerCase(), fillTemplate(content, settings)] as const,
  );
  return {
    ...Object.fromEntries(kept),
    'x-grafana-referer': incoming.headers.referer ?? '',
    'x-forwarded-for': [incoming.headers['x-forwarded-for'], incoming.socket.remoteAddress].filter(Boolean).join(', '),
    'x-grafana-context': JSON.stringify({ login: person.login, orgRole: person.role, orgId: 1 }),
    'x-grafana-id': identityToken,
    ...Object.fromEntries(templated),
  };
}

function responseHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !hopByHop.has(name) && name !== 'set-cookie');
  return { ...Object.fromEntries(kept), 'content-security-policy': 'sandbox', via: '1.1 grafana' };
}

/** Grafana's own error shape, told apart from the collector's by having no `error`. */
export function refuse(outgoing: ServerResponse, status: number, message: string): void {
  outgoing.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  outgoing.end(JSON.stringify({ message, traceID: '' }));
}

/** What Grafana answers when it cannot reach the upstream: it says why in its log, and nothing to whoever asked. */
function failUpstream(outgoing: ServerResponse): void {
  outgoing.writeHead(502);
  outgoing.end();
}
