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
  const tiny = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let result = d;
  const multiply = (numerator: number): number => {
    d = 1 + numerator * d;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = 1 + numerator / c;
    if (Math.abs(c) < tiny) c = tiny;
    result *= d * c;
    return d * c;
  };
  for (let m = 1; m < 10_000; m++) {
    multiply((m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)));
    const factor = multiply((-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)));
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return result;
}
