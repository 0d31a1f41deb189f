import { createHash, randomUUID } from 'node:crypto';
import { PlumblineError } from '../../errors.ts';
import { batchesOf, readIncoming } from '../../events/index.ts';
import { eventsAccepted } from '../api.ts';
import { parseInput, type RawRoute, rawRoute } from '../route.ts';
import { readAll } from './body.ts';
import { putAside } from './put-aside.ts';

const bodyLimit = 1_048_576;
const lines = 'application/x-ndjson';

/** For whoever has no SDK: events over HTTP, put on the same stream. */
export const eventRoutes: readonly RawRoute[] = [
  rawRoute({
    method: 'POST',
    path: '/v1/events',
    summary:
      'Records inferences and outcomes: JSON lines, or a JSON array; with Idempotency-Key a repetition counts once',
    access: { kind: 'scope', scope: 'events:write' },
    errors: ['BAD_DATA', 'UNKNOWN_MODEL', 'BROKER_UNAVAILABLE'],
    bodyLimit,
    consumes: [lines, 'application/json'],
    produces: 'application/json',
    response: eventsAccepted,
    statuses: [202],
    async respond({ services, actor, headers, query, bytes }, reply) {
      parseInput(undefined, query, 'query');
      const body = await readAll(bytes, bodyLimit);
      const form = headers['content-type']?.startsWith(lines) ? 'lines' : 'json';
      const read = readIncoming(body, form);
      if (read.kind === 'refusal') {
        await putAside(services, {
          ...read,
          door: '/v1/events',
          contentType: headers['content-type'] ?? lines,
          bytes: body,
        });
        throw new PlumblineError('BAD_DATA', read.reason, { details: { reason: read.code } });
      }
      const known = new Set(services.settings.models.map(({ name }) => name));
      const unknown = read.events.find(({ model }) => !known.has(model));
      if (unknown !== undefined) {
        throw new PlumblineError('UNKNOWN_MODEL', 'an event is of a model that the settings do not declare');
      }
      const key = headers['idempotency-key'];
      const producer = producerOf(actor.subject, Array.isArray(key) ? undefined : key);
      const batches = batchesOf(read.events, { producer, partitions: services.settings.collector.nats.partitions });
      await services.publish(batches);
      return reply.code(202).send(eventsAccepted.parse({ accepted: read.events.length, batches: batches.length }));
    },
  }),
];

/** A repetition with the same key comes from the same producer, so its batches have the same identities. */
function producerOf(subject: string, key: string | undefined): string {
  if (key === undefined) {
    return `http-${randomUUID()}`;
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([subject, key]))
    .digest('base64url');
  return `http-${digest}`;
}
