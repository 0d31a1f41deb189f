import type { ProfileShape } from '../shape.ts';

/**
 * Of which embedding something is a projection, by its name: `query.projection_03` is one of `query`, and what is watched of it,
 * `feature:query.projection_03`, is about `feature:query`. `null`: of none.
 */
export function embeddingOf(name: string): string | null {
  return /^(.+)\.projection_\d+$/.exec(name)?.[1] ?? null;
}

/** By embedding the signals of its projections. */
export function projectionsOf({ signals }: ProfileShape): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { kind, name, signal, type } of signals) {
    const embedding = kind === 'feature' && type === 'number' ? embeddingOf(name) : null;
    if (embedding !== null) found.set(embedding, [...(found.get(embedding) ?? []), signal]);
  }
  return found;
}
