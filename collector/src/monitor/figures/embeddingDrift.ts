import type { DriftReport } from '../../http/api.ts';
import {
  effectiveProfile,
  type Profile,
  projectionsOf,
  type Reference,
  sampledRows,
  signalMoments,
} from '../../profile/index.ts';
import { centroidCosineDistance } from '../../statistics/centroidCosineDistance.ts';
import { domainClassifierArea } from '../../statistics/domainClassifierArea.ts';
import {
  discrepancyBand,
  kernelFrequencies,
  maximumMeanDiscrepancy,
  meanEmbedding,
} from '../../statistics/maximumMeanDiscrepancy.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import type { Estimate } from '../finding.ts';
import { turnText } from '../sentences/embeddingSentence.ts';
import { nameText } from '../sentences/text.ts';
import { finite } from './estimates.ts';
import { wassersteinOf } from './signalStatistics.ts';

type EmbeddingDrift = NonNullable<DriftReport['embeddings']>[number];

/**
 * What the projections of each embedding say together: which of them alarmed, how far their centre has turned in a
 * window, which of them moved furthest, and, where rows are kept, whether its rows are others than those of the reference.
 * Projections are features named `query.projection_00`, `query.projection_01`, ...; evidence is each one's own.
 */
export function embeddingDrift(reference: Reference, window: Profile, alarmed: ReadonlySet<string>): EmbeddingDrift[] {
  const profile = effectiveProfile(window);
  return [...projectionsOf(reference.shape)].map(([feature, projections]) => {
    const distance = centreTurn(reference, profile, projections);
    const axes = projections.map((signal) => reference.shape.signals.findIndex((one) => one.signal === signal));
    const [now, past] = [vectorsOf(window, axes), vectorsOf(reference.profile, axes)];
    const area = domainClassifierArea(now, past);
    const moved = projections.filter((signal) => alarmed.has(signal));
    return {
      ...{ feature, projections: projections.length, moved, centroidCosineDistance: distance },
      ...furthestOf(reference, profile, projections),
      domainClassifierArea: area.value === null ? null : finite(area),
      maximumMeanDiscrepancy: discrepancy(now, past, axes.map(unitOf(reference))),
      sentence: movedSentence(feature, projections.length, moved.length, distance),
    };
  });
}

/** The projection that moved furthest, by how much, and what the furthest of so many stays below by chance. */
function furthestOf(reference: Reference, profile: Profile, projections: readonly string[]) {
  const tail = 0.05 / projections.length;
  const moved = projections.map((signal) => ({ signal, by: wassersteinOf(reference, signal, profile, tail) }));
  const { signal, by } = moved.reduce((most, one) => ((one.by.value ?? -1) > (most.by.value ?? -1) ? one : most));
  return { furthest: signal, wassersteinNormalised: by };
}

/** MMD^2 with a Gaussian kernel as wide as the axes are many, in standard deviations of the reference; `null` without rows. */
function discrepancy(now: readonly number[][], past: readonly number[][], units: readonly Unit[]): Estimate | null {
  const kernelWidth = Math.sqrt(units.length);
  const inUnits = (vectors: readonly number[][]) =>
    vectors.slice(0, comparedRows).map((vector) => vector.map((x, i) => (x - units[i]!.centre) / units[i]!.scale));
  const [a, b] = [inUnits(now), inUnits(past)];
  const options = { count: frequencies, dimensions: units.length, kernelWidth };
  const waves = kernelFrequencies(options, seededRandom(1));
  const value = maximumMeanDiscrepancy(meanEmbedding(waves, a), meanEmbedding(waves, b));
  if (value === null) return null;
  const band = discrepancyBand(a.length, b.length, b.slice(0, bandRows), kernelWidth);
  return finite({ value, low: null, high: band, n: a.length });
}

interface Unit {
  readonly centre: number;
  readonly scale: number;
}

function unitOf({ shape }: Reference): (signal: number) => Unit {
  return (index) => {
    const signal = shape.signals[index];
    return signal?.type === 'number' ? signal : { centre: 0, scale: 1 };
  };
}

/** Of each side; rows are kept in the order of random ids, so the first ones are as good as any. */
const comparedRows = 500;
/** From pairs of which the band of chance is known. */
const bandRows = 150;
const frequencies = 256;

/** By what cosine distance the mean turned away from that of the reference, with what chance alone stays below. */
export function centreTurn(reference: Reference, profile: Profile, projections: readonly string[]): Estimate {
  const moments = (of: Profile) => projections.map((signal) => signalMoments(of, signal));
  const ofMeans = projections.map((signal) => reference.designEffects[signal]?.location ?? 1);
  return finite(centroidCosineDistance(moments(profile), moments(reference.profile), ofMeans));
}

/** The sampled rows of which every projection is known; none where the settings keep no rows. */
function vectorsOf(profile: Profile, axes: readonly number[]): number[][] {
  return sampledRows(profile)
    .map((row) => axes.map((axis) => Number(row[axis] ?? Number.NaN)))
    .filter((vector) => vector.every(Number.isFinite));
}

function movedSentence(feature: string, projections: number, moved: number, distance: Estimate): string {
  const what = moved === 0 ? 'no projection moved' : `${moved} of ${projections} projections moved`;
  return `${nameText(feature)}: ${[what, turnText(distance)].filter((part) => part !== null).join(', ')}`;
}
