import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PlumblineError } from '../errors.ts';
import { type Actor, systemActor } from '../rollout/actor.ts';
import { notePerson } from '../store/people.ts';
import type { Admit } from './admission.ts';
import { etagOf, isNotModified } from './etag.ts';
import { once } from './idempotency.ts';
import type { LiveEvent } from './live-events.ts';
import type { Services } from './ports.ts';
import { type Control, type JsonRoute, parseInput, type RawRequest, type RawRoute, type Route } from './route.ts';

/** What every route is answered with. */
export interface RouteContext {
  readonly services: Services;
  readonly admit: Admit;
  /** Bytes of a body, where a route says nothing else. */
  readonly bodyLimit: number;
}

/** Puts one row of the table on the server. */
export function addRoute(server: FastifyInstance, route: Route, context: RouteContext): void {
  if (route.kind === 'json') addJsonRoute(server, route, context);
  else server.register(async (scope) => addRawRoute(scope, route, context));
}

function addJsonRoute(server: FastifyInstance, route: JsonRoute, context: RouteContext): void {
  const { services } = context;
  server.route({
    ...routeOptions(route, context),
    async handler(request, reply) {
      const announced: LiveEvent[] = [];
      const control = route.isAction ? controlOf(request) : null;
      const raw = rawRequest(services, request, control, announced);
      const { body, replayed } = await answerOnce(route, raw, request.url);
      for (const event of announced) services.live.publish(event);
      if (announced.length > 0 || (route.isAction && !replayed)) services.changed();
      if (replayed) reply.header('idempotency-replayed', 'true');
      return sendJson(request, reply.code(route.status), body);
    },
  });
}

/** An action that was asked for before is not done again: its answer is the one that was given then. */
async function answerOnce(
  route: JsonRoute,
  raw: RawRequest,
  path: string,
): Promise<{ readonly body: unknown; readonly replayed: boolean }> {
  const { services, actor, control } = raw;
  if (control === null) return { body: await route.answer(raw), replayed: false };
  const { idempotencyKey: key, expectedRevision: revision } = control;
  const request = { path, revision, body: raw.body ?? null };
  const at = services.clock();
  return once(services.store, { actor, key, request, at }, async (transaction) => {
    if (actor.human) await notePerson(transaction, actor, { at, requestId: key });
    return route.answer(raw);
  });
}

function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply {
  const text = JSON.stringify(body);
  reply.type('application/json; charset=utf-8');
  if (request.method === 'GET') {
    const etag = etagOf(text);
    reply.header('etag', etag);
    if (isNotModified(request.headers['if-none-match'], etag)) return reply.code(304).send();
  }
  return reply.send(text);
}

function addRawRoute(scope: FastifyInstance, route: RawRoute, context: RouteContext): void {
  const { bodyLimit = context.bodyLimit } = route;
  // A body is handed on as it arrives; the handler counts its bytes.
  scope.removeAllContentTypeParsers();
  if (route.consumes.length > 0) {
    scope.addContentTypeParser([...route.consumes], (request, payload, done) => {
      const tooLarge = Number(request.headers['content-length'] ?? 0) > bodyLimit;
      const error = tooLarge ? new PlumblineError('TOO_LARGE', 'the body is larger than this path allows') : null;
      done(error, payload);
    });
  }
  scope.route({
    ...routeOptions(route, context),
    async handler(request, reply) {
      // The parser above passes the payload on as the body.
      const bytes = route.consumes.length === 0 ? null : (request.body as Readable);
      return route.respond({ ...rawRequest(context.services, request, null, []), bytes }, reply);
    },
  });
}

function routeOptions(route: Route, { admit, bodyLimit }: RouteContext) {
  return {
    method: route.method,
    url: route.path,
    bodyLimit: route.bodyLimit ?? bodyLimit,
    // Before the body is read: a stranger's bytes are not worth parsing.
    onRequest: async (request: FastifyRequest) => {
      actors.set(request, await admit(route, request.headers, request.raw.socket.remoteAddress));
    },
  };
}

/** Who sends each request that is under way. */
const actors = new WeakMap<FastifyRequest, Actor>();

function rawRequest(
  services: Services,
  request: FastifyRequest,
  control: Control | null,
  announced: LiveEvent[],
): RawRequest {
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
