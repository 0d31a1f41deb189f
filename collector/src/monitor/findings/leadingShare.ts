import type { SignalShape } from '../../profile/index.ts';
import { type Score, scoreMoments } from '../../statistics/evidence/index.ts';
import { numberText } from '../sentences/text.ts';

/** The values a share score is about, in words, and their share of the rows before and now. */
export interface LeadingShare {
  /** `between 41k and 52k`, `"north"`, ... */
  readonly what: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** `past` and `now`: counts of the score's cells. `null` for scores that are no share (location and spread). */
export function leadingShare(
  shape: SignalShape,
  score: Score | undefined,
  past: ArrayLike<number>,
  now: ArrayLike<number>,
): LeadingShare | null {
  if (score === undefined || score.kind !== 'share') return null;
  const share = (counts: ArrayLike<number>): number | null => {
    const { n, mean } = scoreMoments(score, counts);
    return n === 0 ? null : mean;
  };
  return { what: wordsOf(shape, score), before: share(past), after: share(now) };
}

function wordsOf(shape: SignalShape, score: Score): string {
  if (shape.type === 'category') return score.name.replace(/^category:/, '');
  const decile = Number(/^decile (\d+)$/.exec(score.name)?.[1] ?? Number.NaN) - 1;
  const cells = shape.deciles.flatMap((of, cell) => (of === decile ? [cell] : []));
  // Cell 0 is below the first edge, cell i between edges i - 1 and i.
  const low = shape.edges[Math.max(0, (cells[0] ?? 0) - 1)];
  const high = shape.edges[Math.min(shape.edges.length - 1, cells.at(-1) ?? 0)];
  if (low === undefined || high === undefined) return score.name;
  const [from, to] = [numberText(low), numberText(high)];
  return from === to ? from : `between ${from} and ${to}`;
}
