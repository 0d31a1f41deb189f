import { type Agent, request } from 'undici';
import { ForbiddenAddressError } from './connector.ts';
import type { Endpoint, StoredEvent } from './endpoint.ts';
import { type AttemptOutcome, parseRetryAfter } from './schedule.ts';

const answerLimitBytes = 4_096;
const shownAnswer = 300;

export interface Sent {
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
}

/**
 * One attempt. The whole of it, the reading of the answer included, ends after `timeoutMs`: a receiver that answers a
 * byte at a time holds nobody up. Never throws.
 */
export async function sendOnce(
  endpoint: Endpoint,
  agent: Agent,
  event: StoredEvent,
  options: { readonly nowMs: number; readonly timeoutMs: number },
): Promise<Sent> {
  const { nowMs, timeoutMs } = options;
  try {
    const composed = endpoint.compose(event, nowMs);
    const response = await request(composed.url ?? endpoint.url, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'user-agent': 'plumbline', ...composed.headers },
      body: composed.body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const status = response.statusCode;
    const isDelivered = status >= 200 && status < 300;
    const said = await readCapped(response.body);
    const retryAfter = response.headers['retry-after'];
    const header = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
    return {
      outcome: {
        kind: 'answered',
        status,
        retryAfterMs: parseRetryAfter(header, nowMs),
        final: endpoint.isFinal(status),
      },
      status,
      error: isDelivered ? null : `the receiver answered ${status}`,
      answer: isDelivered ? null : readable(said, composed.hidden),
    };
  } catch (error) {
    const forbidden = forbiddenIn(error);
    const text = error instanceof Error ? error.message : String(error);
    return {
      outcome: { kind: forbidden === null ? 'unreachable' : 'forbidden' },
      status: null,
      error: forbidden?.message ?? (isTimeout(error) ? `no whole answer within ${timeoutMs} ms` : text),
      answer: null,
    };
  }
}

/** At most a few kilobytes: what a receiver says is not worth more memory. An answer that breaks off is what came. */
async function readCapped(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > answerLimitBytes) {
      body.destroy();
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, answerLimitBytes).toString('utf8');
}

/** What may be stored and shown: short, without what we must not repeat, and without control characters. */
function readable(text: string, hidden: readonly string[]): string | null {
  const known = hidden.filter((secret) => secret.length >= 8);
  const clean = known.reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text);
  const visible = clean
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return visible === '' ? null : visible.slice(0, shownAnswer);
}

/** Where several addresses were tried, the refusal is among the causes. */
function forbiddenIn(error: unknown): ForbiddenAddressError | null {
  if (error instanceof ForbiddenAddressError) return error;
  if (error instanceof AggregateError) return error.errors.map(forbiddenIn).find((found) => found !== null) ?? null;
  return error instanceof Error && error.cause !== undefined ? forbiddenIn(error.cause) : null;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'HeadersTimeoutError');
}
