import type { StreamBaseline } from './streamBaseline.ts';

/**
 * Exponentially weighted average of errors against their mean so far, with limits fitted so that false alarms come once in
 * about 400 errors or successes. Ross, Adams, Tasoulis and Hand 2012 (table of polynomials); the first 30 values only teach.
 */
export function ecdd(options: { readonly weight?: number; readonly warmUp?: number } = {}) {
  const { weight = 0.2, warmUp = 30 } = options;
  let n = 0;
  let errors = 0;
  let average = 0;
  const baseline: StreamBaseline = {
    update: (value) => {
      n += 1;
      errors += value;
      average = (1 - weight) * average + weight * value;
      const p = errors / n;
      const deviation = Math.sqrt(((p * (1 - p) * weight) / (2 - weight)) * (1 - (1 - weight) ** (2 * n)));
      const limit = 3.97 - 6.56 * p + 48.73 * p ** 3 - 330.13 * p ** 5 + 848.18 * p ** 7;
      if (n < warmUp || average <= p + limit * deviation) return 'none';
      n = 0;
      errors = 0;
      average = 0;
      return 'drift';
    },
  };
  return baseline;
}
