import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type ErrorCode, errorCodes, PlumblineError } from '../errors.ts';
import { actionResult, apiError } from '../http/api.ts';

export interface CollectorClient {
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  /** An answer that is not JSON. */
  text(path: string): Promise<string>;
  send<Schema extends z.ZodType>(request: CollectorRequest, schema: Schema): Promise<z.output<Schema>>;
  /** A control action on what was seen at `revision`: `set-reference/credit`. */
  act(action: string, revision: number, body: object): Promise<z.output<typeof actionResult>>;
}

export interface CollectorRequest {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly contentType: string;
  readonly body: string | Blob;
}

/** Options that every command with a collector takes, for `parseArgs`. */
export const collectorOptions = {
  collector: { type: 'string' },
  token: { type: 'string' },
} as const;

export const collectorHelp = [
  '  --collector URL   where the collector answers; default $PLUMBLINE_COLLECTOR or http://127.0.0.1:4318',
  '  --token TOKEN     a token of collector.identity.tokens; default $PLUMBLINE_TOKEN',
];

/** Talks to a collector's API. An answer that is an error is thrown with the code the collector gave it. */
export function collectorClient(options: {
  readonly collector?: string | undefined;
  readonly token?: string | undefined;
}): CollectorClient {
  const base = (options.collector ?? process.env.PLUMBLINE_COLLECTOR ?? 'http://127.0.0.1:4318').replace(/\/+$/, '');
  if (!/^https?:\/\//.test(base) || !URL.canParse(base)) {
    throw new PlumblineError('BAD_REQUEST', `the address of a collector is http://host:port, not ${base}`);
  }
  const token = options.token ?? process.env.PLUMBLINE_TOKEN;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };

  async function reach(path: string, init: RequestInit): Promise<Response> {
    return fetch(base + path, { ...init, redirect: 'error' }).catch((cause: unknown) => {
      const reason = cause instanceof Error && cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
      const advice = 'is it running? --collector or PLUMBLINE_COLLECTOR says where';
      throw new PlumblineError('NOT_READY', `no collector answers at ${base}${reason} (${advice})`, { cause });
    });
  }

  async function ask<Schema extends z.ZodType>(
    path: string,
    init: RequestInit,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const response = await reach(path, init);
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      throw errorOf(body, response.status, base);
    }
    const parsed = schema.safeParse(body);
    if (!parsed.success) {
      throw new PlumblineError('BAD_DATA', `${base}${path} did not answer like a collector of this version`);
    }
    return parsed.data;
  }

  return {
    get: (path, schema) => ask(path, { headers }, schema),
    async text(path) {
      const response = await reach(path, { headers });
      if (response.ok) {
        return response.text();
      }
      throw errorOf(await response.json().catch(() => null), response.status, base);
    },
    send: ({ method, path, contentType, body }, schema) =>
      ask(path, { method, headers: { ...headers, 'content-type': contentType }, body }, schema),
    act(action, revision, body) {
      const control = { 'if-match': `"${revision}"`, 'idempotency-key': randomUUID() };
      const all = { ...headers, ...control, 'content-type': 'application/json' };
      return ask(`/v1/actions/${action}`, { method: 'POST', headers: all, body: JSON.stringify(body) }, actionResult);
    },
  };
}

function errorOf(body: unknown, status: number, base: string): PlumblineError {
  const parsed = apiError.safeParse(body);
  if (!parsed.success) {
    return new PlumblineError('BAD_DATA', `${base} answered ${status}, and not like a collector`);
  }
  const { code, message, details } = parsed.data.error;
  return new PlumblineError(isErrorCode(code) ? code : 'INTERNAL', message, details === undefined ? {} : { details });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
