import { setImmediate } from 'node:timers/promises';
import type { Estimate } from '../../monitor/finding.ts';

/**
 * Paired percentile bootstrap (Efron 1979): rows are drawn with replacement, and both versions are measured on the same
 * draw, so what makes a row hard for both cancels. `measure` takes how often each row was drawn and gives a number for
 * each name, `null` where the draw leaves it undefined. Undefined draws are left out; with more than a tenth of them there
 * is no interval.
 */
export async function bootstrapDifferences(
  rows: number,
  random: () => number,
  candidate: WeightedMetrics,
  champion: WeightedMetrics,
): Promise<Record<string, Estimate>> {
  const ones = new Float64Array(rows).fill(1);
  const [candidateValues, championValues] = [candidate(ones), champion(ones)];
  const draws = drawsFor(rows);
  const weights = new Float64Array(rows);
  const samples = new Map(Object.keys(candidateValues).map((name) => [name, [] as number[]]));
  const drawsBetweenPauses = Math.ceil(rowsBetweenPauses / rows);
  for (let draw = 0; draw < draws; draw++) {
    if (draw % drawsBetweenPauses === 0) await setImmediate();
    weights.fill(0);
    for (let i = 0; i < rows; i++) {
      const row = Math.floor(random() * rows);
      weights[row] = weights[row]! + 1;
    }
    const [first, second] = [candidate(weights), champion(weights)];
    for (const [name, found] of samples) {
      const difference = minus(first[name], second[name]);
      if (difference !== null) found.push(difference);
    }
  }
  return Object.fromEntries(
    [...samples].map(([name, found]) => {
      const value = minus(candidateValues[name], championValues[name]);
      if (value === null || found.length < draws * 0.9) {
        return [name, { value: null, low: null, high: null, n: rows, suppressed: 'undefined on these rows' }];
      }
      found.sort((a, b) => a - b);
      return [name, { value, low: quantile(found, 0.025), high: quantile(found, 0.975), n: rows }];
    }),
  );
}

export type WeightedMetrics = (weights: Float64Array) => Readonly<Record<string, number | null>>;

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32, Ettinger 2017). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Some milliseconds of work, after which everything else in the process gets its turn. */
const rowsBetweenPauses = 50_000;

/** Enough for a 95 % interval, fewer for many rows: an evaluation takes seconds, not minutes. */
function drawsFor(rows: number): number {
  return Math.max(200, Math.min(1_000, Math.floor(2e7 / Math.max(1, rows))));
}

function minus(a: number | null | undefined, b: number | null | undefined): number | null {
  return a === null || b === null || a === undefined || b === undefined ? null : a - b;
}

function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}
