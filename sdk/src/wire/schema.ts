import { createHash } from 'node:crypto';
import type { FeatureDeclaration, FeatureSchema } from '../event.ts';

/**
 * The schema of ordered features. Its id is `sha256:` and the hex digest of the JSON text `[["age","number"],...]`,
 * so equal schemas have equal ids in every process and language.
 *
 * Schemas are few and repeat with every batch: equal ones share one frozen object.
 */
export function featureSchema(features: readonly FeatureDeclaration[]): FeatureSchema {
  if (!isOf(latest, features)) {
    latest = featureSchemaOf(textOf(features));
  }
  return latest;
}

/** What the id of a schema is the digest of. */
export function featureSchemaText(schema: FeatureSchema): string {
  return texts.get(schema) ?? textOf(schema.features);
}

function textOf(features: readonly FeatureDeclaration[]): string {
  return JSON.stringify(features.map(({ name, type }) => [name, type]));
}

/** The schema of a text that `featureSchemaText` gave. */
export function featureSchemaOf(text: string): FeatureSchema {
  const known = schemas.get(text);
  if (known !== undefined) {
    return known;
  }
  const pairs: readonly [string, FeatureDeclaration['type']][] = JSON.parse(text);
  const schema = Object.freeze({
    id: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    features: Object.freeze(pairs.map(([name, type]) => Object.freeze({ name, type }))),
  });
  if (schemas.size >= maxRemembered) {
    schemas.clear();
  }
  schemas.set(text, schema);
  texts.set(schema, text);
  return schema;
}

function isOf({ features }: FeatureSchema, others: readonly FeatureDeclaration[]): boolean {
  return (
    features.length === others.length &&
    features.every(({ name, type }, index) => others[index]!.name === name && others[index]!.type === type)
  );
}

/** The order of features in every schema we make: by name, in UTF-16 code units. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

const maxRemembered = 256;
const schemas = new Map<string, FeatureSchema>();
const texts = new WeakMap<FeatureSchema, string>();
/** Mostly the next batch is of the same one, and then no text need be made. */
let latest = featureSchemaOf('[]');
