/**
 * Finds the cell of a number among ascending edges: how many edges are at most the value. A table over all but the ends of
 * the range parts it into steps: 2,048 of equal width, or 128 to an octave where edges are spread over many (as those of
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
  /** By step: its cell where no edge lies in it, `~before` where one or two do, behind so many others, else `crowded`. */
  readonly table: Int16Array;
  /** Before the table the cell is at most `highestBelow`, after it at least `lowestAbove`. */
  readonly highestBelow: number;
  readonly lowestAbove: number;
}

/** A step of more than two edges. */
export const crowded = -32_768;

const evenSteps = 2_048;
const mostSteps = 4_096;

/** The table that leaves the fewest values to comparisons, if edges part values into bins of like numbers of them. */
export function cellFinder(edges: Float64Array): CellFinder {
  let best = withoutTable(edges);
  let least = Number.POSITIVE_INFINITY;
  // The outermost edges may be far from all others: the least and the greatest value ever seen.
  for (const margin of new Set([0, 1, 2, 3, Math.floor(edges.length * tailShare)])) {
    for (const table of tables(edges, margin)) {
      const left = comparedBins(table);
      if (left >= least) continue;
      best = table;
      least = left;
    }
  }
  return best;
}

/** At most this share of the edges is left out at either end. */
const tailShare = 0.07;

/** With even steps and with parts of octaves, where they can be. `margin`: edges at either end that are left out. */
function tables(edges: Float64Array, margin: number): CellFinder[] {
  const low = edges[margin] ?? 0;
  const high = edges[edges.length - 1 - margin] ?? 0;
  const perUnit = evenSteps / (high - low);
  const octaveSteps = low > 0 ? octaveStep(high) - octaveStep(low) : 0;
  return [
    ...(perUnit > 0 && perUnit < 1e300 ? [withTable(edges, margin, low, high, perUnit, evenSteps)] : []),
    ...(octaveSteps > 0 && octaveSteps <= mostSteps ? [withTable(edges, margin, low, high, 0, octaveSteps)] : []),
  ];
}

/** How many bins' worth of values lie beside a table or in its steps with edges; three times as many where more than two do. */
function comparedBins(finder: CellFinder): number {
  const { edges, table, highestBelow, lowestAbove } = finder;
  let bins = highestBelow + edges.length - lowestAbove;
  for (let index = highestBelow; index < lowestAbove; index++) {
    const edge = edges[index]!;
    const gap = Math.min(edge - (edges[index - 1] ?? -Infinity), (edges[index + 1] ?? Infinity) - edge);
    const width = finder.perUnit === 0 ? edge / stepsPerOctave : 1 / finder.perUnit;
    const isCrowded = table[Math.trunc(stepOf(finder, edge))] === crowded;
    bins += isCrowded ? 3 : Math.min(1, width / gap);
  }
  return bins;
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
      const found = table[position | 0]!;
      if (found >= 0) return found;
      if (found !== crowded) return ~found + Number(padded[~found]! <= value) + Number(padded[~found + 1]! <= value);
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

/** Parts of octaves: the exponent of a positive number and the first seven digits after it. */
export function octaveStep(value: number): number {
  asDouble[0] = value;
  return asWords[highWord]! >> 13;
}

const stepsPerOctave = 128;

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
  const finder = { edges, padded: pad(edges), low, high, perUnit, table, highestBelow: margin, lowestAbove: 0 };
  let before = margin;
  for (let step = 0; step < steps; step++) {
    let inStep = 0;
    // An edge in a later step is greater than every value of this one, rounding or not.
    while (before + inStep < edges.length && Math.trunc(stepOf(finder, edges[before + inStep]!)) === step) inStep++;
    table[step] = inStep === 0 ? before : inStep <= 2 ? ~before : crowded;
    before += inStep;
  }
  return { ...finder, lowestAbove: before };
}

function withoutTable(edges: Float64Array): CellFinder {
  return {
    edges,
    padded: pad(edges),
    low: Number.POSITIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    perUnit: 1,
    table: new Int16Array(0),
    highestBelow: edges.length,
    lowestAbove: 0,
  };
}

function pad(edges: Float64Array): Float64Array {
  return Float64Array.of(...edges, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
}
