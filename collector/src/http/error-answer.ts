import { type ErrorCode, isPlumblineError, PlumblineError } from '../errors.ts';
import type { ApiErrorBody } from './api.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly body: ApiErrorBody;
  readonly retryAfterSeconds: number | null;
  /** A bug or an outage of ours: worth a stack trace in the log, never in the answer. */
  readonly unexpected: boolean;
}

/** What somebody outside may know about an error: a stable code and a sentence. */
export function errorAnswer(error: unknown, requestId: string): ErrorAnswer {
  const known = asPlumblineError(error);
  const retryAfterSeconds = known.retriable ? 5 : null;
  if (known.code === 'INTERNAL') {
    const message = `something went wrong inside the collector; its log has the cause under request ${requestId}`;
    return {
      status: known.status,
      body: { error: { code: known.code, message, details: { requestId } } },
      retryAfterSeconds,
      unexpected: true,
    };
  }
  const details = known.details === undefined ? {} : { details: { ...known.details } };
  return {
    status: known.status,
    body: { error: { code: known.code, message: known.message, ...details } },
    retryAfterSeconds,
    unexpected: false,
  };
}

/** Fastify's and Node's own errors, by what they mean to the caller. */
const codeOfForeign: Readonly<Record<string, { code: ErrorCode; message: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'TOO_LARGE', message: 'the body is larger than this path allows' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'UNSUPPORTED_CONTENT_TYPE',
    message: 'this path does not read that content type: send application/json unless its documentation says otherwise',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'BAD_REQUEST', message: 'body: empty, although it says it is JSON' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'BAD_REQUEST', message: 'body: not valid JSON' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'BAD_REQUEST', message: 'body: its length is not what the header says' },
  FST_ERR_BAD_URL: { code: 'BAD_REQUEST', message: 'the path is not a valid URL path' },
  HPE_HEADER_OVERFLOW: { code: 'TOO_LARGE', message: 'the headers are too large' },
};

function asPlumblineError(error: unknown): PlumblineError {
  if (isPlumblineError(error)) {
    return error;
  }
  const { code, statusCode } = fieldsOf(error);
  const foreign = typeof code === 'string' ? codeOfForeign[code] : undefined;
  if (foreign !== undefined) {
    return new PlumblineError(foreign.code, foreign.message, { cause: error });
  }
  if (error instanceof SyntaxError && statusCode === 400) {
    // The JSON parser: malformed text, or keys that aim at prototypes.
    return new PlumblineError('BAD_REQUEST', 'body: not valid JSON, or it holds a forbidden key', { cause: error });
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new PlumblineError('BAD_REQUEST', 'the request cannot be read', { cause: error });
  }
  return new PlumblineError('INTERNAL', 'unexpected error', { cause: error });
}

function fieldsOf(error: unknown): { code?: unknown; statusCode?: unknown } {
  return error !== null && typeof error === 'object' ? error : {};
}
