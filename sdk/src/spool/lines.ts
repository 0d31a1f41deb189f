import type { FeatureValue, InferenceEvent, OutcomeEvent } from '../event.ts';
import { parseEvent } from '../wire/index.ts';

/** Lines of the spool: an event with its batch, or a batch that is settled. Read back after a crash, so a line may be torn. */

export type SpoolLine =
  | { readonly kind: 'event'; readonly producer: string; readonly number: number; readonly event: SpooledEvent }
  | { readonly kind: 'settled'; readonly producer: string; readonly number: number };

export type SpooledEvent = InferenceEvent | OutcomeEvent;

export function eventLine(producer: string, number: number, event: SpooledEvent): string {
  const plain =
    event.kind === 'outcome'
      ? event
      : { ...event, features: plainFeatures(event.features), groups: { ...event.groups } };
  return JSON.stringify(['e', producer, number, plain]);
}

export function settledLine(producer: string, number: number): string {
  return JSON.stringify(['s', producer, number]);
}

/** What a line says; `undefined` for one that is torn or not ours. */
export function readLine(line: string): SpoolLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || typeof value[1] !== 'string' || !Number.isSafeInteger(value[2])) {
    return undefined;
  }
  const [kind, producer, number, given]: readonly unknown[] = value;
  const key = { producer: String(producer), number: Number(number) };
  if (kind === 's') {
    return { kind: 'settled', ...key };
  }
  const event = kind === 'e' ? parseEvent(given) : undefined;
  return event === undefined || event.kind === 'rejection'
    ? undefined
    : { kind: 'event', ...key, event: restored(event) };
}

/** JSON has no infinity, which stands for a value that was no finite number. */
const invalid = '\u0000invalid';

function plainFeatures(features: InferenceEvent['features']): Record<string, FeatureValue> {
  const plain: Record<string, FeatureValue> = {};
  for (const name in features) {
    // Whatever JavaScript gave for a value.
    const value: unknown = features[name];
    if (name.length > 0 && name.length <= 128) {
      plain[name] =
        typeof value === 'string' || typeof value === 'boolean'
          ? value
          : typeof value === 'number' || typeof value === 'bigint'
            ? Number.isFinite(Number(value))
              ? Number(value)
              : invalid
            : null;
    }
  }
  return plain;
}

function restored(event: SpooledEvent): SpooledEvent {
  if (event.kind === 'outcome') {
    return event;
  }
  const features: Record<string, FeatureValue> = {};
  for (const [name, value] of Object.entries(event.features)) {
    features[name] = value === invalid ? Number.POSITIVE_INFINITY : value;
  }
  return { ...event, features };
}
