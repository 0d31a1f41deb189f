import { incompleteBeta, logitDensity } from './incompleteBeta.ts';
import { normalQuantile } from './normalQuantile.ts';

/**
 * Which value does a Beta(a, b) variable stay below with probability p? a, b > 0; the result is in [0, 1].
 *
 * Source: Newton's method on ln I over the logit of x, where the density is log-concave, and so is I (Bagnoli and Bergstrom
 * 2005): from any start a second step comes from below and never overshoots.
 *
 * @example betaQuantile(0.025, 8, 93) // 0.035171..., the lower Clopper-Pearson limit of 8 in 100
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1) || !(a > 0 && b > 0)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  // Of an upper tail, the lower one of 1 - x: where a < 1 that could be nearer to 1 than numbers are.
  return p > 0.5 && a >= 1 ? logistic(-logitOfQuantile(1 - p, b, a)) : logistic(logitOfQuantile(p, a, b));
}

function logitOfQuantile(p: number, a: number, b: number): number {
  const wanted = Math.log(p);
  let [low, high] = [-700, 36];
  // As if the logit were normal.
  let t = Math.max(low, Math.min(high, Math.log(a / b) + normalQuantile(p) * Math.sqrt(1 / a + 1 / b)));
  for (let step = 0; step < 200; step++) {
    const x = logistic(t);
    const value = incompleteBeta(a, b, x);
    const excess = Math.log(value) - wanted;
    if (excess === 0) return t;
    if (excess < 0) low = t;
    else high = t;
    const newton = t - (excess * value) / logitDensity(a, b, x);
    const next = newton > low && newton < high ? newton : low + (high - low) / 2;
    if (Math.abs(next - t) <= 1e-15 * Math.abs(t)) return next;
    t = next;
  }
  return t;
}

function logistic(t: number): number {
  return t < 0 ? Math.exp(t) / (1 + Math.exp(t)) : 1 / (1 + Math.exp(-t));
}
