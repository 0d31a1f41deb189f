/** Two versions on the same rows: what one lost minus what the other lost. */
export interface PairedDifference {
  readonly rows: number;
  /** Mean loss of the candidate minus mean loss of the champion; positive is worse. */
  readonly difference: number;
  readonly standardError: number;
  /** Rows on which exactly one was wrong; `null` where losses are not 0 and 1. */
  readonly disagreements: { readonly candidate: number; readonly champion: number } | null;
}

/**
 * From per-row losses. For losses of 0 and 1 half a row is added to each kind of disagreement (Agresti and Min 2005), so
 * that few rows without any disagreement do not look like certainty.
 */
export function pairedDifference(candidateLosses: Float64Array, championLosses: Float64Array): PairedDifference {
  const rows = candidateLosses.length;
  let sum = 0;
  let squares = 0;
  let onlyZeroAndOne = true;
  for (let row = 0; row < rows; row++) {
    const candidate = candidateLosses[row]!;
    const champion = championLosses[row]!;
    sum += candidate - champion;
    squares += (candidate - champion) ** 2;
    onlyZeroAndOne &&= (candidate === 0 || candidate === 1) && (champion === 0 || champion === 1);
  }
  if (rows === 0) return { rows, difference: 0, standardError: Number.POSITIVE_INFINITY, disagreements: null };
  if (onlyZeroAndOne) {
    const disagreements = squares + 1;
    const n = rows + 2;
    const standardError = Math.sqrt(Math.max(0, disagreements - sum ** 2 / n)) / n;
    const counts = { candidate: (squares + sum) / 2, champion: (squares - sum) / 2 };
    return { rows, difference: sum / rows, standardError, disagreements: counts };
  }
  const variance = rows < 2 ? Number.POSITIVE_INFINITY : Math.max(0, squares - sum ** 2 / rows) / (rows - 1);
  return { rows, difference: sum / rows, standardError: Math.sqrt(variance / rows), disagreements: null };
}

/** Bounds that each hold with 95 %, for a decision that looks one way; the two together are a 90 % interval. */
export function oneSidedBounds({ difference, standardError }: PairedDifference): { low: number; high: number } {
  const reach = 1.6448536269514722 * standardError;
  return { low: difference - reach, high: difference + reach };
}
