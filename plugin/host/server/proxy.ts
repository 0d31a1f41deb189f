import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
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
export function proxyToCollector(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { routes, settings, person, permissions, path, search, identityToken }: ProxiedRequest,
): void {
  const match = matchRoute(routes, incoming.method ?? 'GET', path);
  if (match === null) {
    refuse(outgoing, 404, 'plugin route match not found');
    return;
  }
  if (!mayUse(match.route, person, permissions)) {
    refuse(outgoing, 403, 'plugin proxy route access denied');
    return;
  }
  let target: URL;
  let headers: IncomingHttpHeaders;
  try {
    target = targetOf(match, search, settings);
    headers = requestHeaders(incoming, match.route, settings, person, identityToken);
  } catch (error) {
    refuse(outgoing, 500, `Could not interpolate plugin route url: ${messageOf(error)}`);
    return;
  }

  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  const upstream = send(target, { method: incoming.method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, responseHeaders(answer.headers));
    outgoing.flushHeaders();
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  upstream.on('error', (error) => {
    if (outgoing.headersSent) {
      outgoing.destroy();
    } else {
      refuse(outgoing, 502, `The collector cannot be reached: ${messageOf(error)}`);
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
