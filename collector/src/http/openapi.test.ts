import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApiDocument, openApiPath } from './openapi.ts';
import { routes } from './routes/index.ts';

const document = openApiDocument(routes, '1.2.3');
const operation = z.object({
  operationId: z.string(),
  summary: z.string().min(5),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema: z.unknown() })),
  responses: z.record(z.string(), z.unknown()),
});
const { paths, components } = z
  .object({
    paths: z.record(z.string(), z.record(z.string(), operation)),
    components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
  })
  .parse(document);

/** Every value of every `$ref` in a document. */
function references(value: unknown): string[] {
  if (value === null || typeof value !== 'object') {
    return [];
  }
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

describe('the OpenAPI document', () => {
  it('has the routes that are served, and no other', () => {
    const served = routes.map(({ method, path }) => `${method} ${openApiPath(path)}`);
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(served.sort());
    expect(new Set(served).size).toBe(served.length);
  });

  it('has only references that lead somewhere, and no schema that nothing refers to', () => {
    const found = new Set(references(document));
    const known = Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...found].filter((reference) => !known.includes(reference))).toEqual([]);
    expect(known.filter((reference) => !found.has(reference))).toEqual([]);
  });

  it('names each operation once and each part of its path', () => {
    const all = Object.values(paths).flatMap((operations) => Object.values(operations));
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
    for (const [path, operations] of Object.entries(paths)) {
      const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters } of Object.values(operations)) {
        const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
        expect(named, path).toEqual(parts);
      }
    }
  });

  it('says of every control action that it needs a revision and a key', () => {
    const actions = Object.entries(paths).filter(([path]) => path.startsWith('/v1/actions/'));
    expect(actions).toHaveLength(routes.filter((route) => route.kind === 'json' && route.isAction).length);
    for (const [path, { post }] of actions) {
      const headers = post?.parameters.filter((parameter) => parameter.in === 'header' && parameter.required);
      expect(
        headers?.map(({ name }) => name),
        path,
      ).toEqual(['If-Match', 'Idempotency-Key']);
    }
  });

  it('never answers 401: Grafana would log the person out and send the request again', () => {
    for (const operations of Object.values(paths)) {
      for (const { responses } of Object.values(operations)) {
        expect(Object.keys(responses)).not.toContain('401');
      }
    }
  });
});
