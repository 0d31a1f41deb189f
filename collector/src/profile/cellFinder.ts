/**
 * Finds the cell of a number among ascending edges: how many edges are at most the value. A table over the middle of the
 * range parts it into 1,024 equal steps; where a step holds at most two edges (a value with a bin of its own has two, side
 * by side), two comparisons give the cell, so a look-up costs the same whatever the number of bins and has no branch to
 * guess. `findCell` is exact: the table only says which edges to compare with.
 */
export interface CellFinder {
  readonly edges: Float64Array;
  /** The edges, then infinities: what may be compared with without looking at the length. */
  readonly padded: Float64Array;
  /** Step of a value: `(value - low) * perUnit`, cut to a whole number; the table holds steps 0 to `steps` - 1. */
  readonly low: number;
  readonly perUnit: number;
  /** By step: how many edges lie before it; -1 where more than two lie in it. */
  readonly table: Int16Array;
  /** Before the table the cell is at most `highestBelow`, after it at least `lowestAbove`. */
  readonly highestBelow: number;
  readonly lowestAbove: number;
}

const steps = 1_024;
/** Share of the edges at either end that the table leaves to a search: the tails would make its steps wide. */
const tailShare = 0.07;

export function cellFinder(edges: Float64Array): CellFinder {
  const margin = Math.floor(edges.length * tailShare);
  const last = edges.length - 1 - margin;
  const low = edges[margin] ?? 0;
  const high = edges[last] ?? 0;
  const perUnit = steps / (high - low);
  if (!(perUnit > 0 && perUnit < 1e300)) return withoutTable(edges);
  // The same expression as in `findCell`. It never decreases with the value, so an edge in a later step is greater than
  // every value of this one, rounding or not.
  const stepOf = (edge: number) => Math.trunc((edge - low) * perUnit);
  const table = new Int16Array(steps);
  let before = margin;
  for (let step = 0; step < steps; step++) {
    let inStep = 0;
    while (before + inStep < edges.length && stepOf(edges[before + inStep]!) === step) inStep++;
    table[step] = inStep > 2 ? -1 : before;
    before += inStep;
  }
  return { edges, padded: pad(edges), low, perUnit, table, highestBelow: margin, lowestAbove: before };
}

/** Cell of a finite value: 0 below the first edge ... `edges.length` from the last one on. */
export function findCell(finder: CellFinder, value: number): number {
  const { edges, padded, table } = finder;
  const position = (value - finder.low) * finder.perUnit;
  let from = 0;
  let to = edges.length;
  // Not `position < 0`: a tiny difference may become 0 when it is multiplied.
  if (value < finder.low) {
    to = finder.highestBelow;
  } else if (position >= table.length) {
    from = finder.lowestAbove;
  } else {
    const before = table[position | 0]!;
    if (before >= 0) return before + Number(padded[before]! <= value) + Number(padded[before + 1]! <= value);
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
    padded: pad(edges),
    low: Number.POSITIVE_INFINITY,
    perUnit: 0,
    table: new Int16Array(0),
    highestBelow: edges.length,
    lowestAbove: 0,
  };
}

function pad(edges: Float64Array): Float64Array {
  return Float64Array.of(...edges, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
}
