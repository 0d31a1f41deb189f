/**
 * What people and evaluators say about single answers: feedback (a thumb, stars) and evaluation scores. Numbers of any scale,
 * or words; what counts is whether they go down. Counted by arrival.
 */

export const ratingTypes = ['feedback', 'evaluation'] as const;
export type RatingType = (typeof ratingTypes)[number];

export interface RatingCounts {
  /** Ratings by cell of value, low ones first: negative, twentieths of [0, 1), then 1 to 10, tens up to 100, more. */
  readonly cells: readonly number[];
  readonly n: number;
  /** Sums of values and of their squares, in millionths: whole numbers, so that the order of adding does not show. */
  readonly sum: number;
  readonly squareSum: number;
}

export const ratingCells = 41;

export const noRatings: RatingCounts = { cells: Array<number>(ratingCells).fill(0), n: 0, sum: 0, squareSum: 0 };

const good: ReadonlySet<string> = new Set(['up', 'good', 'positive', 'yes', 'true', 'like', 'thumbs_up', 'accepted']);
const bad: ReadonlySet<string> = new Set([
  'down',
  'bad',
  'negative',
  'no',
  'false',
  'dislike',
  'thumbs_down',
  'rejected',
]);

/** A rating as a number; words for good are 1, words for bad 0. `null` for anything else, and beyond 10,000. */
export function ratingValue(value: string | number): number | null {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (good.has(word)) return 1;
  if (bad.has(word)) return 0;
  const number = typeof value === 'number' ? value : word === '' ? Number.NaN : Number(word);
  return Math.abs(number) <= 10_000 ? number : null;
}

export function addRating(counts: RatingCounts, value: number): RatingCounts {
  const cell = ratingCell(value);
  return addRatings(counts, {
    cells: counts.cells.map((_, index) => (index === cell ? 1 : 0)),
    n: 1,
    sum: Math.round(value * millionths),
    squareSum: Math.round(value * value * millionths),
  });
}

export function addRatings(a: RatingCounts, b: RatingCounts): RatingCounts {
  return {
    cells: a.cells.map((count, cell) => count + (b.cells[cell] ?? 0)),
    n: a.n + b.n,
    sum: a.sum + b.sum,
    squareSum: a.squareSum + b.squareSum,
  };
}

/** Counts and sums times a factor. */
export function timesRatings({ cells, n, sum, squareSum }: RatingCounts, factor: number): RatingCounts {
  return {
    cells: cells.map((count) => count * factor),
    n: n * factor,
    sum: sum * factor,
    squareSum: squareSum * factor,
  };
}

/** Sums in the unit of the ratings. */
export function ratingSums({ n, sum, squareSum }: RatingCounts): { n: number; sum: number; squareSum: number } {
  return { n, sum: sum / millionths, squareSum: squareSum / millionths };
}

const millionths = 1e6;

function ratingCell(value: number): number {
  if (value < 0) return 0;
  if (value < 1) return 1 + Math.floor(value * 20);
  if (value < 11) return 20 + Math.floor(value);
  return value < 101 ? 30 + Math.floor((value - 1) / 10) : ratingCells - 1;
}
