import { areaUnderCurve } from './areaUnderCurve.ts';
import { type Estimated, nothing } from './estimated.ts';
import { solvePositiveDefinite } from './special/solvePositiveDefinite.ts';

/** One number an axis. */
type Row = readonly number[];

/**
 * Can rows of a window be told from rows of the reference? The area under the curve of a linear discriminant that learnt to
 * on every other row, judged on the rest: 0.5 when they are alike, or differ in what no line can see; 1 when they are apart.
 *
 * Interval: DeLong's, 95 %, of the discriminant as it was learnt; it holds 0.5 in 95 % of clean windows. Rows come in the order
 * of random ids, so every other one is a fair half. Covariances are shrunk by axes / rows: constant axes do no harm. `n`
 * judged rows of the smaller side; `null` with fewer than 20.
 *
 * Source: Fisher 1936 (linear discriminant); Lopez-Paz and Oquab 2017 (classifier two-sample tests); DeLong et al. 1988.
 */
export function domainClassifierArea(current: readonly Row[], reference: readonly Row[]): Estimated {
  const learnt = [everyOther(current, 0), everyOther(reference, 0)] as const;
  const judged = [everyOther(current, 1), everyOther(reference, 1)] as const;
  const n = Math.min(judged[0].length, judged[1].length);
  const direction = n < fewestRows ? null : discriminant(...learnt);
  if (direction === null) return nothing(n);
  const scores = judged.map((rows) => rows.map((row) => dot(row, direction)));
  const { value, low, high } = areaUnderCurve(...countsByScore(scores[0]!, scores[1]!));
  return { value, low, high, n };
}

const fewestRows = 20;

function everyOther(rows: readonly Row[], start: 0 | 1): Row[] {
  return rows.filter((_, index) => index % 2 === start);
}

/** The direction along which two sets of rows lie furthest apart for their spread. */
function discriminant(a: readonly Row[], b: readonly Row[]): Float64Array | null {
  const [centreA, centreB] = [centreOf(a), centreOf(b)];
  const axes = centreA.length;
  const around = [...a.map((row) => less(row, centreA)), ...b.map((row) => less(row, centreB))];
  const spread = Array.from({ length: axes }, (_, axis) => {
    const variance = around.reduce((sum, row) => sum + row[axis]! ** 2, 0) / around.length;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  const correlation = spread.map((_, i) => new Float64Array(i + 1));
  for (const row of around) {
    for (let i = 0; i < axes; i++) {
      for (let j = 0; j <= i; j++) {
        correlation[i]![j]! += (row[i]! * row[j]!) / (spread[i]! * spread[j]! * around.length);
      }
    }
  }
  for (let i = 0; i < axes; i++) correlation[i]![i]! += axes / around.length;
  const apart = less(centreA, centreB).map((distance, axis) => distance / spread[axis]!);
  return solvePositiveDefinite(correlation, apart)?.map((weight, axis) => weight / spread[axis]!) ?? null;
}

function centreOf(rows: readonly Row[]): number[] {
  return (rows[0] ?? []).map((_, axis) => rows.reduce((sum, row) => sum + row[axis]!, 0) / rows.length);
}

function less(row: Row, other: Row): number[] {
  return row.map((value, axis) => value - other[axis]!);
}

function dot(row: Row, direction: ArrayLike<number>): number {
  return row.reduce((sum, value, axis) => sum + value * direction[axis]!, 0);
}

/** A bin for each score that occurs, ascending. */
function countsByScore(positives: readonly number[], negatives: readonly number[]): [number[], number[]] {
  const scores = [...new Set([...positives, ...negatives])].sort((a, b) => a - b);
  const binOf = new Map(scores.map((score, bin) => [score, bin]));
  return [positives, negatives].map((side) => {
    const counts = new Array<number>(scores.length).fill(0);
    for (const score of side) counts[binOf.get(score)!]! += 1;
    return counts;
  }) as [number[], number[]];
}
