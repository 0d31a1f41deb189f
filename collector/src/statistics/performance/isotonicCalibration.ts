/**
 * What probability does a score stand for, when only its order is believed? Isotonic regression of labels on scores: the
 * ascending probabilities that are nearest to the shares of positives, by pooling neighbours that violate the order.
 *
 * `positives`, `negatives`: labelled rows by score bin, scores ascending. One probability a bin; bins without a label have
 * that of the next lower one with, the lowest ones that of the next higher one. `null` without any label.
 *
 * Source: Ayer, Brunk, Ewing, Reid and Silverman 1955; Zadrozny and Elkan 2002.
 *
 * @example isotonicCalibration([0, 2, 1, 4], [4, 2, 3, 0]) // [0, 0.375, 0.375, 1]
 */
export function isotonicCalibration(positives: ArrayLike<number>, negatives: ArrayLike<number>): Float64Array | null {
  const blocks: { events: number; n: number; readonly from: number }[] = [];
  for (let bin = 0; bin < positives.length; bin++) {
    const n = positives[bin]! + negatives[bin]!;
    if (n === 0) continue;
    blocks.push({ events: positives[bin]!, n, from: blocks.length === 0 ? 0 : bin });
    for (let last = blocks.at(-1)!, before = blocks.at(-2); before !== undefined; before = blocks.at(-2)) {
      if (before.events * last.n < last.events * before.n) break;
      before.events += last.events;
      before.n += last.n;
      blocks.pop();
      last = before;
    }
  }
  if (blocks.length === 0) return null;
  const probabilities = new Float64Array(positives.length);
  for (const { events, n, from } of blocks) probabilities.fill(events / n, from);
  return probabilities;
}
