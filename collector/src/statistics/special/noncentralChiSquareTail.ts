import { gammaLn } from './gammaLn.ts';
import { incompleteGamma } from './incompleteGamma.ts';

/**
 * How likely is a non-central chi-square variable with `degrees` > 0 and `noncentrality` >= 0 to exceed x? In [0, 1].
 *
 * It is a chi-square variable with degrees + 2 k degrees of freedom, k being Poisson with mean noncentrality / 2; the sum
 * starts at the likeliest k and goes both ways by recurrence. Absolute error below 1e-12.
 *
 * Source: Fisher 1928; summation after Ding 1992.
 *
 * @example noncentralChiSquareTail(20, 9, 5) // 0.1591235
 */
export function noncentralChiSquareTail(x: number, degrees: number, noncentrality: number): number {
  if (!(degrees > 0) || !(noncentrality >= 0)) return Number.NaN;
  if (x <= 0) return 1;
  const mean = noncentrality / 2;
  const start = Math.floor(mean);
  const weightAt = mean === 0 ? 1 : Math.exp(start * Math.log(mean) - mean - gammaLn(start + 1));
  const shapeAt = degrees / 2 + start;
  const half = x / 2;
  // Q(a + 1, h) = Q(a, h) + h^a e^-h / Gamma(a + 1)
  const stepAt = Math.exp(shapeAt * Math.log(half) - half - gammaLn(shapeAt + 1));
  const tailAt = incompleteGamma(shapeAt, half).upper;

  let sum = weightAt * tailAt;
  let weight = weightAt;
  let tail = tailAt;
  let step = stepAt;
  for (let k = start + 1; k < start + largestTerms; k++) {
    tail += step;
    step *= half / (degrees / 2 + k);
    weight *= mean / k;
    sum += weight * Math.min(1, tail);
    if (weight < 1e-17) break;
  }
  weight = weightAt;
  tail = tailAt;
  step = stepAt;
  for (let k = start; k > 0; k--) {
    step *= (degrees / 2 + k) / half;
    tail -= step;
    weight *= k / mean;
    sum += weight * Math.max(0, tail);
    if (weight < 1e-17) break;
  }
  return Math.max(0, Math.min(1, sum));
}

const largestTerms = 1_000_000;
