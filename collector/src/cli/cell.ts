/** Text of one CSV cell -> the value it stands for, or `undefined` when it stands for none. */

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^[+-]?inf(?:inity)?$/i;
const isoDate = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * A decimal number. `Infinity` for a number that no double holds (`inf`, `1e999`): a value was there, but an invalid one.
 * Hexadecimal, thousands separators and decimal commas are not numbers here; guessing them would be silent damage.
 */
export function cellNumber(text: string): number | undefined {
  // The usual case without a regular expression: begins with a visible character, the second is no letter (0x, 0b, 0o).
  const usual = Number(text);
  if (usual !== 0 && Number.isFinite(usual) && text.charCodeAt(0) > 32 && !(text.charCodeAt(1) > 57)) return usual;
  const trimmed = text.trim();
  if (decimal.test(trimmed)) {
    const value = Number(trimmed);
    return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
  }
  return infinite.test(trimmed) ? Number.POSITIVE_INFINITY : undefined;
}

/** An ISO 8601 date or date and time -> milliseconds since 1970-01-01 UTC. Without a zone it is UTC. */
export function cellDate(text: string): number | undefined {
  const [, year, month, day, clock = '00:00', zone = 'Z'] = isoDate.exec(text.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const time = Date.parse(`${year}-${month}-${day}T${clock}${zone}`);
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number.isNaN(time) || Number(day) > daysInMonth ? undefined : time;
}

/** Seconds or milliseconds since 1970-01-01 UTC -> milliseconds, within what a Date can hold. */
export function cellEpoch(text: string, unitMs: number): number | undefined {
  const value = cellNumber(text);
  if (value === undefined) return undefined;
  const time = Math.round(value * unitMs);
  return Math.abs(time) <= 8.64e15 ? time : undefined;
}
