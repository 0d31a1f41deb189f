import type { StreamBaseline } from './streamBaseline.ts';

/**
 * Drift detection method over errors (1) and successes (0): the error rate p plus its standard error s has risen above the
 * smallest p_min + 3 s_min seen (warning: 2). Gama, Medas, Castillo and Rodrigues 2004; first 30 values only teach.
 */
export function ddm(options: { readonly warmUp?: number; readonly warning?: number; readonly drift?: number } = {}) {
  const { warmUp = 30, warning = 2, drift = 3 } = options;
  let n = 0;
  let errors = 0;
  let least = { sum: Number.POSITIVE_INFINITY, rate: 0, error: 0 };
  const reset = (): void => {
    n = 0;
    errors = 0;
    least = { sum: Number.POSITIVE_INFINITY, rate: 0, error: 0 };
  };
  const baseline: StreamBaseline = {
    update: (value) => {
      n += 1;
      errors += value;
      const rate = errors / n;
      const error = Math.sqrt((rate * (1 - rate)) / n);
      if (n <= warmUp) return 'none';
      if (rate + error <= least.sum) least = { sum: rate + error, rate, error };
      if (rate + error > least.rate + drift * least.error) {
        reset();
        return 'drift';
      }
      return rate + error > least.rate + warning * least.error ? 'warning' : 'none';
    },
  };
  return baseline;
}
