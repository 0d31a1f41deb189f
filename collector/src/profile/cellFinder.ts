/**
 * Finds the cell of a number among ascending edges: how many edges are at most the value. A table over the middle of the
 * range parts it into steps: 1,024 of equal width, or 64 to an octave where edges are spread over many (as those of
 * latencies are). Most steps hold no edge and are their cell; where a step holds at most two (a value with a bin of its
 * own has two, side by side), two comparisons give the cell. So a look-up costs the same whatever the number of bins.
 * `findCell` is exact: the table only says which edges to compare with.
 */
export interface CellFinder {
  readonly edges: Float64Array;
  /** The edges, then infinities: what may be compared with without looking at the length. */
  readonly padded: Float64Array;
  /** Values that the table covers: `low <= value < high`, give or take the last step. */
  readonly low: number;
  readonly high: number;
  /** Steps to a unit; 0 when the steps are parts of octaves. */
  readonly perUnit: number;
  /** By step: how many edges lie before it; -1 where more than two lie in it. */
  readonly table: Int16Array;
  /** By step: its cell where no edge lies in it; else -1. */
  readonly cells: Int16Array;
  /** Before the table the cell is at most `highestBelow`, after it at least `lowestAbove`. */
  readonly highestBelow: number;
  readonly lowestAbove: number;
}

const evenSteps = 1_024;
const mostSteps = 4_096;
/** Share of the edges at either end that the table leaves to a search: the tails would make its steps wide. */
const tailShare = 0.07;

export function cellFinder(edges: Float64Array): CellFinder {
  const margin = Math.floor(edges.length * tailShare);
  const low = edges[margin] ?? 0;
  const high = edges[edges.length - 1 - margin] ?? 0;
  const perUnit = evenSteps / (high - low);
  const none = withoutTable(edges);
  const even = perUnit > 0 && perUnit < 1e300 ? withTable(edges, margin, low, high, perUnit, evenSteps) : none;
  const steps = low > 0 ? octaveStep(high) - octaveStep(low) : 0;
  if (steps < 1 || steps > mostSteps) return even;
  const octaves = withTable(edges, margin, low, high, 0, steps);
  return crowded(octaves) < crowded(even) ? octaves : even;
}

/** Cell of a finite value: 0 below the first edge ... `edges.length` from the last one on. */
export function findCell(finder: CellFinder, value: number): number {
  const { edges, padded, table } = finder;
  let from = 0;
  let to = edges.length;
  // Not `position < 0`: a tiny difference may become 0 when it is multiplied.
  if (value < finder.low) {
    to = finder.highestBelow;
  } else {
    const position = stepOf(finder, value);
    if (position >= table.length) {
      from = finder.lowestAbove;
    } else {
      const before = table[position | 0]!;
      if (before >= 0) return before + Number(padded[before]! <= value) + Number(padded[before + 1]! <= value);
    }
  }
  while (from < to) {
    const middle = (from + to) >> 1;
    if (edges[middle]! <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Step of a value from `low` on, to be cut to a whole number. It never decreases with the value. */
export function stepOf({ low, perUnit }: CellFinder, value: number): number {
  return perUnit === 0 ? octaveStep(value) - octaveStep(low) : (value - low) * perUnit;
}

/** Sixty-fourths of octaves: the exponent of a positive number and the first six digits after it. */
export function octaveStep(value: number): number {
  asDouble[0] = value;
  return asWords[highWord]! >> 14;
}

const asDouble = new Float64Array(1);
const asWords = new Int32Array(asDouble.buffer);
const highWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

function withTable(
  edges: Float64Array,
  margin: number,
  low: number,
  high: number,
  perUnit: number,
  steps: number,
): CellFinder {
  const table = new Int16Array(steps);
  const cells = new Int16Array(steps);
  const finder = { edges, padded: pad(edges), low, high, perUnit, table, cells, highestBelow: margin, lowestAbove: 0 };
  let before = margin;
  for (let step = 0; step < steps; step++) {
    let inStep = 0;
    // An edge in a later step is greater than every value of this one, rounding or not.
    while (before + inStep < edges.length && Math.trunc(stepOf(finder, edges[before + inStep]!)) === step) inStep++;
    table[step] = inStep > 2 ? -1 : before;
    cells[step] = inStep > 0 ? -1 : before;
    before += inStep;
  }
  return { ...finder, lowestAbove: before };
}

/** Edges that the table does not tell apart. */
function crowded({ edges, table, highestBelow, lowestAbove }: CellFinder): number {
  let told = 0;
  for (let step = 0; step < table.length; step++) {
    const next = table[step + 1] ?? lowestAbove;
    if (table[step]! >= 0 && next >= 0) told += next - table[step]!;
  }
  return table.length === 0 ? edges.length : lowestAbove - highestBelow - told;
}

function withoutTable(edges: Float64Array): CellFinder {
  return {
    edges,
    padded: pad(edges),
    low: Number.POSITIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    perUnit: 1,
    table: new Int16Array(0),
    cells: new Int16Array(0),
    highestBelow: edges.length,
    lowestAbove: 0,
  };
}

function pad(edges: Float64Array): Float64Array {
  return Float64Array.of(...edges, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
}
