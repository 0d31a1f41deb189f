import type { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isLoopback } from '../config/index.ts';
import { PlumblineError } from '../errors.ts';
import { type Actor, systemActor } from '../rollout/actor.ts';
import { type Instruments, noInstruments } from '../telemetry/index.ts';
import { createAdmission } from './admission.ts';
import { errorAnswer } from './error-answer.ts';
import { etagOf, isNotModified } from './etag.ts';
import { once } from './idempotency.ts';
import type { Identity } from './identity/identity.ts';
import type { LiveEvent } from './live-events.ts';
import { checkPath } from './path-check.ts';
import type { Services } from './ports.ts';
import { type Control, type JsonRoute, parseInput, type RawRequest, type RawRoute, type Route } from './route.ts';

export interface HttpServerOptions {
  readonly routes: readonly Route[];
  readonly services: Services;
  readonly identity: Identity;
  readonly logger: Logger;
  readonly instruments?: Pick<Instruments, 'answered'>;
}

const defaultBodyLimit = 1_048_576;
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
  const { services, identity, logger, instruments = noInstruments } = options;
  const server = fastify({
    logger: false,
    bodyLimit: defaultBodyLimit,
    requestTimeout: requestTimeoutMs,
    // Requests under way are answered; `closeGently` ends what stays open for longer.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
    genReqId: () => crypto.randomUUID(),
    exposeHeadRoutes: false,
    // Bad URLs never reach a hook or a handler.
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    clientErrorHandler(error, socket) {
      if (socket.writable) {
        const { status, body } = errorAnswer(Object.assign(error, { statusCode: 400 }), 'none');
        const text = JSON.stringify(body);
        socket.end(
          `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\n` +
            `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
        );
      }
    },
  });
  const isPrivate = isLoopback(services.settings.collector.http.host);
  const admit = createAdmission({ identity, isPrivate, clock: services.clock });

  // Bodies are JSON, but where a route says otherwise.
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...answerHeaders, 'x-request-id': request.id });
    checkPath(request.raw.url ?? '');
  });
  server.addHook('onResponse', async (request, reply) => {
    instruments.answered({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1_000,
    });
    const level =
      reply.statusCode >= 500 ? 'error' : reply.statusCode >= 400 || request.method !== 'GET' ? 'info' : 'debug';
    logger[level](
      {
        event: 'http.request',
        requestId: request.id,
        method: request.method,
        // The route, not the path: ids belong to fields of the records that own them.
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
  server.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  server.setNotFoundHandler((request, reply) => {
    const error = new PlumblineError('NOT_FOUND', 'there is nothing here; GET /v1/openapi.json lists every path');
    return sendError(error, request, reply);
  });

  for (const route of options.routes) {
    if (route.kind === 'json') {
      server.route({ ...fastifyOptions(route), handler: (request, reply) => answerJson(route, request, reply) });
    } else {
      server.register(async (scope) => addRawRoute(scope, route));
    }
  }
  return server;

  function addRawRoute(scope: FastifyInstance, route: RawRoute): void {
    // A body is handed on as it arrives; the handler counts its bytes.
    scope.removeAllContentTypeParsers();
    if (route.consumes.length > 0) {
      scope.addContentTypeParser([...route.consumes], (request, payload, done) => {
        const tooLarge = Number(request.headers['content-length'] ?? 0) > (route.bodyLimit ?? defaultBodyLimit);
        const error = tooLarge ? new PlumblineError('TOO_LARGE', 'the body is larger than this path allows') : null;
        done(error, payload);
      });
    }
    scope.route({ ...fastifyOptions(route), handler: (request, reply) => answerRaw(route, request, reply) });
  }

  function fastifyOptions(route: Route) {
    return {
      method: route.method,
      url: route.path,
      ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
      // Before the body is read: a stranger's bytes are not worth parsing.
      onRequest: async (request: FastifyRequest) => {
        actors.set(request, await admit(route, request.headers, request.raw.socket.remoteAddress));
      },
    };
  }

  async function answerJson(route: JsonRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const announced: LiveEvent[] = [];
    const raw = rawRequest(request, route.isAction ? controlOf(request) : null, announced);
    const body = route.isAction ? await answerOnce(route, raw, request, reply) : await route.answer(raw);
    for (const event of announced) {
      services.live.publish(event);
    }
    const isRepeated = reply.getHeader('idempotency-replayed') !== undefined;
    if (announced.length > 0 || (route.isAction && !isRepeated)) {
      services.changed();
    }
    const text = JSON.stringify(body);
    reply.code(route.status).type('application/json; charset=utf-8');
    if (route.method === 'GET') {
      const etag = etagOf(text);
      reply.header('etag', etag);
      if (isNotModified(request.headers['if-none-match'], etag)) {
        return reply.code(304).send();
      }
    }
    return reply.send(text);
  }

  async function answerOnce(
    route: JsonRoute,
    raw: RawRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const control = raw.control ?? controlOf(request);
    const { body, replayed } = await once(
      services.store,
      {
        actor: raw.actor,
        key: control.idempotencyKey,
        request: { path: request.url, revision: control.expectedRevision, body: request.body ?? null },
        at: services.clock(),
      },
      () => route.answer(raw),
    );
    if (replayed) {
      reply.header('idempotency-replayed', 'true');
    }
    return body;
  }

  async function answerRaw(route: RawRoute, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    // The parser above passes the payload on as the body.
    const bytes = route.consumes.length === 0 ? null : (request.body as Readable);
    return route.respond({ ...rawRequest(request, null, []), bytes }, reply);
  }

  function rawRequest(request: FastifyRequest, control: Control | null, announced: LiveEvent[]): RawRequest {
    return {
      services,
      announce: (type, model) => void announced.push({ type, model, at: services.clock() }),
      actor: actors.get(request) ?? systemActor('http'),
      headers: request.headers,
      requestId: request.id,
      params: request.params,
      query: request.query,
      body: request.body,
      control,
    };
  }

  function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { status, body, retryAfterSeconds, unexpected } = errorAnswer(error, request.id);
    if (unexpected) {
      logger.error(
        { event: 'http.failed', requestId: request.id, route: request.routeOptions?.url, err: error },
        'failed',
      );
    } else {
      logger.debug({ event: 'http.refused', requestId: request.id, code: body.error.code, err: error }, 'refused');
    }
    if (retryAfterSeconds !== null) {
      reply.header('retry-after', retryAfterSeconds);
    }
    return reply.code(status).headers(answerHeaders).type('application/json; charset=utf-8').send(JSON.stringify(body));
  }
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

/** Who sends each request that is under way. */
const actors = new WeakMap<FastifyRequest, Actor>();

const controlHeaders = z.object({
  'if-match': z.string().regex(/^"(?:0|[1-9]\d{0,14})"$/, 'must be one quoted revision: If-Match: "12"'),
  'idempotency-key': z.string().regex(/^[\x21-\x7e]{8,128}$/, 'must be 8 to 128 visible ASCII characters'),
});

function controlOf({ headers }: FastifyRequest): Control {
  if (headers['if-match'] === undefined) {
    throw new PlumblineError('REVISION_REQUIRED', 'send the revision that you saw: If-Match: "<revision>"');
  }
  if (headers['idempotency-key'] === undefined) {
    throw new PlumblineError('IDEMPOTENCY_KEY_REQUIRED', 'send a key of your own making: Idempotency-Key: <uuid>');
  }
  const checked = parseInput(controlHeaders, headers, 'header');
  return { expectedRevision: Number(checked['if-match'].slice(1, -1)), idempotencyKey: checked['idempotency-key'] };
}
