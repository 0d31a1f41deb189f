import { hypergeometricDraw } from '../hypergeometricDraw.ts';
import type { Proportion } from '../newcombeDifference.ts';

/** Pairs of one person of each group, by the difference of what happened to them: -1, 0, 1. */
export type PairCounts = readonly [less: number, same: number, more: number];

/**
 * What one person of group a and one of group b had, side by side: 1 when only a's had the event, -1 when only b's had,
 * 0 otherwise. Everybody of the smaller group is in one pair; who is paired with whom is drawn at random.
 *
 * The differences of a window are as if pairs had been made in the order of arrival, as long as rates hold within the
 * window: each has the mean rate(a) - rate(b) given the past, whatever the rates and however large the groups. So they may
 * feed an e-detector against "the gap is at most m". And unlike a queue they follow from merged counts alone: neither
 * shards nor the order of arrival change them, and the same seed gives the same pairs again.
 *
 * Source: paired betting of Shekhar and Ramdas 2023 (arXiv 2309.09111), Chugg, Cortes-Gomez, Wilder and Ramdas 2023.
 */
export function pairedDifferences(a: Proportion, b: Proportion, random: () => number): PairCounts {
  const [first, second] = [whole(a), whole(b)];
  const pairs = Math.min(first.n, second.n);
  const eventsA = hypergeometricDraw(random, first.n, first.events, pairs);
  const eventsB = hypergeometricDraw(random, second.n, second.events, pairs);
  const both = hypergeometricDraw(random, pairs, eventsA, eventsB);
  return pairsOf(pairs, eventsA - both, eventsB - both);
}

/** People are whole; what rows with weights are worth need not be. */
function whole({ events, n }: Proportion): Proportion {
  const people = Math.floor(n);
  return { events: Math.min(people, Math.round(events)), n: people };
}

/** The pairs to be expected of two groups; not whole numbers. */
export function expectedPairs(a: Proportion, b: Proportion): PairCounts {
  const pairs = Math.min(a.n, b.n);
  if (pairs === 0) return [0, 0, 0];
  const [rateA, rateB] = [a.events / a.n, b.events / b.n];
  return pairsOf(pairs, pairs * rateA * (1 - rateB), pairs * rateB * (1 - rateA));
}

function pairsOf(pairs: number, more: number, less: number): PairCounts {
  return [less, pairs - more - less, more];
}
