import { type Score, shareScore } from './score.ts';

/** The share of events of which something is true, over two cells: not true, true. For error rates. */
export function indicatorScore(name: string): Score {
  return shareScore(name, 2, [1]);
}
