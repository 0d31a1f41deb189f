import { createHash } from 'node:crypto';
import { PlumblineError } from '../../errors.ts';
import { batchesOf, encodeTraceResponse } from '../../events/index.ts';
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
      const form = contentType.startsWith(json) ? 'json' : 'protobuf';
      const body = await readUnpacked(bytes, headers['content-encoding'], bodyLimit);
      const key = createHash('sha256').update(actor.subject).update('\0').update(body).digest('base64url');
      const read = services.spans.read(key, body, form);
      if (read.kind === 'refusal') {
        await putAside(services, { ...read, door: '/v1/traces', contentType, bytes: body });
        throw new PlumblineError('BAD_DATA', read.reason, { details: { reason: read.code } });
      }
      // The same body makes the same batches, so that one that comes again counts once.
      const { partitions } = services.settings.collector.nats;
      await services.publish(batchesOf(read.events, { producer: `otlp-${key}`, partitions }));
      services.spans.delivered(key);
      const { partialSuccess } = read;
      return form === 'protobuf'
        ? reply.type(protobuf).send(Buffer.from(encodeTraceResponse(partialSuccess)))
        : reply.type(json).send(JSON.stringify(partialSuccess === null ? {} : { partialSuccess }));
    },
  }),
];
