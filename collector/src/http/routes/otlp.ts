import { createHash } from 'node:crypto';
import { PlumblineError } from '../../errors.ts';
import { batchesOf, encodeTraceResponse, type PartialSuccess } from '../../events/index.ts';
import type { Entered, EnteringBody } from '../entering.ts';
import type { Services } from '../ports.ts';
import { parseInput, type RawRoute, rawRoute } from '../route.ts';
import { readUnpacked } from './body.ts';
import { putAside } from './put-aside.ts';

const bodyLimit = 4_194_304;
const protobuf = 'application/x-protobuf';
const json = 'application/json';

/** Traces as any exporter of OpenTelemetry sends them: model calls among their spans become inferences. */
export const otlpRoutes: readonly RawRoute[] = [
  rawRoute({
    method: 'POST',
    path: '/v1/traces',
    summary: 'OTLP/HTTP: spans of model calls (gen_ai, OpenInference, OpenLLMetry, Vercel AI SDK) become inferences',
    access: { kind: 'scope', scope: 'events:write' },
    errors: ['BAD_DATA', 'BROKER_UNAVAILABLE'],
    bodyLimit,
    consumes: [protobuf, json],
    produces: protobuf,
    async respond({ services, actor, headers, query, bytes }, reply) {
      parseInput(undefined, query, 'query');
      const contentType = headers['content-type'] ?? protobuf;
      const body = await readUnpacked(bytes, headers['content-encoding'], bodyLimit);
      const key = createHash('sha256').update(actor.subject).update('\0').update(body).digest('base64url');
      // The same body makes the same batches, so that one that comes again counts once.
      const producer = `otlp-${key}`;
      const entered = await enterTraces(services, { contentType, headers, query: {}, bytes: body, producer });
      if (entered.kind === 'refusal') {
        await putAside(services, { ...entered, door: '/v1/traces', contentType, bytes: body });
        throw new PlumblineError('BAD_DATA', entered.reason, { details: { reason: entered.code } });
      }
      const { partialSuccess = null } = entered;
      return !contentType.startsWith(json)
        ? reply.type(protobuf).send(Buffer.from(encodeTraceResponse(partialSuccess)))
        : reply.type(json).send(JSON.stringify(partialSuccess === null ? {} : { partialSuccess }));
    },
  }),
];

/** Puts the model calls among the spans of a body on the stream, or says why it cannot. */
export async function enterTraces(
  services: Pick<Services, 'settings' | 'publish' | 'spans'>,
  { contentType, bytes, producer }: EnteringBody,
): Promise<Entered & { partialSuccess?: PartialSuccess | null }> {
  const read = services.spans.read(producer, bytes, contentType.startsWith(json) ? 'json' : 'protobuf');
  if (read.kind === 'refusal') return read;
  const batches = batchesOf(read.events, { producer, partitions: services.settings.collector.nats.partitions });
  await services.publish(batches);
  services.spans.delivered(producer);
  const { events, partialSuccess } = read;
  return { kind: 'entered', accepted: events.length, batches: batches.length, partialSuccess };
}
