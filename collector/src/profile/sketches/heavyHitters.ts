/**
 * Which texts came most often, without keeping them all? At most `capacity` texts with a count each. A text's true count
 * lies in [count, count + undercount], and `undercount` is at most (number of additions) / (capacity + 1): 0, so all
 * exact, as long as there were no more than `capacity` different texts.
 *
 * Source: Misra and Gries 1982; SpaceSaving (Metwally, Agrawal and El Abbadi 2005) holds the same information; merging
 * Agarwal, Cormode, Huang, Phillips, Wei and Yi 2013.
 */
export interface HeavyHitters {
  readonly capacity: number;
  readonly counts: Map<string, number>;
  undercount: number;
}

export function createHeavyHitters(capacity: number): HeavyHitters {
  return { capacity, counts: new Map(), undercount: 0 };
}

/** Adds many texts at once: what has to go is decided once, after the last. */
export function addHeavy(target: HeavyHitters, added: Iterable<readonly [text: string, count: number]>): void {
  const { counts } = target;
  for (const [text, count] of added) {
    const kept = text.length > longestText ? text.slice(0, longestText) : text;
    counts.set(kept, (counts.get(kept) ?? 0) + count);
  }
  shrink(target);
}

/** Commutative; associative too as long as nothing had to go. */
export function mergeHeavy(target: HeavyHitters, source: HeavyHitters): void {
  target.undercount += source.undercount;
  addHeavy(target, source.counts);
}

export function copyHeavy({ capacity, counts, undercount }: HeavyHitters): HeavyHitters {
  return { capacity, counts: new Map(counts), undercount };
}

/** Counts times a factor, in whole numbers of at least 1. */
export function scaleHeavy({ capacity, counts, undercount }: HeavyHitters, factor: number): HeavyHitters {
  return {
    capacity,
    counts: new Map([...counts].map(([text, count]) => [text, Math.max(1, Math.round(count * factor))])),
    undercount: Math.ceil(undercount * factor),
  };
}

/** Most frequent first, then by text. */
export function rankedHeavy({ counts }: HeavyHitters): [text: string, count: number][] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** Longer texts are cut: they are shown to people, never compared. */
const longestText = 128;

/** Takes the largest count that does not fit from all counts, so whoever is left had more. */
function shrink(target: HeavyHitters): void {
  const { counts, capacity } = target;
  if (counts.size <= capacity) return;
  const ascending = Float64Array.from(counts.values()).sort();
  const taken = ascending[ascending.length - 1 - capacity]!;
  for (const [text, count] of counts) {
    if (count > taken) counts.set(text, count - taken);
    else counts.delete(text);
  }
  target.undercount += taken;
}
