import { type Estimated, nothing } from './estimated.ts';
import { invertMonotone } from './special/invertMonotone.ts';
import { noncentralChiSquareTail } from './special/noncentralChiSquareTail.ts';

/**
 * From an observed PSI to the true one. With s = (1 / n + 1 / m) x design effect, PSI / s is a non-central chi-square
 * variable with (cells - 1) degrees of freedom and non-centrality (true PSI) / s.
 *
 * Source: Yurdakul 2018; Potgieter, van Zyl, Schutte and Lombard 2023.
 */
export interface StabilitySize {
  /** Current and reference rows. */
  readonly n: number;
  readonly m: number;
  /** Cells that are not empty on both sides. */
  readonly cells: number;
  readonly designEffect?: number;
}

/**
 * How large is the true PSI? The observed one less what chance adds on average, at least 0, with a 95 % interval. A lower
 * end above 0 says that there is more than chance; how far above says how much. `null` without rows.
 *
 * @example populationStabilityEffect(0.0238, { n: 1000, m: 10000, cells: 10 }) // value 0.0139, low 0.0014, high 0.0375
 */
export function populationStabilityEffect(observed: number | null, size: StabilitySize): Estimated {
  const { n } = size;
  const scale = scaleOf(size);
  const degrees = size.cells - 1;
  if (observed === null || !Number.isFinite(scale)) return nothing(n);
  if (degrees < 1) return { value: 0, low: 0, high: 0, n };
  const scaled = observed / scale;
  // Where the observed value would be exceeded with this chance; 0 when it is not even without any change.
  const noncentralityWith = (chance: number): number => {
    const exceeds = (noncentrality: number): number => noncentralChiSquareTail(scaled, degrees, noncentrality) - chance;
    if (exceeds(0) >= 0) return 0;
    return invertMonotone(exceeds, 0, (Math.sqrt(scaled) + 8) ** 2);
  };
  return {
    value: Math.max(0, observed - degrees * scale),
    low: noncentralityWith(0.025) * scale,
    high: noncentralityWith(0.975) * scale,
    n,
  };
}

function scaleOf({ n, m, designEffect = 1 }: StabilitySize): number {
  return (1 / n + 1 / m) * designEffect;
}
