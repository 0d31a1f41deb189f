import { coarseCounts, type Profile, type Reference, type SignalShape, signalCounts } from '../../profile/index.ts';
import { populationStabilityIndex } from '../../statistics/populationStabilityIndex.ts';
import { populationStabilityEffect } from '../../statistics/populationStabilityTest.ts';
import { total } from '../../statistics/total.ts';
import { totalVariation, totalVariationByChance } from '../../statistics/totalVariation.ts';
import type { Estimate } from '../finding.ts';
import { finite } from './estimates.ts';
import { signalDesignEffect } from './signalStatistics.ts';

/** How much of a difference is more than chance: what is worth somebody's time, whatever the number of rows. */
export interface Materiality {
  /** PSI less what chance adds, at least 0, with the 95 % interval of the true PSI. */
  readonly stabilityIndex: Estimate;
  /** Share of the rows that would have to move (total variation), less what chance would move on average. */
  readonly movedShare: Estimate;
}

export function materiality(reference: Reference, signal: SignalShape, profile: Profile): Materiality {
  const { signal: id } = signal;
  const current = coarseCounts(profile, id);
  const past = coarseCounts(reference.profile, id);
  const n = total(signalCounts(profile, id));
  const m = total(signalCounts(reference.profile, id));
  const cells = past.filter((count, cell) => count + (current[cell] ?? 0) > 0).length;
  const designEffect = signalDesignEffect(reference, id);
  const moved = totalVariation(current, past);
  const chance = totalVariationByChance(n, past, designEffect);
  const beyond = (limit: number): number | null => (moved === null ? null : Math.max(0, moved - limit));
  return {
    stabilityIndex: finite(
      populationStabilityEffect(populationStabilityIndex(current, past), { n, m, cells, designEffect }),
    ),
    movedShare: finite({
      value: chance === null ? null : beyond(chance.mean),
      low: chance === null ? null : beyond(chance.high),
      high: moved,
      n,
    }),
  };
}

/** Larger first: by what is sure, then by the best guess. */
export function compareMateriality(a: Materiality | null, b: Materiality | null): number {
  for (const of of measures) {
    const difference = (b === null ? 0 : of(b)) - (a === null ? 0 : of(a));
    if (difference !== 0) return difference;
  }
  return 0;
}

const measures: readonly ((of: Materiality) => number)[] = [
  ({ stabilityIndex }) => stabilityIndex.low ?? 0,
  ({ movedShare }) => movedShare.low ?? 0,
  ({ stabilityIndex }) => stabilityIndex.value ?? 0,
  ({ movedShare }) => movedShare.value ?? 0,
];
