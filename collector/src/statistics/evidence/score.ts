/**
 * A bounded number computed from one event, whose mean is watched: where a value lies, whether it is missing, whether
 * the prediction was wrong. Events are known only by the cell they were counted in, so a score is one number a cell.
 */
export interface Score {
  /** What moves when the mean moves: `location`, `missing`, `category:north`. */
  readonly name: string;
  /** A mean of numbers in [-1, 1] or in `range`, or a share: 1 in some cells and 0 in the others. */
  readonly kind: 'mean' | 'share';
  /** One value a cell. */
  readonly values: Float64Array;
  /** Between which values those of a mean lie, where a single one may lie outside [-1, 1]. The mean itself does not. */
  readonly range?: readonly [low: number, high: number];
  /** 1 for the cells the score is about. An event in another cell says nothing: no bet is placed on it. */
  readonly considered: Uint8Array;
  /**
   * Where the reference's own counts cannot tell what is ordinary, because the cells were made from them: events and
   * trials that tell what is at most. Nobody bets on less.
   */
  readonly trial?: { readonly events: number; readonly n: number };
  /** Bets on a share, where it has others than all have: what they gain when it goes up, and lose when it goes down. */
  readonly bets?: { readonly up: readonly number[]; readonly down: readonly number[] };
}

/** Size, mean and (population) variance of a score over counted events; mean and variance are 0 without events. */
export interface ScoreMoments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

/** `counts`: events by cell. */
export function scoreMoments(score: Score, counts: ArrayLike<number>): ScoreMoments {
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (let cell = 0; cell < score.values.length; cell++) {
    if (score.considered[cell] === 0) continue;
    const count = counts[cell] ?? 0;
    const value = score.values[cell]!;
    n += count;
    sum += count * value;
    squares += count * value * value;
  }
  if (n === 0) return { n: 0, mean: 0, variance: 0 };
  const mean = sum / n;
  return { n, mean, variance: Math.max(0, squares / n - mean * mean) };
}

/** 1 in `cells`, 0 elsewhere, over the cells for which `isConsidered`. */
export function shareScore(
  name: string,
  cellCount: number,
  cells: readonly number[],
  isConsidered: (cell: number) => boolean = () => true,
): Score {
  const values = new Float64Array(cellCount);
  const considered = new Uint8Array(cellCount);
  for (const cell of cells) values[cell] = 1;
  for (let cell = 0; cell < cellCount; cell++) considered[cell] = isConsidered(cell) ? 1 : 0;
  return { name, kind: 'share', values, considered };
}
