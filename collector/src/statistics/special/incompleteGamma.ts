import { stirlingCorrection } from './gammaLn.ts';

/**
 * Regularised incomplete gamma functions for shape a > 0 and x >= 0: `lower` P(a, x) and `upper` Q(a, x) = 1 - P.
 * The smaller of the two is computed directly, so tails keep their relative precision (about 1e-14).
 *
 * Source: series and Lentz's continued fraction (Abramowitz and Stegun 6.5.29, 6.5.31); prefactor after Temme 1994.
 *
 * @example incompleteGamma(0.5, 0.5).lower // chance that |Z| < 1: 0.6826894921370859
 */
export function incompleteGamma(a: number, x: number): { readonly lower: number; readonly upper: number } {
  if (!(a > 0) || !(x >= 0)) return { lower: Number.NaN, upper: Number.NaN };
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === Number.POSITIVE_INFINITY) return { lower: 1, upper: 0 };
  // x^a e^-x / Gamma(a + 1)
  const deviation = (x - a) / a;
  const prefactor = Math.exp(a * logMinus(deviation) - stirlingCorrection(a)) / Math.sqrt(2 * Math.PI * a);
  if (x < a + 1) {
    const lower = Math.min(1, prefactor * series(a, x));
    return { lower, upper: 1 - lower };
  }
  const upper = Math.min(1, prefactor * a * fraction(a, x));
  return { lower: 1 - upper, upper };
}

/** ln(1 + d) - d without cancellation near 0. */
function logMinus(d: number): number {
  if (Math.abs(d) > 0.1) return Math.log1p(d) - d;
  let term = d * d;
  let sum = 0;
  for (let k = 2; k < 40; k++) {
    const part = term / k;
    sum += k % 2 === 0 ? -part : part;
    if (part === 0 || Math.abs(part) < Math.abs(sum) * 1e-17) break;
    term *= d;
  }
  return sum;
}

/** 1 + x/(a+1) + x^2/((a+1)(a+2)) + ... */
function series(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 100_000; k++) {
    term *= x / (a + k);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum;
}

/** Gamma(a, x) e^x / x^a as a continued fraction. */
function fraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let result = d;
  for (let k = 1; k < 100_000; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = numerator * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + numerator / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const factor = d * c;
    result *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return result;
}
