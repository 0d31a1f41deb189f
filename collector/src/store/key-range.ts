import { PlumblineError } from '../errors.ts';
import type { KeyRange } from './port.ts';

/** The same keys as a `KeyRange`, as one lower and one upper bound: what a database index understands. */
export interface KeyBounds {
  readonly lower: string;
  readonly lowerInclusive: boolean;
  /** Exclusive; `undefined` when there is no upper bound. */
  readonly upper: string | undefined;
}

/** The tightest bounds that hold every key of the range and no other. */
export function keyBounds(range: KeyRange): KeyBounds {
  let lower = range.prefix ?? '';
  let lowerInclusive = true;
  if (range.from !== undefined && compareKeys(range.from, lower) > 0) lower = range.from;
  if (range.after !== undefined && compareKeys(range.after, lower) >= 0) {
    lower = range.after;
    lowerInclusive = false;
  }
  let upper = range.prefix === undefined ? undefined : endOfPrefix(range.prefix);
  if (range.before !== undefined && (upper === undefined || compareKeys(range.before, upper) < 0)) upper = range.before;
  return { lower, lowerInclusive, upper };
}

/**
 * Order of keys: by their UTF-8 bytes, which is the order of their code points. JavaScript's own `<` compares UTF-16
 * units and puts characters outside the basic plane before U+E000.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    // A surrogate belongs to a code point above every other unit.
    const leftRank = isSurrogate(left) ? left + 0x10000 : left;
    const rightRank = isSurrogate(right) ? right + 0x10000 : right;
    return leftRank - rightRank;
  }
  return a.length - b.length;
}

/** The smallest key greater than every key that starts with `prefix`; `undefined` when there is none. */
function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix);
  while (points.length > 0) {
    const last = points.pop()?.codePointAt(0) ?? 0;
    if (last === 0x10ffff) continue;
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return points.join('') + String.fromCodePoint(next);
  }
  return undefined;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Longest key in bytes of UTF-8: what fits into an index of every database. */
export const maximumKeyBytes = 2_600;

/** Throws `BAD_DATA` for a key that not every database can hold. */
export function checkKey(key: string): void {
  const isShort = key.length * 3 <= maximumKeyBytes || Buffer.byteLength(key) <= maximumKeyBytes;
  if (key.isWellFormed() && isShort && !key.includes('\0')) return;
  const problem = isShort ? 'is not well-formed Unicode without NUL' : `is longer than ${maximumKeyBytes} bytes`;
  throw new PlumblineError('BAD_DATA', `the key ${JSON.stringify(key.slice(0, 100))} ${problem}`);
}
