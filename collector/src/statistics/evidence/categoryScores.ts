import { type Score, shareScore } from './score.ts';

/**
 * Scores that see a signal of categories move: the share of each frequent category (`category:north`), of all others
 * together (`other`), of values the reference never saw (`unseen`), and whether values come at all (`missing`). What is
 * unseen is rare too and in both: where new values come all the time, known rare ones make room for them.
 *
 * `categories`: names of the first cells, most frequent first. `counts`: the reference's cells: categories, other known,
 * unseen, missing. At most 24 categories have a score of their own, the most frequent with at least 1/40 of the rows:
 * a shift among rarer ones moves `other`, or the share that one of `bucketScores` has. Shares are of the rows with a value;
 * only `missing` looks at all rows.
 *
 * `newValues`: of n later rows of the reference, how many held a value that its earlier rows had not. With what the
 * reference itself had too many different values to remember, that is what `unseen` may be at most: a value is unseen less
 * often after the whole reference than after a part of it.
 */
export function categoryScores(
  categories: readonly string[],
  counts: ArrayLike<number>,
  newValues: { readonly events: number; readonly n: number },
): Score[] {
  const cells = categories.length + 3;
  const missing = cells - 1;
  const hasValue = (cell: number): boolean => cell !== missing;
  const frequent = frequentCells(counts);
  const unseen = cells - 2;
  const others = Array.from({ length: missing }, (_, cell) => cell).filter((cell) => !frequent.includes(cell));
  const forgotten = counts[unseen]! / Math.max(1, sumBefore(counts, missing));
  const trial = { events: Math.min(newValues.n, newValues.events + forgotten * newValues.n), n: newValues.n };
  return [
    ...frequent.map((cell) => shareScore(categoryScoreName(categories[cell]!), cells, [cell], hasValue)),
    shareScore('other', cells, others, hasValue),
    { ...shareScore('unseen', cells, [unseen], hasValue), trial },
    shareScore('missing', cells, [missing]),
  ];
}

export function categoryScoreName(category: string): string {
  return `category:${category}`;
}

/** Cells of the categories that have a score of their own, by the same `counts`. */
export function frequentCells(counts: ArrayLike<number>): number[] {
  const total = sumBefore(counts, counts.length - 1);
  const first = Array.from({ length: Math.min(mostScores, counts.length - 3) }, (_, cell) => cell);
  return total === 0 ? [] : first.filter((cell) => counts[cell]! >= total * smallestShare);
}

function sumBefore(counts: ArrayLike<number>, end: number): number {
  let sum = 0;
  for (let cell = 0; cell < end; cell++) sum += counts[cell]!;
  return sum;
}

/** Enough for every hour of the day to have one. */
const mostScores = 24;
const smallestShare = 1 / 40;
