import type { DriftReport } from '../../http/api.ts';
import { effectiveProfile, type Profile, type Reference, sampledRows, signalMoments } from '../../profile/index.ts';
import { centroidCosineDistance } from '../../statistics/centroidCosineDistance.ts';
import { domainClassifierArea } from '../../statistics/domainClassifierArea.ts';
import { nameText, numberText } from '../sentences/text.ts';
import { finite } from './estimates.ts';

type EmbeddingDrift = NonNullable<DriftReport['embeddings']>[number];

/**
 * What the projections of each embedding say together: which of them alarmed, how far their centre has turned in a
 * window, and how well its rows can be told from those of the reference.
 * Projections are features named `query.projection_00`, `query.projection_01`, ...; evidence is each one's own.
 */
export function embeddingDrift(reference: Reference, window: Profile, alarmed: ReadonlySet<string>): EmbeddingDrift[] {
  const profile = effectiveProfile(window);
  return [...projectionsOf(reference)].map(([feature, projections]) => {
    const moments = (of: Profile) => projections.map((signal) => signalMoments(of, signal));
    const ofMeans = projections.map((signal) => reference.designEffects[signal]?.location ?? 1);
    const distance = finite(centroidCosineDistance(moments(profile), moments(reference.profile), ofMeans));
    const axes = projections.map((signal) => reference.shape.signals.findIndex((one) => one.signal === signal));
    const area = domainClassifierArea(vectorsOf(window, axes), vectorsOf(reference.profile, axes));
    const moved = projections.filter((signal) => alarmed.has(signal));
    return {
      ...{ feature, projections: projections.length, moved, centroidCosineDistance: distance },
      domainClassifierArea: area.value === null ? null : finite(area),
      sentence: embeddingSentence(feature, projections.length, moved.length, distance),
    };
  });
}

function projectionsOf({ shape }: Reference): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { kind, name, signal, type } of shape.signals) {
    const feature = kind === 'feature' && type === 'number' ? /^(.+)\.projection_\d+$/.exec(name)?.[1] : undefined;
    if (feature !== undefined) found.set(feature, [...(found.get(feature) ?? []), signal]);
  }
  return found;
}

/** The sampled rows of which every projection is known; none where the settings keep no rows. */
function vectorsOf(profile: Profile, axes: readonly number[]): number[][] {
  return sampledRows(profile)
    .map((row) => axes.map((axis) => Number(row[axis] ?? Number.NaN)))
    .filter((vector) => vector.every(Number.isFinite));
}

function embeddingSentence(
  feature: string,
  projections: number,
  moved: number,
  { value, high }: EmbeddingDrift['centroidCosineDistance'],
): string {
  const what = moved === 0 ? 'no projection moved' : `${moved} of ${projections} projections moved`;
  const turned = value === null ? null : `its centre turned by a cosine distance of ${numberText(value)}`;
  const chance = value === null || high === null ? null : `chance alone stays below ${numberText(high)}`;
  return `${nameText(feature)}: ${[what, turned, chance].filter((part) => part !== null).join(', ')}`;
}
