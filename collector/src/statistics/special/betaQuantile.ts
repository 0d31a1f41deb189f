import { incompleteBeta } from './incompleteBeta.ts';
import { invertMonotone } from './invertMonotone.ts';

/**
 * Which value does a Beta(a, b) variable stay below with probability p? a, b > 0; the result is in [0, 1].
 *
 * @example betaQuantile(0.025, 8, 93) // 0.035171..., the lower Clopper-Pearson limit of 8 in 100
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1) || !(a > 0 && b > 0)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  // Over the logit of x, where both tails have room.
  const logit = invertMonotone((t) => compare(incompleteBeta(a, b, logistic(t)), p), -700, 36);
  return logistic(logit);
}

/** Differences of logarithms: straight in the tails. */
function compare(value: number, wanted: number): number {
  if (wanted > 0.5) return value - wanted;
  return value === 0 ? -750 - Math.log(wanted) : Math.log(value) - Math.log(wanted);
}

function logistic(t: number): number {
  return t < 0 ? Math.exp(t) / (1 + Math.exp(t)) : 1 / (1 + Math.exp(-t));
}
