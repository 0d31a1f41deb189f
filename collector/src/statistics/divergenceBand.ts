import { chiSquareQuantile } from './special/chiSquareQuantile.ts';

/**
 * What would PSI, Jensen-Shannon and Hellinger distance show if nothing had changed? All three are, for small shifts,
 * functions of the same chi-square statistic with (cells - 1) degrees of freedom and scale
 * s = (1 / n + 1 / m) * designEffect: PSI ~ s X, Jensen-Shannon divergence in nats ~ s X / 8, Hellinger^2 ~ s X / 8.
 *
 * `n` current rows, `m` reference rows, `cells` that are not empty on both sides; the result is the 95 % point (`share`
 * for another) and the expected value of PSI. `designEffect` > 1 widens the band for rows that come in clusters.
 *
 * Source: Yurdakul 2018 (PSI); delta method for the others (Lin 1991 for the expansion of Jensen-Shannon).
 *
 * @example divergenceBand({ n: 1000, m: 10000, cells: 10 }).populationStabilityIndex // 0.018611
 */
export function divergenceBand(size: {
  readonly n: number;
  readonly m: number;
  readonly cells: number;
  readonly designEffect?: number;
  readonly share?: number;
}): DivergenceBand {
  const scale = (1 / size.n + 1 / size.m) * (size.designEffect ?? 1);
  const degrees = Math.max(0, size.cells - 1);
  const quantile = degrees === 0 ? 0 : chiSquareQuantile(1 - (size.share ?? 0.95), degrees);
  return {
    populationStabilityIndex: scale * quantile,
    populationStabilityIndexMean: scale * degrees,
    jensenShannonDistance: Math.min(1, Math.sqrt((scale * quantile) / (8 * Math.LN2))),
    hellingerDistance: Math.min(1, Math.sqrt((scale * quantile) / 8)),
  };
}

export interface DivergenceBand {
  readonly populationStabilityIndex: number;
  /** Its mean when nothing has changed: what a bias-corrected index subtracts. */
  readonly populationStabilityIndexMean: number;
  readonly jensenShannonDistance: number;
  readonly hellingerDistance: number;
}
