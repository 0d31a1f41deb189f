/**
 * How many observations two columns of counts over the same cells hold. A cell that `current` does not have counts as
 * empty. `null` when a side is empty: two samples cannot be compared then.
 */
export function sampleSizes(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly n: number; readonly m: number } | null {
  let n = 0;
  let m = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    n += current[cell] ?? 0;
    m += reference[cell]!;
  }
  return n === 0 || m === 0 ? null : { n, m };
}
