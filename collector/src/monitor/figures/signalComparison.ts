import {
  coarseCounts,
  hashBucketCounts,
  type NumericSignal,
  type Profile,
  type Reference,
  type SignalShape,
  signalCounts,
  signalMoments,
  signalQuantile,
  signalShareBelow,
} from '../../profile/index.ts';
import { andersonDarling, andersonDarling95 } from '../../statistics/andersonDarling.ts';
import { type CellTest, chiSquareTwoSample } from '../../statistics/chiSquareTwoSample.ts';
import { cramersV } from '../../statistics/cramersV.ts';
import { cramerVonMises } from '../../statistics/cramerVonMises.ts';
import { divergenceBand } from '../../statistics/divergenceBand.ts';
import { energyDistance } from '../../statistics/energyDistance.ts';
import { exactKolmogorovSmirnovTail } from '../../statistics/exactTwoSampleTail.ts';
import { hellingerDistance } from '../../statistics/hellingerDistance.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovBand } from '../../statistics/kolmogorovSmirnov.ts';
import { kullbackLeibler } from '../../statistics/kullbackLeibler.ts';
import { largestShareChange, largestShareChangeBand } from '../../statistics/largestShareChange.ts';
import { likelihoodRatioTest } from '../../statistics/likelihoodRatioTest.ts';
import { meanShift } from '../../statistics/meanShift.ts';
import { medianShift, type Quantiles } from '../../statistics/medianShift.ts';
import { chiSquareQuantile } from '../../statistics/special/chiSquareQuantile.ts';
import { total } from '../../statistics/total.ts';
import type { Estimate } from '../finding.ts';
import { bare, distance, finite } from './estimates.ts';
import { materiality } from './materiality.ts';
import { signalDesignEffect, signalStatistics } from './signalStatistics.ts';

/**
 * Everything that is known of how a signal differs from its reference, for somebody who looks at this one signal: what
 * findings hold, and the statistics that people know from elsewhere. Distances come with the band that 95 % of clean
 * windows keep to, shifts with an interval. None of them alarms.
 */
export function signalComparison(
  reference: Reference,
  signal: SignalShape,
  profile: Profile,
): Readonly<Record<string, Estimate>> {
  const { signal: id } = signal;
  const current = coarseCounts(profile, id);
  const past = coarseCounts(reference.profile, id);
  const [n, m] = [total(current), total(past)];
  const designEffect = signalDesignEffect(reference, id);
  const cells = past.filter((count, cell) => count + (current[cell] ?? 0) > 0).length;
  const band = n > 0 && m > 0 ? divergenceBand({ n, m, cells, designEffect }) : null;
  const { stabilityIndex, movedShare } = materiality(reference, signal, profile);
  const chiSquare = chiSquareTwoSample(current, past);
  return {
    ...signalStatistics(reference, signal, profile),
    stabilityIndexBeyondChance: stabilityIndex,
    movedShareBeyondChance: movedShare,
    hellingerDistance: distance(hellingerDistance(current, past), band?.hellingerDistance ?? null, n),
    kullbackLeibler: distance(
      kullbackLeibler(current, past),
      // Half of PSI for small shifts.
      band === null ? null : band.populationStabilityIndex / 2,
      n,
    ),
    largestShareChange: distance(
      largestShareChange(current, past)?.value ?? null,
      largestShareChangeBand(n, past, designEffect),
      n,
    ),
    chiSquare: cellTestEstimate(chiSquare, designEffect, n),
    chiSquareTail: bare(chiSquare?.tail ?? null, n),
    likelihoodRatio: cellTestEstimate(likelihoodRatioTest(current, past), designEffect, n),
    cramersV: distance(
      cramersV(current, past),
      cells < 2 || n + m === 0 ? null : Math.sqrt((designEffect * chiSquareQuantile(0.05, cells - 1)) / (n + m)),
      n,
    ),
    ...(signal.type === 'number'
      ? numberComparison(reference, signal, profile, designEffect)
      : bucketComparison(reference, id, profile, designEffect)),
  };
}

/** 95 % point of the limit distribution of Cramer-von Mises. */
const cramerVonMises95 = 0.46136;

function numberComparison(
  reference: Reference,
  signal: NumericSignal,
  profile: Profile,
  designEffect: number,
): Record<string, Estimate> {
  const { signal: id, edges, scale } = signal;
  const current = signalCounts(profile, id).slice(0, -2);
  const past = signalCounts(reference.profile, id).slice(0, -2);
  const [n, m] = [total(current), total(past)];
  const moments = signalMoments(profile, id);
  const pastMoments = signalMoments(reference.profile, id);
  const smirnov = kolmogorovSmirnov(current, past);
  const tests = n > 0 && m > 0;
  return {
    meanShift: finite(meanShift(moments, pastMoments, designEffect)),
    medianShift: finite(medianShift(quantiles(profile, id), quantiles(reference.profile, id), designEffect)),
    kolmogorovSmirnov: distance(smirnov?.value ?? null, tests ? kolmogorovSmirnovBand(n, m, designEffect) : null, n),
    kolmogorovSmirnovTail: bare(exactKolmogorovSmirnovTail(current, past) ?? smirnov?.tail ?? null, n),
    cramerVonMises: distance(cramerVonMises(current, past)?.value ?? null, cramerVonMises95 * designEffect, n),
    andersonDarling: andersonDarlingEstimate(andersonDarling(current, past), designEffect, n),
    energyDistance: bare(
      energyDistance({ edges, counts: current, ...moments }, { edges, counts: past, ...pastMoments }, scale),
      n,
    ),
  };
}

/** Standardised as if rows were independent: otherwise its mean grows too, and the band is not known. */
function andersonDarlingEstimate(value: number | null, designEffect: number, n: number): Estimate {
  return finite({ value, low: null, high: value === null || designEffect > 1 ? null : andersonDarling95, n });
}

/** Categories too many for a cell each: the test over 64 hash buckets sees a shift among the rare ones. */
function bucketComparison(
  reference: Reference,
  id: string,
  profile: Profile,
  designEffect: number,
): Record<string, Estimate> {
  const buckets = hashBucketCounts(profile, id);
  if (buckets.length === 0) return {};
  const test = chiSquareTwoSample(buckets, hashBucketCounts(reference.profile, id));
  return { hashedChiSquare: cellTestEstimate(test, designEffect, total(buckets)) };
}

function cellTestEstimate(test: CellTest | null, designEffect: number, n: number): Estimate {
  const critical = test === null || test.degrees < 1 ? null : designEffect * chiSquareQuantile(0.05, test.degrees);
  return distance(test?.value ?? null, critical, n);
}

function quantiles(profile: Profile, id: string): Quantiles {
  return {
    n: signalMoments(profile, id).n,
    at: (share) => signalQuantile(profile, id, share) ?? 0,
    below: (value) => signalShareBelow(profile, id, value),
  };
}
