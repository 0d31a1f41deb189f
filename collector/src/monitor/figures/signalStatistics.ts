import {
  type CategorySignal,
  coarseCounts,
  type Profile,
  type Reference,
  type SignalShape,
  signalCounts,
  signalMoments,
  signalQuantile,
} from '../../profile/index.ts';
import { divergenceBand } from '../../statistics/divergenceBand.ts';
import { scoredBucket } from '../../statistics/evidence/index.ts';
import { jensenShannonDistance } from '../../statistics/jensenShannonDistance.ts';
import { kuiper } from '../../statistics/kuiper.ts';
import { populationStabilityIndex } from '../../statistics/populationStabilityIndex.ts';
import { total } from '../../statistics/total.ts';
import { totalVariation, totalVariationBand } from '../../statistics/totalVariation.ts';
import { type BinnedNumbers, wassersteinBand, wassersteinNormalised } from '../../statistics/wassersteinNormalised.ts';
import type { Estimate } from '../finding.ts';
import { bare, distance, share } from './estimates.ts';

/**
 * How a signal of a window differs from its reference, as numbers for people to read and rank by. They never alarm:
 * their null bands say what chance alone would show with this many rows.
 */
export function signalStatistics(
  reference: Reference,
  signal: SignalShape,
  profile: Profile,
): Readonly<Record<string, Estimate>> {
  const { signal: id } = signal;
  const rows = total(signalCounts(profile, id));
  const referenceRows = total(signalCounts(reference.profile, id));
  const current = coarseCounts(profile, id);
  const past = coarseCounts(reference.profile, id);
  const designEffect = signalDesignEffect(reference, id);
  const cells = past.filter((count, cell) => count + (current[cell] ?? 0) > 0).length;
  const band =
    rows > 0 && referenceRows > 0 ? divergenceBand({ n: rows, m: referenceRows, cells, designEffect }) : null;
  return {
    populationStabilityIndex: distance(
      populationStabilityIndex(current, past),
      band?.populationStabilityIndex ?? null,
      rows,
    ),
    jensenShannonDistance: distance(jensenShannonDistance(current, past), band?.jensenShannonDistance ?? null, rows),
    totalVariation: distance(totalVariation(current, past), totalVariationBand(rows, past, designEffect), rows),
    ...(signal.type === 'number'
      ? numberStatistics(reference, id, profile, designEffect)
      : categoryStatistics(id, profile, rows)),
    ...(signal.type === 'category' && signal.cycle !== undefined
      ? aroundTheClock(signal, current, past, designEffect)
      : {}),
  };
}

function numberStatistics(
  reference: Reference,
  id: string,
  profile: Profile,
  designEffect: number,
): Record<string, Estimate> {
  const counts = signalCounts(profile, id);
  const rows = total(counts);
  const [missing = 0, invalid = 0] = counts.slice(-2);
  const moments = signalMoments(profile, id);
  const past = binned(reference, reference.profile, id);
  const { scale } = past;
  const moved = wassersteinNormalised(binned(reference, profile, id).numbers, past.numbers, scale);
  return {
    wassersteinNormalised: distance(moved, unitBand(reference, id, designEffect, moments.n), moments.n),
    median: bare(signalQuantile(profile, id, 0.5), moments.n),
    mean: bare(moments.mean, moments.n),
    standardDeviation: bare(moments.standardDeviation, moments.n),
    missingRate: share({ events: missing, n: rows }),
    invalidRate: share({ events: invalid, n: rows }),
  };
}

/** Times differ alike wherever the day is cut: Kuiper's distance over the hours. */
function aroundTheClock(
  { categories }: CategorySignal,
  current: ArrayLike<number>,
  past: ArrayLike<number>,
  designEffect: number,
): Record<string, Estimate> {
  const hours = (counts: ArrayLike<number>) => Float64Array.from(categories, (_, hour) => counts[hour] ?? 0);
  const [now, before] = [hours(current), hours(past)];
  const [n, m] = [total(now), total(before)];
  const root = Math.sqrt(n === 0 || m === 0 ? 0 : (n * m) / (n + m) / designEffect);
  const band = root === 0 ? null : Math.min(1, kuiper95 / (root + 0.155 + 0.24 / root));
  return { kuiperDistance: distance(kuiper(now, before)?.value ?? null, band, n) };
}

/** 95 % of Kuiper's distances of equal distributions, scaled, are below this (Kuiper 1960). */
const kuiper95 = 1.747;

function categoryStatistics(id: string, profile: Profile, rows: number): Record<string, Estimate> {
  const [unseen = 0, missing = 0] = signalCounts(profile, id).slice(-2);
  return {
    unseenRate: share({ events: unseen, n: rows }),
    missingRate: share({ events: missing, n: rows }),
  };
}

/** The largest design effect measured for any score of a signal; 1 when none was. Single buckets of rare values aside. */
export function signalDesignEffect(reference: Reference, signal: string): number {
  const effects = Object.entries(reference.designEffects[signal] ?? {});
  return effects.reduce((most, [score, effect]) => (scoredBucket(score) === null ? Math.max(most, effect) : most), 1);
}

/**
 * How far the values of a number moved, in standard deviations of the reference; `high`: exceeded with the chance `tail` where
 * nothing changed.
 */
export function wassersteinOf(reference: Reference, id: string, profile: Profile, tail: number): Estimate {
  const past = binned(reference, reference.profile, id);
  const { n } = signalMoments(profile, id);
  const moved = wassersteinNormalised(binned(reference, profile, id).numbers, past.numbers, past.scale);
  const band = wassersteinBand(n, past.numbers, past.scale, signalDesignEffect(reference, id), tail);
  return distance(moved, band, n);
}

function binned(reference: Reference, profile: Profile, id: string): { numbers: BinnedNumbers; scale: number } {
  const signal = reference.shape.signals.find((candidate) => candidate.signal === id);
  const { belowMean, aboveMean } = signalMoments(profile, id);
  const edges = signal?.type === 'number' ? signal.edges : [];
  const scale = signal?.type === 'number' ? signal.scale : 1;
  return { numbers: { edges, counts: signalCounts(profile, id), belowMean, aboveMean }, scale };
}

/** The band depends on n through sqrt(1/n + 1/m) alone; the rest is quadratic in the bins, so it is kept. */
const unitBands = new WeakMap<Reference, Map<string, number | null>>();

function unitBand(reference: Reference, id: string, designEffect: number, n: number): number | null {
  const known = unitBands.get(reference) ?? new Map<string, number | null>();
  unitBands.set(reference, known);
  const m = signalMoments(reference.profile, id).n;
  let unit = known.get(id);
  if (unit === undefined) {
    const { numbers, scale } = binned(reference, reference.profile, id);
    const band = wassersteinBand(1, numbers, scale);
    unit = band === null ? null : band / Math.sqrt(1 + 1 / m);
    known.set(id, unit);
  }
  return unit === null || n === 0 ? null : unit * Math.sqrt((1 / n + 1 / m) * designEffect);
}
