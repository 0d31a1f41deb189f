import { type Score, shareScore } from './score.ts';

/**
 * Scores that see a signal of categories move: the share of each frequent category (`category:north`), of all others
 * that the reference knows together (`other`), of values it never saw (`unseen`), and whether values come at all
 * (`missing`).
 *
 * `categories`: names of the first cells, most frequent first. `counts`: the reference's cells: categories, other known,
 * unseen, missing. At most 24 categories have a score of their own, the most frequent with at least 1/40 of the rows:
 * a shift among rarer ones moves `other`. Shares are of the rows with a value; only `missing` looks at all rows.
 *
 * `newValues`: of n later rows of the reference, how many held a value that its earlier rows had not. That is what
 * `unseen` is compared with: a value is unseen less often after the whole reference than after a part of it.
 */
export function categoryScores(
  categories: readonly string[],
  counts: ArrayLike<number>,
  newValues: { readonly events: number; readonly n: number },
): Score[] {
  const cells = categories.length + 3;
  const missing = cells - 1;
  const hasValue = (cell: number): boolean => cell !== missing;
  let total = 0;
  for (let cell = 0; cell < missing; cell++) total += counts[cell]!;
  const isFrequent = (cell: number): boolean =>
    cell < mostScores && counts[cell]! >= total * smallestShare && total > 0;
  const others = Array.from({ length: categories.length + 1 }, (_, cell) => cell).filter(
    (cell) => cell === categories.length || !isFrequent(cell),
  );
  return [
    ...categories.flatMap((category, cell) =>
      isFrequent(cell) ? [shareScore(`category:${category}`, cells, [cell], hasValue)] : [],
    ),
    shareScore('other', cells, others, hasValue),
    { ...shareScore('unseen', cells, [cells - 2], hasValue), trial: newValues },
    shareScore('missing', cells, [missing]),
  ];
}

/** Enough for every hour of the day to have one. */
const mostScores = 24;
const smallestShare = 1 / 40;
