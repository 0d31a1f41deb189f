/**
 * Finds the cell of a number among ascending edges: how many edges are at most the value. A table over the middle of the
 * range narrows the search to the edges in one of 256 equal steps, mostly one or none, so a look-up costs about the same
 * whatever the number of bins. `findCell` is exact: the table only bounds the binary search.
 */
export interface CellFinder {
  readonly edges: Float64Array;
  /** The table covers low <= value < high, in steps of 1 / perUnit. */
  readonly low: number;
  readonly high: number;
  readonly perUnit: number;
  /** Below `low` the cell is at most `highestBelow`, from `high` on it is at least `lowestAbove`. */
  readonly highestBelow: number;
  readonly lowestAbove: number;
  /** By step: how many edges lie before it; two entries more than there are steps. */
  readonly edgesBefore: Uint16Array;
}

const steps = 256;
/** Share of the edges at either end that the table leaves to the binary search: the tails would make its steps wide. */
const tailShare = 0.07;

export function cellFinder(edges: Float64Array): CellFinder {
  const margin = Math.round(edges.length * tailShare);
  const last = edges.length - 1 - margin;
  const low = edges[margin] ?? 0;
  const high = edges[last] ?? 0;
  const perUnit = steps / (high - low);
  if (!(perUnit > 0 && perUnit < 1e300)) return withoutTable(edges);
  const edgesBefore = new Uint16Array(steps + 2);
  for (let edge = margin; edge < last; edge++) {
    // The same expression as in `findCell`. It never decreases with the value, so the step of a value between two edges
    // lies between their steps, rounding or not.
    const next = (((edges[edge]! - low) * perUnit) | 0) + 1;
    edgesBefore[next] = edgesBefore[next]! + 1;
  }
  edgesBefore[0] = margin;
  for (let step = 1; step < edgesBefore.length; step++) {
    edgesBefore[step] = edgesBefore[step]! + edgesBefore[step - 1]!;
  }
  return { edges, low, high, perUnit, highestBelow: margin, lowestAbove: last, edgesBefore };
}

/** Cell of a finite value: 0 below the first edge ... `edges.length` from the last one on. */
export function findCell(finder: CellFinder, value: number): number {
  const { edges } = finder;
  let from = 0;
  let to = edges.length;
  if (value < finder.low) {
    to = finder.highestBelow;
  } else if (value >= finder.high) {
    from = finder.lowestAbove;
  } else {
    const step = ((value - finder.low) * finder.perUnit) | 0;
    from = finder.edgesBefore[step]!;
    to = finder.edgesBefore[step + 1]!;
  }
  while (from < to) {
    const middle = (from + to) >> 1;
    if (edges[middle]! <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function withoutTable(edges: Float64Array): CellFinder {
  return {
    edges,
    low: Number.POSITIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    perUnit: 0,
    highestBelow: edges.length,
    lowestAbove: 0,
    edgesBefore: new Uint16Array(0),
  };
}
