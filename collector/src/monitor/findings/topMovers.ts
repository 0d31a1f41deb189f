import {
  type CategorySignal,
  hashBucket,
  type Profile,
  type RareValueCounts,
  type Reference,
  rareValueCounts,
  signalCounts,
} from '../../profile/index.ts';
import { categoryScoreName, type Score, scoredBucket } from '../../statistics/evidence/index.ts';
import { shareChangeZ } from '../../statistics/shareChangeZ.ts';
import { normalQuantile } from '../../statistics/special/normalQuantile.ts';
import { signalDesignEffect } from '../figures/signalStatistics.ts';
import type { Evidence } from '../finding.ts';

/** A value whose share of the rows with a value changed by more than chance shows. */
export interface Mover {
  readonly value: string;
  readonly before: number;
  readonly after: number;
  /** Standard errors that lie between: above 0 for values that became more. */
  readonly z: number;
}

/**
 * Which values became more or fewer, the surest first: those whose z passes what the largest of as many values shows by
 * chance in 1 of 20 windows (Bonferroni). Rare values are known by the most frequent of them, whose counts are exact within a
 * bound: a change counts as far as it is sure. Values come as the apps sent them, pseudonyms where they send pseudonyms.
 */
export function topMovers(reference: Reference, signal: CategorySignal, profile: Profile): Mover[] {
  const past = valueCounts(reference.profile, signal);
  const now = valueCounts(profile, signal);
  if (past.n === 0 || now.n === 0) return [];
  const values = [...new Set([...past.counts.keys(), ...now.counts.keys()])];
  const least = normalQuantile(1 - level / (2 * values.length));
  const designEffect = signalDesignEffect(reference, signal.signal);
  return values
    .flatMap((value): Mover[] => {
      const change = sureChange(past.boundsOf(value), now.boundsOf(value), past.n, now.n);
      if (change === null) return [];
      const [before, after] = change;
      const z = shareChangeZ({ events: after, n: now.n }, { events: before, n: past.n }, designEffect);
      return Math.abs(z) > least ? [{ value, before: before / past.n, after: after / now.n, z }] : [];
    })
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || (a.value < b.value ? -1 : 1));
}

type Bounds = readonly [least: number, most: number];

/** Events before and now that are as near to each other as the bounds allow; `null` where their shares may be equal. */
function sureChange(past: Bounds, now: Bounds, m: number, n: number): readonly [before: number, after: number] | null {
  if (now[0] / n > past[1] / m) return [past[1], now[0]];
  return now[1] / n < past[0] / m ? [past[0], now[1]] : null;
}

const level = 0.05;

/** Where rare values together or a bucket of them lead the evidence: the surest of these values that went the same way. */
export function rareMover(
  leading: NonNullable<Evidence['leading']>,
  scores: readonly Pick<Score, 'name'>[],
  movers: readonly Mover[],
): Mover | null {
  const bucket = scoredBucket(leading.score);
  if (bucket === null && leading.score !== 'other') return null;
  const known = new Set(scores.map(({ name }) => name));
  const isRare = ({ value }: Mover): boolean =>
    !known.has(categoryScoreName(value)) && (bucket === null || hashBucket(value) === bucket);
  return movers.find((mover) => mover.z > 0 === (leading.direction === 'up') && isRare(mover)) ?? null;
}

interface ValueCounts {
  /** Rows with a value. */
  readonly n: number;
  readonly counts: ReadonlyMap<string, number>;
  /** Between which numbers its true count lies. */
  readonly boundsOf: (value: string) => Bounds;
}

function valueCounts(profile: Profile, { signal, categories }: CategorySignal): ValueCounts {
  const cells = signalCounts(profile, signal);
  const rare: RareValueCounts = rareValueCounts(profile, signal);
  const counts = new Map([...rare.values, ...categories.map((value, cell) => [value, cells[cell]!] as const)]);
  const exact = new Set(categories);
  return {
    n: cells.subarray(0, -1).reduce((sum, count) => sum + count, 0),
    counts,
    boundsOf: (value) => {
      const count = counts.get(value) ?? 0;
      return [count, exact.has(value) ? count : count + rare.undercount];
    },
  };
}
