/**
 * Every error a person or a program can meet, with a stable code. Codes never change their meaning.
 * Thrown only for bad input at an edge and for conflicts; everything expected is a value.
 */
export const errorCodes = {
  BAD_REQUEST: { status: 400, retriable: false },
  UNKNOWN_FIELD: { status: 400, retriable: false },
  BAD_CONFIG: { status: 400, retriable: false },
  BAD_DATA: { status: 400, retriable: false },
  BAD_SPEC: { status: 400, retriable: false },
  BAD_ARTEFACT: { status: 422, retriable: false },
  /** Missing or wrong credentials. 403, never 401: Grafana's app proxy would log the person out and send it again. */
  NOT_AUTHENTICATED: { status: 403, retriable: false },
  FORBIDDEN: { status: 403, retriable: false },
  BAD_SIGNATURE: { status: 403, retriable: false },
  IDENTITY_UNAVAILABLE: { status: 503, retriable: true },
  NOT_FOUND: { status: 404, retriable: false },
  UNKNOWN_MODEL: { status: 404, retriable: false },
  UNKNOWN_VERSION: { status: 404, retriable: false },
  UNKNOWN_SEGMENT: { status: 404, retriable: false },
  CONFLICT: { status: 409, retriable: false },
  REVISION_CONFLICT: { status: 412, retriable: false },
  STALE_REVISION: { status: 412, retriable: false },
  REVISION_REQUIRED: { status: 428, retriable: false },
  IDEMPOTENCY_KEY_REQUIRED: { status: 428, retriable: false },
  IDEMPOTENCY_KEY_REUSED: { status: 409, retriable: false },
  /** The state machine refuses; `details.reason` says why. */
  REFUSED: { status: 409, retriable: false },
  TOO_LARGE: { status: 413, retriable: false },
  UNSUPPORTED_CONTENT_TYPE: { status: 415, retriable: false },
  TOO_MANY_REQUESTS: { status: 429, retriable: true },
  BROKER_UNAVAILABLE: { status: 503, retriable: true },
  /** The stream of events was deleted while it was read, and cannot be made again. */
  STREAM_GONE: { status: 503, retriable: true },
  BROKER_TOO_OLD: { status: 503, retriable: false },
  STORE_UNAVAILABLE: { status: 503, retriable: true },
  STORE_NEWER: { status: 503, retriable: false },
  NOT_READY: { status: 503, retriable: true },
  INTERNAL: { status: 500, retriable: false },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export class PlumblineError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { details?: Readonly<Record<string, unknown>>; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlumblineError';
    this.code = code;
    this.details = options?.details;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  get retriable(): boolean {
    return errorCodes[this.code].retriable;
  }
}

export function isPlumblineError(error: unknown, code?: ErrorCode): error is PlumblineError {
  return error instanceof PlumblineError && (code === undefined || error.code === code);
}

const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read by this user',
};

/** For people, with the system's error in their words: `cannot read rows.csv: there is no such file`. */
export function cannotRead(path: string, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return `cannot read ${path}: ${fileProblems[code] ?? code}`;
}

/** What failed, the stable code where there is one, and why: `counts cannot be stored (STORE_UNAVAILABLE): the disk is full`. */
export function failureText(what: string, error: unknown): string {
  const code = isPlumblineError(error) ? ` (${error.code})` : '';
  return `${what}${code}: ${error instanceof Error ? error.message : String(error)}`;
}
