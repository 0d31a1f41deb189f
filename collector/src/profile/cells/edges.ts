/**
 * Bin edges that part reference values into bins of about equal share, nested in deciles: 40 bins, every 4th edge a
 * decile, the outer bins parted again at 0.1 % and 0.5 % from the ends, where values lie far apart. A value that carries
 * more than 1/40 of the reference gets a bin of its own.
 *
 * `sorted`: finite values, ascending. Returns the edges (bins are `low <= x < high`) and, for each cell from below the
 * first edge to above the last, the decile it belongs to. Both are empty for no values.
 *
 * @example referenceEdges(Float64Array.of(0, 0, 1, 1)) // edges [0, 5e-324, 1, 1.0000000000000002]: two bins of one value, one between
 */
export function referenceEdges(sorted: Float64Array): { edges: number[]; deciles: number[] } {
  const n = sorted.length;
  if (n === 0) return { edges: [], deciles: [] };
  const wanted = new Set<number>([sorted[0]!, nextUp(sorted[n - 1]!)]);
  for (let i = 1; i < fineBins; i++) wanted.add(sorted[Math.floor((i * n) / fineBins)]!);
  for (const share of tailShares) wanted.add(sorted[Math.floor(share * n)]!);
  for (const value of heavyValues(sorted)) {
    wanted.add(value);
    wanted.add(nextUp(value));
  }
  const edges = [...wanted].sort((a, b) => a - b);
  return { edges, deciles: decilesOf(edges, sorted) };
}

const fineBins = 40;
const tailShares = [0.001, 0.005, 0.995, 0.999];

/** The smallest double larger than a finite `value`; the largest double itself stays. */
export function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  if (value === Number.MAX_VALUE) return value;
  scratch[0] = value;
  bits[0] = value > 0 ? bits[0]! + 1n : bits[0]! - 1n;
  return scratch[0];
}

const scratch = new Float64Array(1);
const bits = new BigUint64Array(scratch.buffer);

function heavyValues(sorted: Float64Array): number[] {
  const heavy: number[] = [];
  const n = sorted.length;
  let start = 0;
  while (start < n) {
    const end = upperBound(sorted, sorted[start]!);
    if (end - start > n / fineBins && end - start > 1) heavy.push(sorted[start]!);
    start = end;
  }
  return heavy;
}

/** Decile of the middle of each cell's share of the reference; cells outside the edges belong to the outer deciles. */
export function decilesOf(edges: readonly number[], sorted: Float64Array): number[] {
  const n = sorted.length;
  const deciles = [0];
  for (let i = 0; i + 1 < edges.length; i++) {
    const middle = (lowerBound(sorted, edges[i]!) + lowerBound(sorted, edges[i + 1]!)) / 2;
    deciles.push(Math.min(9, Math.floor((10 * middle) / n)));
  }
  deciles.push(9);
  return deciles;
}

/** How many of the ascending `values` are less than `limit`. */
function lowerBound(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function upperBound(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
