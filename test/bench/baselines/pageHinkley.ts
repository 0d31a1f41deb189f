import type { StreamBaseline } from './streamBaseline.ts';

/**
 * Page's cumulative sum of deviations from the running mean, upwards: it alarms `threshold` (in units of the data) above
 * its lowest point. Page 1954, Hinkley 1971; `forget` is the usual fading of the sum.
 */
export function pageHinkley(
  options: {
    readonly warmUp?: number;
    readonly delta?: number;
    readonly threshold?: number;
    readonly forget?: number;
  } = {},
) {
  const { warmUp = 30, delta = 0.005, threshold = 50, forget = 0.9999 } = options;
  let n = 0;
  let mean = 0;
  let sum = 0;
  const baseline: StreamBaseline = {
    update: (value) => {
      n += 1;
      mean += (value - mean) / n;
      sum = Math.max(0, forget * sum + (value - mean - delta));
      if (n < warmUp || sum <= threshold) return 'none';
      n = 0;
      mean = 0;
      sum = 0;
      return 'drift';
    },
  };
  return baseline;
}
