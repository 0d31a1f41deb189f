import { MonitorOptionsError } from './errors.ts';
import { maxNameLength } from './wire/limits.ts';

/** Checks of single options, as JavaScript may have given them. Each throws a `MonitorOptionsError` that says where. */

export type Fields = Readonly<Record<string, unknown>>;

export function refuseUnknown(fields: Fields, prefix: string, names: readonly string[]): void {
  const unknown = Object.keys(fields).find((field) => !names.includes(field));
  if (unknown !== undefined) {
    throw new MonitorOptionsError(`${prefix}${unknown}`, `is no option; there are ${names.join(', ')}`);
  }
}

export function object(value: unknown, where: string, expected = 'must be an object'): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MonitorOptionsError(where, `${expected}${got(value)}`);
  }
  // Members are checked one by one where they are read.
  return value as Fields;
}

export function name(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '' || value.length > maxNameLength) {
    throw new MonitorOptionsError(where, `must be text of 1 to ${maxNameLength} characters${got(value)}`);
  }
  return value;
}

export function text(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new MonitorOptionsError(where, `must be text${got(value)}`);
  }
  return value;
}

export function whole(value: unknown, where: string, least: number, most: number): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw new MonitorOptionsError(where, `must be a whole number from ${least} to ${most}${got(value)}`);
  }
  return value;
}

export function bool(value: unknown, where: string): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new MonitorOptionsError(where, `must be true or false${got(value)}`);
  }
  return value;
}

export function func<Value>(value: unknown, where: string): Value | undefined {
  if (value !== undefined && typeof value !== 'function') {
    throw new MonitorOptionsError(where, `must be a function${got(value)}`);
  }
  // A function; its signature is the caller's promise.
  return value as Value | undefined;
}

export function got(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `, got ${JSON.stringify(value.slice(0, 60))}`;
    case 'number':
    case 'boolean':
    case 'undefined':
      return `, got ${value}`;
    default:
      return value === null
        ? ', got null'
        : Array.isArray(value)
          ? ', got a list'
          : `, got ${typeof value === 'object' ? 'an object' : `a ${typeof value}`}`;
  }
}
