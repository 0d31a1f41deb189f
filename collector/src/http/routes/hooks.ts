import type { Readable } from 'node:stream';
import { z } from 'zod';
import { PlumblineError } from '../../errors.ts';
import { hookAccepted } from '../api.ts';
import { parseInput, type RawRoute, rawRoute } from '../route.ts';

const params = z.strictObject({ hook: z.string().min(1).max(128) });
const bodyLimit = 262_144;

/** What others tell this collector. Their signature is over the bytes, so the bytes are what is read. */
export const hookRoutes: readonly RawRoute[] = [
  rawRoute({
    method: 'POST',
    path: '/v1/hooks/:hook',
    summary: 'Somebody else tells of a deployment, an alert or a version, and proves who they are by a signature',
    access: { kind: 'object-token' },
    errors: ['NOT_FOUND', 'BAD_SIGNATURE', 'UNKNOWN_MODEL', 'REFUSED', 'BAD_ARTEFACT', 'CONFLICT'],
    params,
    consumes: ['application/json', 'application/cloudevents+json'],
    produces: 'application/json',
    response: hookAccepted,
    bodyLimit,
    async respond({ services, params: given, headers, bytes }, reply) {
      const { hook } = parseInput(params, given, 'path');
      const names = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
      const { models, ...body } = await services.hooks.receive(hook, {
        headers: Object.fromEntries(names),
        rawBody: await textOf(bytes),
      });
      for (const model of models) {
        services.live.publish({ type: 'version', model, at: services.clock() });
      }
      services.changed();
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(hookAccepted.parse(body)));
    },
  }),
];

async function textOf(bytes: Readable | null): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes ?? []) {
    // The parser of raw routes hands on the socket's own buffers.
    const buffer = chunk as Buffer;
    length += buffer.length;
    if (length > bodyLimit) throw new PlumblineError('TOO_LARGE', 'the body is larger than this path allows');
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
