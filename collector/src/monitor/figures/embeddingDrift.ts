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
import type { Estimate } from '../finding.ts';
import { turnText } from '../sentences/embeddingSentence.ts';
import { nameText } from '../sentences/text.ts';
import { finite } from './estimates.ts';

type EmbeddingDrift = NonNullable<DriftReport['embeddings']>[number];

/**
 * What the projections of each embedding say together: which of them alarmed, how far their centre has turned in a
 * window, and how well its rows can be told from those of the reference.
 * Projections are features named `query.projection_00`, `query.projection_01`, ...; evidence is each one's own.
 */
export function embeddingDrift(reference: Reference, window: Profile, alarmed: ReadonlySet<string>): EmbeddingDrift[] {
  const profile = effectiveProfile(window);
  return [...projectionsOf(reference.shape)].map(([feature, projections]) => {
    const distance = centreTurn(reference, profile, projections);
    const axes = projections.map((signal) => reference.shape.signals.findIndex((one) => one.signal === signal));
    const area = domainClassifierArea(vectorsOf(window, axes), vectorsOf(reference.profile, axes));
    const moved = projections.filter((signal) => alarmed.has(signal));
    return {
      ...{ feature, projections: projections.length, moved, centroidCosineDistance: distance },
      domainClassifierArea: area.value === null ? null : finite(area),
      sentence: movedSentence(feature, projections.length, moved.length, distance),
    };
  });
}

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
