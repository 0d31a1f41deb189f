import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import { batchesOf, inferencesOfCall, type LoggedHalf, PayloadProblem, readCloudEvent } from '../../events/index.ts';
import { forgetHalf, pairHalf, type WaitingHalf } from '../../store/logged-halves.ts';
import { eventsAccepted } from '../api.ts';
import type { Entered, EnteringBody } from '../entering.ts';
import type { Services } from '../ports.ts';
import { parseInput, type RawRoute, rawRoute } from '../route.ts';
import { readAll } from './body.ts';
import { putAside } from './put-aside.ts';

const bodyLimit = 1_048_576;
const door = '/v1/kserve';
const kserveQuery = z.strictObject({
  model: z.string().min(1).max(128).optional().describe('Default: the name of the InferenceService'),
  version: z.string().min(1).max(64).optional().describe('Default: model_version of the response (V2)'),
});

/** Requests and responses as KServe's logger sends them, each a CloudEvent: together they are inferences. */
export const kserveRoutes: readonly RawRoute[] = [
  rawRoute({
    method: 'POST',
    path: door,
    summary: "KServe's inference logger: a request and its response, each a CloudEvent, become inferences",
    access: { kind: 'scope', scope: 'events:write' },
    errors: ['BAD_DATA', 'UNKNOWN_MODEL', 'BROKER_UNAVAILABLE'],
    bodyLimit,
    consumes: ['application/json', 'application/cloudevents+json'],
    produces: 'application/json',
    response: eventsAccepted,
    statuses: [202],
    async respond({ services, headers, query: asked, bytes }, reply) {
      const query = parseInput(kserveQuery, asked, 'query');
      const body = await readAll(bytes, bodyLimit);
      const contentType = headers['content-type'] ?? 'application/json';
      const entered = await enterKserve(services, { contentType, headers, query, bytes: body, producer: '' });
      if (entered.kind === 'refusal') {
        const { code, reason } = entered;
        const sent = { headers: eventHeaders(headers), query: textsOf(query) };
        await putAside(services, { door, code, reason, contentType, bytes: body, sent });
        throw new PlumblineError(code === 'UNKNOWN_MODEL' ? code : 'BAD_DATA', reason, { details: { reason: code } });
      }
      const { accepted, batches } = entered;
      return reply.code(202).send(eventsAccepted.parse({ accepted, batches }));
    },
  }),
];

/**
 * Puts the inferences of a call on the stream once both its halves are here, or says why it cannot. Whose batches they are
 * follows from the call.
 */
export async function enterKserve(
  services: Pick<Services, 'settings' | 'publish' | 'store' | 'clock'>,
  { headers, query, bytes }: EnteringBody,
): Promise<Entered> {
  const { model, version } = parseInput(kserveQuery, query, 'query');
  const half = readCloudEvent(headers, bytes);
  if ('kind' in half) return half;
  const name = model ?? half.service;
  const settings = services.settings.models.find((candidate) => candidate.name === name);
  if (settings === undefined) {
    const reason = `no model named ${JSON.stringify(name)} is configured`;
    return { kind: 'refusal', code: 'UNKNOWN_MODEL', reason };
  }
  const call = { model: name, id: half.id };
  const waiting = waitingHalf(half, services.clock());
  const pairing = await services.store.transaction((transaction) => pairHalf(transaction, call, waiting));
  if (pairing.kind !== 'paired') return { kind: 'entered', accepted: 0, batches: 0 };
  const [request, response] = half.part === 'request' ? [waiting, pairing.other] : [pairing.other, waiting];
  const events = inferencesOfCall(
    {
      id: half.id,
      version: version ?? null,
      requestedAt: request.at,
      respondedAt: response.at,
      request: request.payload,
      response: response.payload,
    },
    settings,
  );
  const forget = () => services.store.transaction((transaction) => forgetHalf(transaction, call));
  if (events instanceof PayloadProblem) {
    await forget();
    return { kind: 'refusal', code: 'BAD_PAYLOAD', reason: events.reason };
  }
  const { partitions } = services.settings.collector.nats;
  const batches = batchesOf(events, { producer: producerOf(name, half.id), partitions });
  await services.publish(batches);
  // Only now: a half that waits is what a repetition after an outage finds.
  await forget();
  return { kind: 'entered', accepted: events.length, batches: batches.length };
}

function waitingHalf({ part, at, payload }: LoggedHalf, now: number): WaitingHalf {
  return { part, at: at ?? now, receivedAt: now, payload };
}

function producerOf(model: string, id: string): string {
  return `kserve-${createHash('sha256')
    .update(JSON.stringify([model, id]))
    .digest('base64url')}`;
}

/** What of a request's head makes it a CloudEvent in binary mode. */
function eventHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const names = ['ce-type', 'ce-id', 'ce-time', 'ce-inferenceservicename'];
  return textsOf(Object.fromEntries(names.map((name) => [name, headers[name]])));
}

function textsOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value.slice(0, 128)]] : [])),
  );
}
