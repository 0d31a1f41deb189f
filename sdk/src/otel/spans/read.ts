import type { SpanAttributes } from './span-data.ts';

/**
 * Reading attributes that anybody may have written. Nothing here throws: what has another form than expected counts as
 * absent.
 */

export function textOf(attributes: SpanAttributes, names: readonly string[]): string | null {
  for (const name of names) {
    const value = attributeOf(attributes, name);
    const first = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string' && first !== '') {
      return first;
    }
  }
  return null;
}

/** A finite number that is not negative: tokens, seconds, dollars. OTLP writes whole numbers as text. */
export function amountOf(attributes: SpanAttributes, names: readonly string[]): number | null {
  for (const name of names) {
    const value = attributeOf(attributes, name);
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number) && number >= 0) {
      return number;
    }
  }
  return null;
}

/** What an attribute holds as an object or list, or as the JSON of one. */
export function structureOf(attributes: SpanAttributes, names: readonly string[]): unknown {
  for (const name of names) {
    const value = attributeOf(attributes, name);
    if (typeof value === 'object' && value !== null) {
      return value;
    }
    const parsed = typeof value === 'string' ? parseJson(value) : undefined;
    if (typeof parsed === 'object' && parsed !== null) {
      return parsed;
    }
  }
  return undefined;
}

export function attributeOf(attributes: SpanAttributes, name: string): unknown {
  try {
    return attributes[name];
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  if (text.length > maxJsonLength || !/^\s*[[{]/.test(text)) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Characters. Longer JSON is not worth a pause of the app. */
const maxJsonLength = 256 * 1024;
