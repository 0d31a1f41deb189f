import { invertMonotone } from '../special/invertMonotone.ts';

/**
 * Band around an empirical distribution function that holds for all values and all times from `from` rows on: half of its
 * width after `n` rows. For the difference of two samples add both.
 *
 * Source: Howard and Ramdas 2022 (theorem 2), 0.85 sqrt((ln(1 + ln(n / from)) + C) / n).
 *
 * @example distributionBand({ n: 1000, from: 100, alpha: 0.05 }) // 0.0820477
 */
export function distributionBand(options: {
  readonly n: number;
  readonly from: number;
  readonly alpha: number;
}): number {
  const { n, from, alpha } = options;
  if (n < from) return 1;
  return Math.min(1, factor * Math.sqrt((Math.log1p(Math.log(n / from)) + distributionConstant(alpha)) / n));
}

const factor = 0.85;

/** The smallest C whose error is `alpha`: 8.123 for 5 %, 12.600 for 0.01 %. */
export function distributionConstant(alpha: number): number {
  return invertMonotone((constant) => Math.log(alpha) - Math.log(errorOf(constant)), 3, 200);
}

/** The error of a constant, at the best of all epochs' lengths eta. */
function errorOf(constant: number): number {
  const errorAt = (eta: number): number => {
    const gamma = Math.sqrt(2 / eta) * (factor - Math.sqrt((2 * (eta - 1)) / constant));
    if (gamma <= 1) return Number.POSITIVE_INFINITY;
    const square = gamma ** 2;
    return 4 * Math.exp(-square * constant) * (1 + 1 / ((square - 1) * Math.log(eta)));
  };
  // One valley in (1, 2 factor^2): golden section after a coarse look.
  const highest = 2 * factor ** 2;
  const steps = 400;
  let best = 1;
  for (let i = 1; i < steps; i++)
    if (errorAt(1 + ((highest - 1) * i) / steps) < errorAt(1 + ((highest - 1) * best) / steps)) best = i;
  let low = 1 + ((highest - 1) * Math.max(1e-9, best - 1)) / steps;
  let high = 1 + ((highest - 1) * (best + 1)) / steps;
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 80; i++) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (errorAt(left) < errorAt(right)) high = right;
    else low = left;
  }
  return errorAt((low + high) / 2);
}
