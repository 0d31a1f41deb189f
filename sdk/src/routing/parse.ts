import type { CanaryRoute, RoutedVersion, RoutingDocument, ShadowRoute } from './document.ts';

/** A routing document out of its bytes, or what is wrong with it. Members it does not know are left alone. */
export function parseRouting(bytes: Uint8Array): RoutingDocument | { readonly malformed: string } {
  try {
    return readDocument(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    return { malformed: error instanceof Error ? error.message : String(error) };
  }
}

function readDocument(value: unknown): RoutingDocument {
  const fields = object(value, 'the document');
  if (fields.schema !== 1) {
    throw new Error(`schema is ${String(fields.schema)}, this SDK knows 1`);
  }
  return {
    schema: 1,
    model: text(fields.model, 'model'),
    environment: text(fields.environment, 'environment'),
    revision: whole(fields.revision, 'revision', 1, Number.MAX_SAFE_INTEGER),
    salt: text(fields.salt, 'salt'),
    champion: optional(fields.champion, readVersion),
    canary: optional(fields.canary, (canary): CanaryRoute => {
      const weightBasisPoints = basisPoints(object(canary, 'canary').weightBasisPoints, 'canary.weightBasisPoints');
      return { ...readVersion(canary), weightBasisPoints };
    }),
    shadow: optional(fields.shadow, (shadow): ShadowRoute => {
      const sampleBasisPoints = basisPoints(object(shadow, 'shadow').sampleBasisPoints, 'shadow.sampleBasisPoints');
      return { ...readVersion(shadow), sampleBasisPoints };
    }),
    pins: readPins(fields.pins),
    updatedAt: typeof fields.updatedAt === 'number' ? fields.updatedAt : 0,
  };
}

function readVersion(value: unknown): RoutedVersion {
  const { version, digest } = object(value, 'a version');
  return { version: text(version, 'version'), digest: text(digest, 'digest') };
}

function readPins(value: unknown): Readonly<Record<string, string>> {
  const pins = object(value ?? {}, 'pins');
  return Object.fromEntries(Object.entries(pins).map(([key, version]) => [key, text(version, `pins of ${key}`)]));
}

function optional<Value>(value: unknown, read: (value: unknown) => Value): Value | null {
  return value === null || value === undefined ? null : read(value);
}

function object(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${name} must be an object`);
  }
  // A JSON object has string keys; each member is checked where it is read.
  return value as Readonly<Record<string, unknown>>;
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new Error(`${name} must be text`);
  }
  return value;
}

function basisPoints(value: unknown, name: string): number {
  return whole(value, name, 0, 10_000);
}

function whole(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw new Error(`${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
}
