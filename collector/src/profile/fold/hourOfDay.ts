import type { CategoryColumn, Column } from '@plumbline/sdk/event';

/**
 * Times as features: what matters of one is where it lies in the day, which is a circle, not a line. So a time counts by
 * its hour in UTC, `00` to `23`, in the order of the circle.
 */
export const hoursOfDay: readonly string[] = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/** What is no time: it is in no hour, and so counts as a value that the reference never had. */
const notATime = 'not a time';
const dictionary: readonly string[] = [...hoursOfDay, notATime];
const invalidCode = dictionary.length;

const derived = new WeakMap<Column, CategoryColumn>();

/** Hours of a column of milliseconds since 1970-01-01 UTC, or of ISO 8601 texts. Kept as long as the column is. */
export function hourColumn(column: Column): CategoryColumn {
  let hours = derived.get(column);
  if (hours === undefined) {
    hours = { type: 'category', codes: codesOf(column), dictionary };
    derived.set(column, hours);
  }
  return hours;
}

function codesOf(column: Column): Uint8Array {
  if (column.type === 'number') {
    return Uint8Array.from(column.values, (value) => (Number.isNaN(value) ? 0 : hourCode(value)));
  }
  const byCode = [0, ...column.dictionary.map((text) => hourCode(Date.parse(text)))];
  return Uint8Array.from(column.codes, (code) => byCode[code] ?? 0);
}

function hourCode(time: number): number {
  if (!(Math.abs(time) <= latest)) return invalidCode;
  const hour = Math.floor(time / 3_600_000) % 24;
  return (hour < 0 ? hour + 24 : hour) + 1;
}

/** The last instant that a date can hold. */
const latest = 8.64e15;
