import type { StreamBaseline } from './streamBaseline.ts';

/**
 * McDiarmid bounds on exponentially weighted averages (W-test): the average since the cut where it was surely lowest (or,
 * two-sided, highest) against the average up to it. Frias-Blanco et al. 2014. The choice of the cut is not paid for.
 */
export function hddmW(
  options: {
    readonly drift?: number;
    readonly warning?: number;
    readonly decay?: number;
    readonly sides?: 'up' | 'both';
  } = {},
) {
  const { drift = 0.001, warning = 0.005, decay = 0.05, sides = 'up' } = options;
  const add = (sample: Weighted | null, value: number): Weighted =>
    sample === null
      ? { mean: value, bounded: 1 }
      : {
          mean: decay * value + (1 - decay) * sample.mean,
          bounded: decay ** 2 + (1 - decay) ** 2 * sample.bounded,
        };
  let total: Weighted | null = null;
  let up: Cut = { at: Number.POSITIVE_INFINITY, before: null, after: null };
  let down: Cut = { at: Number.NEGATIVE_INFINITY, before: null, after: null };
  const isAbove = (high: Weighted | null, low: Weighted | null, confidence: number): boolean =>
    high !== null &&
    low !== null &&
    high.mean - low.mean > Math.sqrt(((high.bounded + low.bounded) * Math.log(1 / confidence)) / 2);
  const baseline: StreamBaseline = {
    update: (value) => {
      total = add(total, value);
      const reach = Math.sqrt((total.bounded * Math.log(1 / drift)) / 2);
      up =
        total.mean + reach < up.at
          ? { at: total.mean + reach, before: total, after: null }
          : { ...up, after: add(up.after, value) };
      down =
        total.mean - reach > down.at
          ? { at: total.mean - reach, before: total, after: null }
          : { ...down, after: add(down.after, value) };
      const moved = (confidence: number): boolean =>
        isAbove(up.after, up.before, confidence) || (sides === 'both' && isAbove(down.before, down.after, confidence));
      if (moved(drift)) {
        total = null;
        up = { at: Number.POSITIVE_INFINITY, before: null, after: null };
        down = { at: Number.NEGATIVE_INFINITY, before: null, after: null };
        return 'drift';
      }
      return moved(warning) ? 'warning' : 'none';
    },
  };
  return baseline;
}

interface Weighted {
  readonly mean: number;
  /** Sum of the squared weights. */
  readonly bounded: number;
}

interface Cut {
  readonly at: number;
  readonly before: Weighted | null;
  readonly after: Weighted | null;
}
