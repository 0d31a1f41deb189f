import { z } from 'zod';
import { artefactStored } from '../api.ts';
import { parseInput, type RawRoute, rawRoute } from '../route.ts';

/** Bytes of one artefact or data set. */
export const artefactLimitBytes = 512 * 1_048_576;

const params = z.strictObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 lower-case hex digits'),
});

export const artefactRoutes: readonly RawRoute[] = [
  rawRoute({
    method: 'GET',
    path: '/v1/artefacts/:digest',
    summary: 'Downloads an artefact; its bytes are checked against the digest before any of them is sent',
    access: { kind: 'read' },
    errors: ['NOT_FOUND', 'BAD_ARTEFACT'],
    params,
    produces: 'application/octet-stream',
    async respond(request, reply) {
      const { digest } = parseInput(params, request.params, 'path');
      parseInput(undefined, request.query, 'query');
      const bytes = await request.services.artefacts.read(digest);
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="${digest.replace(':', '-')}"`)
        .header('etag', `"${digest}"`)
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    },
  }),

  rawRoute({
    method: 'PUT',
    path: '/v1/artefacts/:digest',
    summary: 'Uploads a model artefact or held-out rows; stored only if its SHA-256 is the digest in the path',
    access: { kind: 'scope', scope: 'artefacts:write' },
    errors: ['BAD_ARTEFACT'],
    bodyLimit: artefactLimitBytes,
    params,
    consumes: ['application/octet-stream', 'text/csv', 'application/json'],
    produces: 'application/json',
    response: artefactStored,
    statuses: [200, 201],
    async respond(request, reply) {
      const { digest } = parseInput(params, request.params, 'path');
      parseInput(undefined, request.query, 'query');
      if (request.bytes === null) {
        throw new Error('an upload without a body stream reached its handler');
      }
      const { artefacts } = request.services;
      const { bytes, created } = await artefacts.receive(digest, request.bytes, artefactLimitBytes);
      return reply.code(created ? 201 : 200).send(artefactStored.parse({ digest, bytes, created }));
    },
  }),
];
