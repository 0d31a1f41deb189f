import type { NullBounds } from './nullBounds.ts';
import type { Score } from './score.ts';

export type Direction = 'up' | 'down';

/** A score turned so that "worse" is larger, with what it is betted on. */
export interface OrientedScore {
  readonly score: string;
  readonly direction: Direction;
  /** One value a cell, in [low, ...]. */
  readonly values: Float64Array;
  readonly considered: Uint8Array;
  /** Null hypothesis: given the past, the mean of the next value is at most this. */
  readonly nullMean: number;
  readonly low: number;
  /** Each in (0, 0.9 / (nullMean - low)], so that no single event can take more than nine tenths of the wealth. */
  readonly bets: readonly number[];
  /** At least 1: dependent events behave like this many times fewer independent ones. */
  readonly designEffect: number;
}

/**
 * Bets on a score going up and going down. A direction in which the mean cannot leave its null bounds (they reach the
 * end of the scale) is left out.
 *
 * Bets of a mean are spread over shifts of different size in units of the score's standard deviation; bets on a share
 * going up are by how much they multiply the wealth when the event happens, bets on it going down by how much of the
 * wealth they then lose.
 */
export function orient(score: Score, bounds: NullBounds, designEffect: number): OrientedScore[] {
  const { values, considered } = score;
  const shared = { score: score.name, considered, designEffect: Math.max(1, designEffect) };
  if (score.kind === 'mean') {
    if (bounds.standardDeviation === 0) return [];
    const bets = meanBets.map((bet) => bet / bounds.standardDeviation);
    const [low, high] = score.range ?? [-1, 1];
    return [
      { ...shared, direction: 'up' as const, values, nullMean: bounds.upper, low, bets },
      {
        ...shared,
        direction: 'down' as const,
        values: values.map((value) => -value),
        nullMean: -bounds.lower,
        low: -high,
        bets,
      },
    ].flatMap(playable);
  }
  const { up, down } = score.bets ?? shareBets;
  const both = [
    {
      ...shared,
      direction: 'up' as const,
      values,
      nullMean: bounds.upper,
      low: 0,
      bets: up.map((gain) => gain / (1 - bounds.upper)),
    },
    {
      ...shared,
      direction: 'down' as const,
      values: values.map((value) => 1 - value),
      nullMean: 1 - bounds.lower,
      low: 0,
      bets: down.map((loss) => loss / (1 - bounds.lower)),
    },
  ];
  return (score.trial === undefined ? both : both.slice(0, 1)).flatMap(playable);
}

const meanBets = [0.03, 0.06, 0.12, 0.25, 0.5, 1];
const shareBets = { up: [0.1, 0.2, 0.35, 0.6, 1, 2], down: [0.05, 0.1, 0.2, 0.35, 0.6, 0.9] };

/** Caps the bets; nothing where the mean may be anything: that of no score is above 1. */
function playable(oriented: OrientedScore): OrientedScore[] {
  if (!(oriented.nullMean < 1) || !(oriented.nullMean > oriented.low)) return [];
  const cap = 0.9 / (oriented.nullMean - oriented.low);
  return [{ ...oriented, bets: oriented.bets.map((bet) => Math.min(bet, cap)) }];
}
