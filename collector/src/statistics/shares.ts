/**
 * Two columns of counts over the same cells as shares. Cells empty in both are left out: they carry no information, and
 * smoothing would turn the difference of sample sizes into a difference of shares.
 */
export interface SharePair {
  /** Current and reference shares; each sums to 1. */
  readonly current: Float64Array;
  readonly reference: Float64Array;
  /** Cell number of each share. */
  readonly cells: Int32Array;
  readonly currentCount: number;
  readonly referenceCount: number;
}

/**
 * `smoothing` is added to each count (1/2 is the Jeffreys or Krichevsky-Trofimov estimate, 0 the plain share).
 * `null` when either side is empty.
 */
export function sharePair(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  smoothing: number,
): SharePair | null {
  const kept: number[] = [];
  let n = 0;
  let m = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const currentCount = current[cell] ?? 0;
    const referenceCount = reference[cell]!;
    if (currentCount + referenceCount > 0) kept.push(cell);
    n += currentCount;
    m += referenceCount;
  }
  if (n === 0 || m === 0) return null;
  const more = smoothing * kept.length;
  return {
    current: Float64Array.from(kept, (cell) => ((current[cell] ?? 0) + smoothing) / (n + more)),
    reference: Float64Array.from(kept, (cell) => (reference[cell]! + smoothing) / (m + more)),
    cells: Int32Array.from(kept),
    currentCount: n,
    referenceCount: m,
  };
}
