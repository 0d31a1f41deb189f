import type { CodedColumn } from '../../statistics/subgroups/searchSubgroups.ts';
import { findCell } from '../cells/cellFinder.ts';
import { planOf } from '../plan.ts';
import type { ProfileShape, SignalShape } from '../shape.ts';
import { embeddingOf } from '../signals/embeddings.ts';
import type { SampledRow } from '../sketches/idSample.ts';

/**
 * A feature of sampled rows as one of a few codes each. Of numbers the reference's ten deciles (values below and above its range
 * are in the outer ones), then missing, invalid; of categories their cells, then other known, unseen, missing. In an order are deciles
 * and the hours of a day.
 */
export interface CodedFeature extends CodedColumn {
  readonly signal: SignalShape;
}

/** Features a person can read conditions of; projections of embeddings are none. */
export function codedFeatures(shape: ProfileShape, rows: readonly SampledRow[]): CodedFeature[] {
  const plan = planOf(shape);
  return shape.signals.flatMap((signal, index) => {
    if (signal.kind !== 'feature' || embeddingOf(signal.name) !== null) return [];
    const { finder, cellOf } = plan.signals[index]!;
    if (signal.type === 'number') {
      const codeOf = (value: SampledRow[number]): number =>
        value === null
          ? deciles
          : Number.isFinite(value)
            ? signal.deciles[findCell(finder, Number(value))]!
            : deciles + 1;
      return {
        signal,
        codes: Uint8Array.from(rows, (row) => codeOf(row[index]!)),
        size: deciles + 2,
        ordered: deciles,
      };
    }
    const known = signal.categories.length;
    const codeOf = (value: SampledRow[number]): number =>
      value === null ? known + 2 : (cellOf.get(String(value)) ?? known + 1);
    const ordered = signal.cycle === undefined ? 0 : known;
    return { signal, codes: Uint8Array.from(rows, (row) => codeOf(row[index]!)), size: known + 3, ordered };
  });
}

/** What a stretch of codes says of a feature. */
export type CodedRange =
  /** `low <= x < high`; `null`: no such end. */
  | { readonly kind: 'numbers'; readonly low: number | null; readonly high: number | null }
  | { readonly kind: 'categories'; readonly categories: readonly string[] }
  | { readonly kind: 'missing' | 'invalid' | 'other_known' | 'unseen' };

/** Both ends included. */
export function codedRange(signal: SignalShape, first: number, last: number): CodedRange {
  if (signal.type === 'category') {
    const rest = (['other_known', 'unseen', 'missing'] as const)[first - signal.categories.length];
    return rest === undefined
      ? { kind: 'categories', categories: signal.categories.slice(first, last + 1) }
      : { kind: rest };
  }
  if (first >= deciles) return { kind: first === deciles ? 'missing' : 'invalid' };
  const { edges } = signal;
  const lowest = signal.deciles.findIndex((decile) => decile >= first);
  const highest = signal.deciles.findLastIndex((decile) => decile <= last);
  return { kind: 'numbers', low: edges[lowest - 1] ?? null, high: edges[highest] ?? null };
}

const deciles = 10;
