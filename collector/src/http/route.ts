import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type ErrorCode, PlumblineError } from '../errors.ts';
import type { Actor } from '../rollout/actor.ts';
import type { Verb } from './api.ts';
import type { LiveEvent } from './live-events.ts';
import type { Services } from './ports.ts';

/**
 * One row of the API: what it takes, what it gives, who may use it and what it does. The same row validates requests,
 * checks answers, and documents itself in OpenAPI.
 */

export type Scope = 'read' | 'control' | 'versions:register' | 'artefacts:write' | 'events:write';

export type Access =
  /** Nobody is asked who they are. */
  | { readonly kind: 'open' }
  /** Everybody on this machine when the collector listens on loopback, else whoever may read. */
  | { readonly kind: 'scrape' }
  /** Everybody who says who they are. */
  | { readonly kind: 'known' }
  /** Every person, and machines with the scope `read` or `control`. */
  | { readonly kind: 'read' }
  /** Machines with the scope. */
  | { readonly kind: 'scope'; readonly scope: Scope }
  /** People whose role has the verb, and machines with the scope `control` (which never approve). */
  | { readonly kind: 'verb'; readonly verb: Verb }
  /** The handler checks a credential that belongs to one object. */
  | { readonly kind: 'object-token' };

/** What every handler gets beside its own input. */
export interface RequestContext {
  readonly services: Services;
  /** Set for every access but `open`, `scrape` and `object-token`. */
  readonly actor: Actor;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  /** Tells those who watch that something about a model changed: after the change is committed, and only then. */
  announce(type: LiveEvent['type'], model: string): void;
}

/** Of control actions: what `If-Match` and `Idempotency-Key` say. */
export interface Control {
  readonly expectedRevision: number;
  readonly idempotencyKey: string;
}

/** A request as the server has it, before anything is known about its shape. */
export interface RawRequest extends RequestContext {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly control: Control | null;
}

interface Common {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `/v1/models/:model` */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  /** Errors of its own, beside those that every route may give. */
  readonly errors?: readonly ErrorCode[];
  /** Bytes of a body; default 1 MiB. */
  readonly bodyLimit?: number;
}

/** A row whose answer is JSON. */
export interface JsonRoute extends Common {
  readonly kind: 'json';
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  readonly response: z.ZodType;
  readonly status: number;
  /** Needs `If-Match` and `Idempotency-Key`; the answer is remembered under the key. */
  readonly isAction: boolean;
  /** Checked input in, checked answer out. */
  answer(request: RawRequest): Promise<unknown>;
}

/** A row that writes its answer itself, or reads its body as it comes. */
export interface RawRoute extends Common {
  readonly kind: 'raw';
  readonly params: z.ZodType | null;
  /** Content types it reads; none: no body. */
  readonly consumes: readonly string[];
  readonly produces: string;
  /** Of an answer that is JSON: for the documentation and for types. */
  readonly response: z.ZodType | null;
  /** Of its successes. */
  readonly statuses: readonly number[];
  respond(request: RawRequest & { readonly bytes: Readable | null }, reply: FastifyReply): Promise<unknown>;
}

export type Route = JsonRoute | RawRoute;

/** Plain data that nobody changes: what handlers may answer with. */
type ReadonlyData<Data> = Data extends readonly (infer Item)[]
  ? readonly ReadonlyData<Item>[]
  : Data extends object
    ? { readonly [Key in keyof Data]: ReadonlyData<Data[Key]> }
    : Data;

type In<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

interface JsonRouteInput<
  Params extends z.ZodType | undefined,
  Query extends z.ZodType | undefined,
  Body extends z.ZodType | undefined,
  Response extends z.ZodType,
> extends Common {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly response: Response;
  readonly status?: number;
  readonly isAction?: boolean;
  handle(
    request: RequestContext & {
      readonly params: In<Params>;
      readonly query: In<Query>;
      readonly body: In<Body>;
      readonly control: Control | null;
    },
  ): Promise<ReadonlyData<z.input<Response>>>;
}

/** Makes a row of the table. Its types are known only inside, where input is parsed and the answer is checked. */
export function jsonRoute<
  Response extends z.ZodType,
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(input: JsonRouteInput<Params, Query, Body, Response>): JsonRoute {
  const { handle, params, query, body, response, status = 200, isAction = false, ...common } = input;
  return {
    ...common,
    kind: 'json',
    params: params ?? null,
    query: query ?? null,
    body: body ?? null,
    response,
    status,
    isAction,
    async answer(request) {
      const answer = await handle({
        ...request,
        // A schema that was left out is the type parameter's own `undefined`.
        params: parseInput(params as Params, request.params, 'path'),
        query: parseInput(query as Query, request.query, 'query'),
        body: parseInput(body as Body, request.body, 'body'),
      });
      const checked = response.safeParse(answer);
      if (!checked.success) {
        // A number that is not finite, a missing field: ours to find, not the reader's to guess at.
        throw new PlumblineError('INTERNAL', `the answer does not fit its schema: ${z.prettifyError(checked.error)}`);
      }
      return checked.data;
    },
  };
}

export function rawRoute(
  input: Omit<RawRoute, 'kind' | keyof typeof rawDefaults> & Partial<Pick<RawRoute, keyof typeof rawDefaults>>,
): RawRoute {
  return { ...rawDefaults, ...input, kind: 'raw' };
}

const rawDefaults = { params: null, consumes: [], response: null, statuses: [200] } as const;

const nothing = z.strictObject({});

/**
 * Input as its schema says, or `BAD_REQUEST`, or `UNKNOWN_FIELD` for what the schema does not know. Without a schema
 * nothing is allowed: a parameter that is ignored would look as if it worked.
 */
export function parseInput<Schema extends z.ZodType | undefined>(
  schema: Schema,
  value: unknown,
  place: 'path' | 'query' | 'body' | 'header',
): In<Schema> {
  const parsed = (schema ?? nothing).safeParse(value ?? {});
  if (parsed.success) {
    // What `schema` parsed, or nothing where there is none: exactly what `In` says.
    return (schema === undefined ? undefined : parsed.data) as In<Schema>;
  }
  const problems = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: textOf(place, [...issue.path, key]),
          message: 'unknown field',
          unknown: true,
        }))
      : [{ path: textOf(place, issue.path), message: issue.message, unknown: false }],
  );
  const code = problems.some(({ unknown }) => unknown) ? 'UNKNOWN_FIELD' : 'BAD_REQUEST';
  const listed = problems.slice(0, 20).map(({ path, message }) => ({ path, message }));
  throw new PlumblineError(code, listed.map(({ path, message }) => `${path}: ${message}`).join('; '), {
    details: { problems: listed },
  });
}

function textOf(place: string, path: readonly PropertyKey[]): string {
  // A key may be as long as the body; a message may not.
  const text = [place, ...path.map((part) => String(part))].join('.');
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
