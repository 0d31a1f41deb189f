/**
 * Which streams have changed, as a list to read rather than a page: of K detectors, the k* with the largest evidence, k* the
 * largest k with M_(k) >= A K / k. At any time anybody looks, the expected share of wrong ones among them is at most the
 * time elapsed over A. At least every stream that alarms on its own is in it.
 *
 * `excessLogs`: ln M - ln(A / v) of each stream, v its share of the budget; 0 is the alarm level.
 *
 * Source: Dandapanthula and Ramdas 2025 (e-d-BH), with weights as in Wang and Ramdas 2022.
 */
export function whatChanged(excessLogs: readonly number[]): number[] {
  return largestTogether(excessLogs, 0);
}

/**
 * The k* largest of `logs`, k* the largest k whose k-th largest plus ln k reaches `level`; indices, ascending. `NaN` and
 * -Infinity are never among them.
 */
export function largestTogether(logs: readonly number[], level: number): number[] {
  const order = [...logs.keys()].filter((index) => logs[index]! > Number.NEGATIVE_INFINITY);
  order.sort((a, b) => logs[b]! - logs[a]! || a - b);
  let count = 0;
  order.forEach((index, place) => {
    if (logs[index]! + Math.log(place + 1) >= level) count = place + 1;
  });
  return order.slice(0, count).sort((a, b) => a - b);
}
