import { AppEvents, type EventBus, urlUtil } from '@grafana/data';
import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { from, lastValueFrom, NEVER, type Observable } from 'rxjs';

/** The part of Grafana's backend service that plugins use: JSON over fetch, a toast for an error unless switched off. */
export function createBackend(appEvents: EventBus): BackendSrv {
  function fetch$<T>(request: BackendSrvRequest): Observable<FetchResponse<T>> {
    return from(send<T>(request, appEvents));
  }
  async function data<T>(request: BackendSrvRequest): Promise<T> {
    return (await lastValueFrom(fetch$<T>(request))).data;
  }

  return {
    fetch: fetch$,
    get: (url, params, requestId, options) =>
      data({ ...options, url, params, ...(requestId === undefined ? {} : { requestId }) }),
    delete: (url, body, options) => data({ ...options, url, data: body, method: 'DELETE' }),
    post: (url, body, options) => data({ ...options, url, data: body, method: 'POST' }),
    patch: (url, body, options) => data({ ...options, url, data: body, method: 'PATCH' }),
    put: (url, body, options) => data({ ...options, url, data: body, method: 'PUT' }),
    request: data,
    datasourceRequest: (request) => lastValueFrom(fetch$(request)),
    chunked: () => NEVER,
  };
}

async function send<T>(request: BackendSrvRequest, appEvents: EventBus): Promise<FetchResponse<T>> {
  const query = request.params === undefined ? '' : `?${urlUtil.serializeParams(request.params)}`;
  const url = `${request.url.startsWith('/') ? '' : '/'}${request.url}${query}`;
  const response = await fetch(url, {
    method: request.method ?? 'GET',
    headers: {
      accept: 'application/json, text/plain, */*',
      'content-type': 'application/json',
      'x-grafana-org-id': '1',
      ...request.headers,
    },
    ...(request.data === undefined ? {} : { body: JSON.stringify(request.data) }),
    ...(request.abortSignal === undefined ? {} : { signal: request.abortSignal }),
  });
  const text = await response.text();
  const body = request.responseType === 'text' && response.ok ? text : parse(text);
  const { status, statusText, ok, headers, redirected, type } = response;
  if (!ok) {
    const failure: FetchError = { status, statusText, data: body, config: request };
    if (request.showErrorAlert !== false) {
      appEvents.publish({ type: AppEvents.alertError.name, payload: [messageOf(body) ?? statusText] });
    }
    throw failure;
  }
  // The caller names the type of the answer, as with Grafana's own service.
  return { data: body as T, status, statusText, ok, headers, redirected, type, url: response.url, config: request };
}

function parse(text: string): unknown {
  if (text === '') {
    return {};
  }
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

function messageOf(body: unknown): string | undefined {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : undefined;
}
