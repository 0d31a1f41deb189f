import type { IncomingHttpHeaders } from 'node:http';

/** What KServe's logger says of one half of a call. */
export interface LoggedHalf {
  readonly part: 'request' | 'response';
  readonly id: string;
  /** Name of the InferenceService; empty when it does not say. */
  readonly service: string;
  /** Milliseconds since 1970-01-01 UTC; `null` when it does not say. */
  readonly at: number | null;
  readonly payload: unknown;
}

export type ReadHalf = LoggedHalf | { readonly kind: 'refusal'; readonly code: string; readonly reason: string };

const types: Readonly<Record<string, LoggedHalf['part']>> = {
  'org.kubeflow.serving.inference.request': 'request',
  'org.kubeflow.serving.inference.response': 'response',
};

export const structuredContentType = 'application/cloudevents+json';

/** A CloudEvent 1.0 in binary or structured HTTP mode, as KServe's logger sends it. */
export function readCloudEvent(headers: IncomingHttpHeaders, bytes: Uint8Array): ReadHalf {
  const body = jsonOf(bytes);
  if (body === undefined) return refusal('BAD_JSON', 'the body is not JSON in UTF-8');
  const isStructured = headers['content-type']?.startsWith(structuredContentType) === true;
  const attributes = isStructured ? recordOf(body) : attributesOf(headers);
  const type = text(attributes.type);
  const part = types[type];
  if (part === undefined) {
    return refusal(
      'BAD_CLOUD_EVENT',
      `type is ${JSON.stringify(type.slice(0, 80))}, not one of ${Object.keys(types).join(', ')}`,
    );
  }
  const id = text(attributes.id);
  if (!/^[\x21-\x7d]{1,120}$/.test(id)) {
    return refusal('BAD_CLOUD_EVENT', 'id must be 1 to 120 visible ASCII characters without ~');
  }
  const time = Date.parse(text(attributes.time));
  return {
    part,
    id,
    service: text(attributes.inferenceservicename),
    at: Number.isNaN(time) || time < 0 ? null : time,
    payload: isStructured ? attributes.data : body,
  };
}

/** `ce-id` and so on; attribute names are lower case. */
function attributesOf(headers: IncomingHttpHeaders): Record<string, unknown> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(3), value]));
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function refusal(code: string, reason: string): ReadHalf {
  return { kind: 'refusal', code, reason };
}
