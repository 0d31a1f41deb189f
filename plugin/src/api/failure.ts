import { isFetchError } from '@grafana/runtime';
import { type FailureKind, RequestFailure } from './requestFailure';

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
    // Answers over HTTP/2 have no text beside their status.
    message ?? (statusText || `HTTP ${status}`),
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
