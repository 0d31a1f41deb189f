/**
 * Survival function of Kolmogorov's distribution: the chance that sqrt(n) D exceeds x, for large n. In [0, 1].
 *
 * Source: Kolmogorov 1933 (series for large x) and its theta transform (for small x).
 *
 * @example kolmogorovTail(0.5) // 0.9639452436648751
 */
export function kolmogorovTail(x: number): number {
  if (!(x > 0)) return 1;
  if (x < 1) {
    let sum = 0;
    for (let k = 1; k <= 19; k += 2) sum += Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  let sum = 0;
  for (let k = 1; k <= 10; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return sum;
}
