import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import { batchesOf, inferencesOfCall, type LoggedHalf, PayloadProblem, readCloudEvent } from '../../events/index.ts';
import { forgetHalf, pairHalf, type WaitingHalf } from '../../store/logged-halves.ts';
import { eventsAccepted } from '../api.ts';
import { parseInput, type RawRoute, rawRoute } from '../route.ts';
import { readAll } from './body.ts';
import { putAside } from './put-aside.ts';

const bodyLimit = 1_048_576;
const door = '/v1/kserve';
const query = z.strictObject({
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
      const { model, version } = parseInput(query, asked, 'query');
      const body = await readAll(bytes, bodyLimit);
      const refuse = async (error: 'BAD_DATA' | 'UNKNOWN_MODEL', code: string, reason: string): Promise<never> => {
        await putAside(services, { door, code, reason, contentType: contentTypeOf(headers), bytes: body });
        throw new PlumblineError(error, reason, { details: { reason: code } });
      };
      const half = readCloudEvent(headers, body);
      if ('kind' in half) return refuse('BAD_DATA', half.code, half.reason);
      const name = model ?? half.service;
      const settings = services.settings.models.find((candidate) => candidate.name === name);
      if (settings === undefined) {
        return refuse('UNKNOWN_MODEL', 'UNKNOWN_MODEL', `no model named ${JSON.stringify(name)} is configured`);
      }
      const call = { model: name, id: half.id };
      const waiting = waitingHalf(half, services.clock());
      const pairing = await services.store.transaction((transaction) => pairHalf(transaction, call, waiting));
      if (pairing.kind !== 'paired') return reply.code(202).send(eventsAccepted.parse({ accepted: 0, batches: 0 }));
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
        return refuse('BAD_DATA', 'BAD_PAYLOAD', events.reason);
      }
      const { partitions } = services.settings.collector.nats;
      const batches = batchesOf(events, { producer: producerOf(name, half.id), partitions });
      await services.publish(batches);
      // Only now: a half that waits is what a repetition after an outage finds.
      await forget();
      return reply.code(202).send(eventsAccepted.parse({ accepted: events.length, batches: batches.length }));
    },
  }),
];

function waitingHalf({ part, at, payload }: LoggedHalf, now: number): WaitingHalf {
  return { part, at: at ?? now, receivedAt: now, payload };
}

function producerOf(model: string, id: string): string {
  return `kserve-${createHash('sha256')
    .update(JSON.stringify([model, id]))
    .digest('base64url')}`;
}

function contentTypeOf(headers: IncomingHttpHeaders): string {
  return headers['content-type'] ?? 'application/json';
}
