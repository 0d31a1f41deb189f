import { sampleSizes } from './sampleSizes.ts';

/**
 * How different are two distributions over their whole range, where Kolmogorov-Smirnov looks at one point only?
 * T = n m / (n + m) x integral of (F - G)^2 dH, H being both samples together; at least 0.
 *
 * `current`, `reference`: counts over the same ordered cells (below, bins, above; no missing). `tail` is the asymptotic
 * p-value, conservative on bins. `null` when a side is empty.
 *
 * Source: Anderson 1962 (two samples); limit distribution Anderson and Darling 1952, formula 4.35.
 *
 * @example cramerVonMises([2, 0], [0, 2])?.value // 0.5
 */
export function cramerVonMises(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly value: number; readonly tail: number } | null {
  const sizes = sampleSizes(current, reference);
  if (sizes === null) return null;
  const { n, m } = sizes;
  let difference = 0;
  let sum = 0;
  for (let cell = 0; cell < reference.length; cell++) {
    const now = current[cell] ?? 0;
    const before = reference[cell]!;
    difference += now / n - before / m;
    sum += (now + before) * difference * difference;
  }
  const all = n + m;
  const value = (n * m * sum) / (all * all);
  // Mean and variance for these sizes, against 1/6 and 1/45 of the limit.
  const mean = (1 + 1 / all) / 6;
  const variance = ((all + 1) * (4 * n * m * all - 3 * (n * n + m * m) - 2 * n * m)) / (45 * all * all * 4 * n * m);
  const limit = variance > 0 ? 1 / 6 + (value - mean) / Math.sqrt(45 * variance) : 0;
  return { value, tail: limitTail(limit) };
}

/** 1 - the limit distribution: a series over k whose Bessel functions K_1/4 are integrated numerically. */
function limitTail(x: number): number {
  if (x <= 0.003) return 1;
  let sum = 0;
  let coefficient = 1;
  for (let k = 0; k < 60; k++) {
    const y = 4 * k + 1;
    const z = (y * y) / (16 * x);
    const term = coefficient * Math.sqrt(y) * scaledBessel(z) * Math.exp(-2 * z);
    sum += term;
    if (term < 1e-12 * sum) break;
    coefficient *= (k + 0.5) / (k + 1);
  }
  return Math.max(0, Math.min(1, 1 - sum / (Math.PI * Math.sqrt(x))));
}

/** e^z K_1/4(z), z > 0: the integral over t of e^(-z (cosh t - 1)) cosh(t / 4), by the trapezoidal rule. */
function scaledBessel(z: number): number {
  // Beyond this the integrand is below e^-40.
  const end = Math.acosh(1 + 40 / z);
  const steps = 128;
  let sum = 0.5;
  for (let i = 1; i <= steps; i++) {
    const t = (i * end) / steps;
    sum += Math.exp(-z * (Math.cosh(t) - 1)) * Math.cosh(t / 4);
  }
  return (sum * end) / steps;
}
