import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isLoopback } from '../config/index.ts';
import { PlumblineError } from '../errors.ts';
import { type Instruments, noInstruments } from '../telemetry/index.ts';
import { addRoute } from './add-route.ts';
import { createAdmission } from './admission.ts';
import { errorAnswer } from './error-answer.ts';
import type { Identity } from './identity/identity.ts';
import { checkPath } from './path-check.ts';
import type { Services } from './ports.ts';
import type { Route } from './route.ts';

export interface HttpServerOptions {
  readonly routes: readonly Route[];
  readonly services: Services;
  readonly identity: Identity;
  readonly logger: Logger;
  readonly instruments?: Pick<Instruments, 'answered'>;
}

const bodyLimit = 1_048_576;
/** A whole request, the largest upload over a slow line included; heads are given a minute (Node's default). */
const requestTimeoutMs = 10 * 60_000;

const answerHeaders = {
  'cache-control': 'private, no-cache',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The HTTP server of a route table. Every answer that is not a success has the one error shape. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { routes, services, identity, logger, instruments = noInstruments } = options;
  const sendError = errorSender(logger);
  const server = fastify({
    logger: false,
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    // Requests under way are answered; `closeGently` ends what stays open for longer.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
    genReqId: () => crypto.randomUUID(),
    exposeHeadRoutes: false,
    // Bad URLs never reach a hook or a handler.
    frameworkErrors: sendError,
    clientErrorHandler: refuseUnreadable,
  });
  // Bodies are JSON, but where a route says otherwise.
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...answerHeaders, 'x-request-id': request.id });
    checkPath(request.raw.url ?? '');
  });
  server.addHook('onResponse', async (request, reply) => noteAnswer(request, reply, logger, instruments));
  server.setErrorHandler(sendError);
  server.setNotFoundHandler((request, reply) => {
    const error = new PlumblineError('NOT_FOUND', 'there is nothing here; GET /v1/openapi.json lists every path');
    return sendError(error, request, reply);
  });

  const isPrivate = isLoopback(services.settings.collector.http.host);
  const admit = createAdmission({ identity, isPrivate, clock: services.clock });
  for (const route of routes) addRoute(server, route, { services, admit, bodyLimit });
  return server;
}

/** Takes no request any more, answers those under way, and cuts off what lasts longer than `patienceMs`: streams, uploads. */
export async function closeGently(server: FastifyInstance, patienceMs = 2_000): Promise<void> {
  const impatience = setTimeout(() => server.server.closeAllConnections(), patienceMs);
  try {
    await server.close();
  } finally {
    clearTimeout(impatience);
  }
}

type SendError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

function errorSender(logger: Logger): SendError {
  return (error, request, reply) => {
    const { status, body, retryAfterSeconds, unexpected } = errorAnswer(error, request.id);
    const about = { requestId: request.id, route: request.routeOptions?.url, err: error };
    if (unexpected) logger.error({ event: 'http.failed', ...about }, 'failed');
    else logger.debug({ event: 'http.refused', code: body.error.code, ...about }, 'refused');
    if (retryAfterSeconds !== null) reply.header('retry-after', retryAfterSeconds);
    return reply.code(status).headers(answerHeaders).type('application/json; charset=utf-8').send(JSON.stringify(body));
  };
}

/** Answers bytes that are no HTTP: there is no request and no reply. */
function refuseUnreadable(error: Error, socket: Socket): void {
  if (!socket.writable) return;
  const { status, body } = errorAnswer(Object.assign(error, { statusCode: 400 }), 'none');
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Asked every few seconds for as long as the collector lives; what changes is logged where it does. */
const probes: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz']);

function noteAnswer(
  { id, method, routeOptions: { url: route } }: FastifyRequest,
  { statusCode: status, elapsedTime }: FastifyReply,
  logger: Logger,
  instruments: Pick<Instruments, 'answered'>,
): void {
  instruments.answered({ method, route: route ?? 'none', status, seconds: elapsedTime / 1_000 });
  // The route, not the path: ids belong to fields of the records that own them.
  const about = { requestId: id, method, route: route ?? null, status, durationMs: Math.round(elapsedTime) };
  logger[levelOf(method, route, status)]({ event: 'http.request', ...about }, 'request');
}

function levelOf(method: string, route: string | undefined, status: number): 'debug' | 'info' | 'error' {
  if (probes.has(route)) return 'debug';
  if (status >= 500) return 'error';
  return status >= 400 || method !== 'GET' ? 'info' : 'debug';
}
