import type { CodedColumn } from '../../statistics/subgroups/searchSubgroups.ts';
import { findCell } from '../cells/cellFinder.ts';
import { nextUp } from '../cells/edges.ts';
import { planOf } from '../plan.ts';
import type { Profile } from '../profile.ts';
import type { ProfileShape, SignalShape } from '../shape.ts';
import { embeddingOf } from '../signals/embeddings.ts';
import type { SampledRow } from '../sketches/idSample.ts';
import { signalCounts } from './views.ts';

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
  | { readonly kind: 'numbers'; readonly low: RangeEnd | null; readonly high: RangeEnd | null }
  | { readonly kind: 'categories'; readonly categories: readonly string[] }
  | { readonly kind: 'missing' | 'invalid' | 'other_known' | 'unseen' };

export interface RangeEnd {
  readonly value: number;
  readonly isIncluded: boolean;
}

/**
 * Of the codes from `first` to `last`, both included. Numbers without an end go on to infinity; an end lies where the reference
 * has values, so that of 0, 1 and 2 the middle one is not "above 0 and below 2".
 */
export function codedRange(reference: Profile, signal: SignalShape, first: number, last: number): CodedRange {
  if (signal.type === 'category') {
    const rest = (['other_known', 'unseen', 'missing'] as const)[first - signal.categories.length];
    return rest === undefined
      ? { kind: 'categories', categories: signal.categories.slice(first, last + 1) }
      : { kind: rest };
  }
  if (first >= deciles) return { kind: first === deciles ? 'missing' : 'invalid' };
  const counts = signalCounts(reference, signal.signal);
  const cells = [...signal.deciles.keys()].filter(
    (cell) => signal.deciles[cell]! >= first && signal.deciles[cell]! <= last,
  );
  const inhabited = cells.filter((cell) => counts[cell]! > 0);
  const [lowest = 0, highest = lowest] = [inhabited[0] ?? cells[0], inhabited.at(-1) ?? cells.at(-1)];
  return {
    kind: 'numbers',
    low: first === 0 ? null : endAt(signal.edges, lowest - 1, true),
    high: last === deciles - 1 ? null : endAt(signal.edges, highest, false),
  };
}

/** An edge next to the one before it is that of a single heavy value, which is the end people know. */
function endAt(edges: readonly number[], index: number, isLow: boolean): RangeEnd | null {
  const edge = edges[index];
  const before = edges[index - 1];
  if (edge === undefined) return null;
  return before !== undefined && nextUp(before) === edge
    ? { value: before, isIncluded: !isLow }
    : { value: edge, isIncluded: isLow };
}

const deciles = 10;
