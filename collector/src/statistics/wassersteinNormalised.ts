import { normalQuantile } from './special/normalQuantile.ts';

/** Numbers in bins: what is needed to integrate over their distribution function. */
export interface BinnedNumbers {
  /** B + 1 ascending edges. */
  readonly edges: ArrayLike<number>;
  /** Below, B bins, above; further cells (missing, invalid) are not looked at. */
  readonly counts: ArrayLike<number>;
  /** Means of the values below the first and above the last edge; `null` when there are none. */
  readonly belowMean: number | null;
  readonly aboveMean: number | null;
}

/**
 * How far did the values move, in standard deviations of the reference? The Wasserstein distance of order 1, the integral
 * of |F - G|, divided by `scale`. At least 0; a shift of the mean by one standard deviation gives 1.
 *
 * Distribution functions are linear inside a bin; values outside the edges enter by their exact mean, so one wild value
 * moves it by what it really weighs. Both sides must have the same edges. `null` when a side is empty.
 *
 * Source: Vallender 1974 (the integral form).
 *
 * @example A uniform distribution on [0, 1) shifted to [0.5, 1.5): 0.5 / scale
 */
export function wassersteinNormalised(current: BinnedNumbers, reference: BinnedNumbers, scale: number): number | null {
  const { edges } = reference;
  const bins = edges.length - 1;
  if (bins < 1 || !(scale > 0)) return null;
  const n = total(current.counts, bins + 2);
  const m = total(reference.counts, bins + 2);
  if (n === 0 || m === 0) return null;

  const first = edges[0]!;
  const last = edges[bins]!;
  let distance = Math.abs(
    tail(current.counts[0]! / n, first, current.belowMean) - tail(reference.counts[0]! / m, first, reference.belowMean),
  );
  let difference = current.counts[0]! / n - reference.counts[0]! / m;
  for (let bin = 0; bin < bins; bin++) {
    const next = difference + current.counts[bin + 1]! / n - reference.counts[bin + 1]! / m;
    distance += (edges[bin + 1]! - edges[bin]!) * meanAbsolute(difference, next);
    difference = next;
  }
  distance += Math.abs(
    tail(current.counts[bins + 1]! / n, last, current.aboveMean) -
      tail(reference.counts[bins + 1]! / m, last, reference.aboveMean),
  );
  return distance / scale;
}

/**
 * What would it show if nothing had changed? The value that it exceeds with the chance `tail` for n current and m reference rows.
 *
 * Under the null sqrt(nm / (n + m)) (F - G) is a Brownian bridge, whose integrated absolute value has a mean and variance
 * that follow from normal moments; a gamma distribution is fitted to both.
 *
 * Source: del Barrio, Gine and Matran 1999 (limit); E|XY| of normal variables after Kamat 1953.
 */
export function wassersteinBand(
  n: number,
  reference: BinnedNumbers,
  scale: number,
  designEffect = 1,
  tail = 0.05,
): number | null {
  const { edges, counts } = reference;
  const bins = edges.length - 1;
  if (bins < 1 || !(scale > 0)) return null;
  const m = total(counts, bins + 2);
  if (n === 0 || m === 0) return null;
  const widths: number[] = [];
  const levels: number[] = [];
  let passed = counts[0]! / m;
  for (let bin = 0; bin < bins; bin++) {
    const share = counts[bin + 1]! / m;
    widths.push((edges[bin + 1]! - edges[bin]!) / scale);
    levels.push(Math.min(1, passed + share / 2));
    passed += share;
  }
  const deviations = levels.map((level) => Math.sqrt(level * (1 - level)));
  let mean = 0;
  let square = 0;
  for (let i = 0; i < bins; i++) {
    mean += widths[i]! * deviations[i]! * Math.sqrt(2 / Math.PI);
    for (let j = 0; j <= i; j++) {
      const both =
        widths[i]! * widths[j]! * meanAbsoluteProduct(levels[j]!, levels[i]!, deviations[j]! * deviations[i]!);
      square += i === j ? both : 2 * both;
    }
  }
  const variance = Math.max(0, square - mean * mean);
  return gammaPoint(mean, variance, tail) * Math.sqrt((1 / n + 1 / m) * designEffect);
}

function total(counts: ArrayLike<number>, cells: number): number {
  let sum = 0;
  for (let cell = 0; cell < cells; cell++) sum += counts[cell] ?? 0;
  return sum;
}

/** Integral of the distribution function (or its complement) beyond an edge. */
function tail(share: number, edge: number, mean: number | null): number {
  return share === 0 || mean === null ? 0 : share * Math.abs(edge - mean);
}

/** Mean of |linear function| that goes from `a` to `b`. */
function meanAbsolute(a: number, b: number): number {
  if (a * b >= 0) return (Math.abs(a) + Math.abs(b)) / 2;
  return (a * a + b * b) / (2 * (Math.abs(a) + Math.abs(b)));
}

/** E|B(s) B(t)| of a Brownian bridge at s <= t, where `deviations` is the product of their standard deviations. */
function meanAbsoluteProduct(s: number, t: number, deviations: number): number {
  if (deviations === 0) return 0;
  const correlation = Math.min(1, (s * (1 - t)) / deviations);
  return (2 / Math.PI) * deviations * (Math.sqrt(1 - correlation * correlation) + correlation * Math.asin(correlation));
}

/** What a gamma variable with this mean and variance exceeds with a chance, by the cube-root of Wilson and Hilferty. */
function gammaPoint(mean: number, variance: number, chance: number): number {
  if (mean === 0) return 0;
  const spread = variance / (9 * mean * mean);
  return mean * Math.max(0, 1 - spread - normalQuantile(chance) * Math.sqrt(spread)) ** 3;
}
