import { stirlingCorrection } from './gammaLn.ts';

/**
 * Regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0, 1]: the chance that a Beta(a, b) variable is
 * at most x. Relative error about 1e-12.
 *
 * Source: Lentz's continued fraction (Press et al., Numerical Recipes 6.4).
 *
 * @example incompleteBeta(500, 1.5, 0.999) // 0.8010099054491451
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0) || !(x >= 0 && x <= 1)) return Number.NaN;
  if (x === 0 || x === 1) return x;
  const y = 1 - x;
  const front = prefactor(a, b, x, y);
  const value = x < (a + 1) / (a + b + 2) ? (front * fraction(a, b, x)) / a : 1 - (front * fraction(b, a, y)) / b;
  return Math.min(1, Math.max(0, value));
}

/** Density of the logit of a Beta(a, b) variable where the variable is x: x^a (1 - x)^b / B(a, b). */
export function logitDensity(a: number, b: number, x: number): number {
  return prefactor(a, b, x, 1 - x);
}

/** x^a y^b / B(a, b), with the large parts of the gamma functions cancelled against the powers. */
function prefactor(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const exponent =
    a * Math.log((x * n) / a) +
    b * Math.log((y * n) / b) +
    stirlingCorrection(n) -
    stirlingCorrection(a) -
    stirlingCorrection(b);
  return Math.exp(exponent) * Math.sqrt((a * b) / (2 * Math.PI * n));
}

function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return result;
}

function notZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
