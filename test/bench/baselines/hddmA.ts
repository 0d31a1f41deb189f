import type { StreamBaseline } from './streamBaseline.ts';

/**
 * Hoeffding bounds on moving averages (A-test): the mean of all values against the mean up to the cut where it was surely
 * lowest (or, two-sided, highest). Frias-Blanco et al. 2014.
 */
export function hddmA(
  options: { readonly drift?: number; readonly warning?: number; readonly sides?: 'up' | 'both' } = {},
) {
  const { drift = 0.001, warning = 0.005, sides = 'up' } = options;
  let total: Sample = nothing;
  let lowest: Sample = nothing;
  let highest: Sample = nothing;
  const reach = (sample: Sample): number => Math.sqrt(Math.log(1 / drift) / (2 * sample.n));
  const differs = (cut: Sample, difference: number, confidence: number): boolean =>
    cut.n !== total.n &&
    difference >= Math.sqrt(((total.n - cut.n) / (cut.n * total.n) / 2) * Math.log(2 / confidence));
  const baseline: StreamBaseline = {
    update: (value) => {
      const n = total.n + 1;
      total = { n, mean: total.mean + (value - total.mean) / n };
      if (lowest.n === 0 || lowest.mean + reach(lowest) >= total.mean + reach(total)) lowest = total;
      if (highest.n === 0 || highest.mean - reach(highest) <= total.mean - reach(total)) highest = total;
      const moved = (confidence: number): boolean =>
        differs(lowest, total.mean - lowest.mean, confidence) ||
        (sides === 'both' && differs(highest, highest.mean - total.mean, confidence));
      if (moved(drift)) {
        total = nothing;
        lowest = nothing;
        highest = nothing;
        return 'drift';
      }
      return moved(warning) ? 'warning' : 'none';
    },
  };
  return baseline;
}

interface Sample {
  readonly n: number;
  readonly mean: number;
}

const nothing: Sample = { n: 0, mean: 0 };
