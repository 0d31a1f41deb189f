/**
 * What share of predictions is wrong, if those are that a model is least sure of? The threshold is where as many rows of the
 * reference lie below it as were wrong; the estimate is the share of rows below. Where many rows share the confidence of the
 * threshold, that part of them counts which makes it exact in the reference.
 *
 * All by cell: `confidences` in what was decided, on any scale; `reference`: labelled rows, of which `wrong` were wrong;
 * `rows`: those to be judged. In [0, 1], `null` without rows on either side.
 *
 * Source: average thresholded confidence, Garg, Balakrishnan, Lipton, Neyshabur and Sedghi 2022.
 *
 * @example averageThresholdedConfidence([0.6, 0.8, 0.9], [4, 4, 2], 6, [5, 4, 1]) // (5 + 4 / 2) / 10 = 0.7
 */
export function averageThresholdedConfidence(
  confidences: ArrayLike<number>,
  reference: ArrayLike<number>,
  wrong: number,
  rows: ArrayLike<number>,
): number | null {
  const ascending = Array.from(confidences, (_, cell) => cell).sort((a, b) => confidences[a]! - confidences[b]!);
  let [known, all, below, estimated] = [0, 0, wrong, 0];
  for (let at = 0; at < ascending.length; ) {
    const confidence = confidences[ascending[at]!];
    let [then, now] = [0, 0];
    for (; at < ascending.length && confidences[ascending[at]!] === confidence; at++) {
      then += reference[ascending[at]!]!;
      now += rows[ascending[at]!]!;
    }
    if (below > 0) estimated += now * (below < then ? below / then : 1);
    below -= then;
    known += then;
    all += now;
  }
  return known === 0 || all === 0 ? null : estimated / all;
}
