import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

/**
 * How good is a ranking over many queries? The mean of one number a query (reciprocal ranks give MRR, average precisions
 * MAP), with the normal 95 % interval of a mean. Queries for which it is undefined (`null`) are left out.
 */
export function meanOfQueries(values: readonly (number | null)[]): Estimated {
  const known = values.filter((value) => value !== null);
  const n = known.length;
  if (n === 0) return nothing(0);
  const value = known.reduce((sum, each) => sum + each, 0) / n;
  if (n === 1) return { value, low: null, high: null, n };
  const variance = known.reduce((sum, each) => sum + (each - value) ** 2, 0) / (n - 1);
  const half = standardNormal95 * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half, n };
}
