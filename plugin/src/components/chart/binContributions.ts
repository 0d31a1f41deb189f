import type { Distribution } from '@plumbline/collector/api';

export interface BinContribution {
  readonly label: string;
  readonly referenceShare: number;
  readonly currentShare: number;
  /** What the bin adds to the population stability index; never negative. */
  readonly contribution: number;
  /** Of the sum over all bins, in [0, 1]. */
  readonly part: number;
}

/** An empty bin counts as half a row: the index of a true zero would be infinite. */
const emptyRows = 0.5;

/**
 * Which bins make the difference: the terms (current - reference) * ln(current / reference) of the population stability
 * index (Siddiqi, 2006), the largest first.
 */
export function binContributions({
  bins,
  referenceRows,
  currentRows,
}: Pick<Distribution, 'bins' | 'referenceRows' | 'currentRows'>): BinContribution[] {
  const terms = bins.map(({ label, referenceShare, currentShare }) => {
    const reference = Math.max(referenceShare, emptyRows / Math.max(1, referenceRows));
    const current = Math.max(currentShare, emptyRows / Math.max(1, currentRows));
    const isNothing = referenceShare === 0 && currentShare === 0;
    return {
      label,
      referenceShare,
      currentShare,
      contribution: isNothing ? 0 : (current - reference) * Math.log(current / reference),
    };
  });
  const sum = terms.reduce((total, { contribution }) => total + contribution, 0);
  return terms
    .map((term) => ({ ...term, part: sum === 0 ? 0 : term.contribution / sum }))
    .toSorted((left, right) => right.contribution - left.contribution);
}
