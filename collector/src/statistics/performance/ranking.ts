/** How good is one ranked list? `relevance`: grades of the shown items from the top, 0 is irrelevant. */

/**
 * How close is the order to the best one? Discounted cumulative gain of the first `k`, divided by that of the best order,
 * in [0, 1]. Gain is the grade itself, discount 1 / log2(rank + 1). `ideal`: grades of all relevant items when some were
 * not shown; default: the shown ones. `null` when nothing is relevant.
 *
 * Source: Jarvelin and Kekalainen 2002.
 *
 * @example normalisedDiscountedGain([3, 2, 3, 0, 1, 2], 6) // 0.960819...
 */
export function normalisedDiscountedGain(
  relevance: readonly number[],
  k: number,
  ideal: readonly number[] = relevance,
): number | null {
  const best = discountedGain(
    [...ideal].sort((a, b) => b - a),
    k,
  );
  return best > 0 ? discountedGain(relevance, k) / best : null;
}

/** How early is the first relevant item? 1 / its rank, 0 when there is none among the shown. */
export function reciprocalRank(relevance: readonly number[]): number {
  const first = relevance.findIndex((grade) => grade > 0);
  return first < 0 ? 0 : 1 / (first + 1);
}

/**
 * How pure is the list down to each relevant item? Mean of the precision at their ranks, in [0, 1]. `relevant`: how many
 * there are in all, those not shown count as 0; default: the shown ones. `null` when there are none.
 *
 * @example rankedAveragePrecision([1, 0, 1]) // (1 + 2/3) / 2
 */
export function rankedAveragePrecision(
  relevance: readonly number[],
  relevant = relevance.filter((grade) => grade > 0).length,
): number | null {
  if (relevant === 0) return null;
  let found = 0;
  let sum = 0;
  relevance.forEach((grade, index) => {
    if (grade <= 0) return;
    found += 1;
    sum += found / (index + 1);
  });
  return sum / relevant;
}

/** Share of the first `k` items that is relevant; places that nothing was shown in count as irrelevant. */
export function precisionAt(relevance: readonly number[], k: number): number | null {
  return k > 0 ? foundAt(relevance, k) / k : null;
}

/** Share of the relevant items that is among the first `k`. `null` when there are none. */
export function recallAt(
  relevance: readonly number[],
  k: number,
  relevant = relevance.filter((grade) => grade > 0).length,
): number | null {
  return relevant > 0 ? foundAt(relevance, k) / relevant : null;
}

function foundAt(relevance: readonly number[], k: number): number {
  return relevance.slice(0, Math.max(0, k)).filter((grade) => grade > 0).length;
}

function discountedGain(relevance: readonly number[], k: number): number {
  return relevance.slice(0, Math.max(0, k)).reduce((sum, grade, index) => sum + grade / Math.log2(index + 2), 0);
}
