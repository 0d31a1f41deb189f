import { isFetchError } from '@grafana/runtime';

/** What went wrong with a request, in the terms a page needs to choose what to show. */
export type FailureKind =
  /** The collector, or the way to it, does not answer. */
  | 'unreachable'
  /** Grafana or the collector does not let this person do it. */
  | 'forbidden'
  | 'not_found'
  /** Somebody changed the target since it was read. */
  | 'stale'
  /** The state machine refuses; the message says why. */
  | 'refused'
  | 'failed';

/** Every request of the plugin fails with this and nothing else. */
export class RequestFailure extends Error {
  readonly kind: FailureKind;
  /** The collector's stable code, or `HTTP_<status>` when the answer is not the collector's. */
  readonly code: string;
  readonly status: number;

  constructor(kind: FailureKind, code: string, status: number, message: string) {
    super(message);
    this.name = 'RequestFailure';
    this.kind = kind;
    this.code = code;
    this.status = status;
  }
}

/** Reads a failure out of whatever Grafana's backend service threw. */
export function failureFrom(thrown: unknown): RequestFailure {
  if (thrown instanceof RequestFailure) {
    return thrown;
  }
  if (!isFetchError(thrown)) {
    return new RequestFailure('unreachable', 'NO_ANSWER', 0, thrown instanceof Error ? thrown.message : String(thrown));
  }
  const { status, statusText, data } = thrown;
  const { code, message } = readError(data);
  return new RequestFailure(
    kindOf(status, code),
    code ?? `HTTP_${status}`,
    status,
    message ?? statusText ?? `HTTP ${status}`,
  );
}

function kindOf(status: number, code: string | undefined): FailureKind {
  if (status === 401 || status === 403) {
    return 'forbidden';
  }
  if (status === 404) {
    return 'not_found';
  }
  if (status === 412 || status === 428) {
    return 'stale';
  }
  if (status === 409 || status === 400 || status === 422) {
    return 'refused';
  }
  return code === undefined || status >= 502 ? 'unreachable' : 'failed';
}

/** The collector answers `{error: {code, message}}`, Grafana `{message}`. */
function readError(data: unknown): { code?: string; message?: string } {
  if (typeof data !== 'object' || data === null) {
    return {};
  }
  const { error, message } = data as { error?: { code?: unknown; message?: unknown }; message?: unknown };
  return {
    ...(typeof error?.code === 'string' ? { code: error.code } : {}),
    ...textOf(error?.message ?? message),
  };
}

function textOf(message: unknown): { message?: string } {
  return typeof message === 'string' && message !== '' ? { message } : {};
}
