import type { RoutingDocument } from '../document.ts';

/** The first document of a model, in which version 7 serves everybody, unless said otherwise. */
export function testDocument(changes: Partial<RoutingDocument> = {}): RoutingDocument {
  return {
    schema: 1,
    model: 'credit',
    environment: 'production',
    revision: 1,
    salt: 'salt',
    updatedAt: 0,
    champion: { version: '7', digest: 'sha256:7' },
    canary: null,
    shadow: null,
    pins: {},
    ...changes,
  };
}
