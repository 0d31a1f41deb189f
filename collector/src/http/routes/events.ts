import { createHash, randomUUID } from 'node:crypto';
import { PlumblineError } from '../../errors.ts';
import { batchesOf, readIncoming } from '../../events/index.ts';
import { eventsAccepted } from '../api.ts';
import type { Entered, EnteringBody } from '../entering.ts';
import type { Services } from '../ports.ts';
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
      const contentType = headers['content-type'] ?? lines;
      const key = headers['idempotency-key'];
      const producer = producerOf(actor.subject, Array.isArray(key) ? undefined : key);
      const entered = await enterEvents(services, { contentType, headers, query: {}, bytes: body, producer });
      if (entered.kind === 'refusal') {
        if (entered.code === 'UNKNOWN_MODEL') throw new PlumblineError('UNKNOWN_MODEL', entered.reason);
        await putAside(services, { ...entered, door: '/v1/events', contentType, bytes: body });
        throw new PlumblineError('BAD_DATA', entered.reason, { details: { reason: entered.code } });
      }
      const { accepted, batches } = entered;
      return reply.code(202).send(eventsAccepted.parse({ accepted, batches }));
    },
  }),
];

/** Puts the events of a body on the stream, or says why it cannot. */
export async function enterEvents(
  services: Pick<Services, 'settings' | 'publish'>,
  { contentType, bytes, producer }: EnteringBody,
): Promise<Entered> {
  const read = readIncoming(bytes, contentType.startsWith(lines) ? 'lines' : 'json');
  if (read.kind === 'refusal') return read;
  const known = new Set(services.settings.models.map(({ name }) => name));
  if (read.events.some(({ model }) => !known.has(model))) {
    const reason = 'an event is of a model that the settings do not declare';
    return { kind: 'refusal', code: 'UNKNOWN_MODEL', reason };
  }
  const batches = batchesOf(read.events, { producer, partitions: services.settings.collector.nats.partitions });
  await services.publish(batches);
  return { kind: 'entered', accepted: read.events.length, batches: batches.length };
}

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
