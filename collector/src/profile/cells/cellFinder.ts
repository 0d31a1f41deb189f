/**
 * Finds the cell of a number among ascending edges: how many edges are at most the value. A table over the range, or all
 * of it but the ends, parts it into steps: 2,048 of equal width, or 128 to an octave where edges are spread over many (as those of
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

/** With the table that leaves the fewest values to comparisons, if edges part values into bins of like numbers of them. */
export function cellFinder(edges: Float64Array): CellFinder {
  let best: Steps | null = null;
  let least = Number.POSITIVE_INFINITY;
  // The outermost edges may be far from all others: the least and the greatest value ever seen.
  for (const margin of new Set([0, 1, 2, 3, Math.floor(edges.length * tailShare)])) {
    for (const steps of possibleSteps(edges, margin)) {
      const bins = comparedBins(edges, steps);
      if (bins >= least) continue;
      best = steps;
      least = bins;
    }
  }
  return best === null ? withoutTable(edges) : withTable(edges, best);
}

/** At most this share of the edges is left out at either end. */
const tailShare = 0.07;

/** How a table parts the range between two edges. */
interface Steps extends Pick<CellFinder, 'low' | 'high' | 'perUnit'> {
  readonly count: number;
  /** Edges at either end that are left out. */
  readonly margin: number;
}

/** Even steps and parts of octaves, where they can be. */
function possibleSteps(edges: Float64Array, margin: number): Steps[] {
  const low = edges[margin] ?? 0;
  const high = edges[edges.length - 1 - margin] ?? 0;
  const perUnit = evenSteps / (high - low);
  const octaveSteps = low > 0 ? octaveStep(high) - octaveStep(low) : 0;
  return [
    ...(perUnit > 0 && perUnit < 1e300 ? [{ low, high, perUnit, count: evenSteps, margin }] : []),
    ...(octaveSteps > 0 && octaveSteps <= mostSteps ? [{ low, high, perUnit: 0, count: octaveSteps, margin }] : []),
  ];
}

/** How many bins' worth of values lie beside the steps or in those with edges; three for each edge where more than two share one. */
function comparedBins(edges: Float64Array, steps: Steps): number {
  const { margin, perUnit } = steps;
  const inside = edges.subarray(margin, edges.length - margin);
  const places = inside.map((edge) => Math.trunc(stepOf(steps, edge)));
  let bins = 2 * margin;
  for (let index = 0; index < inside.length; index++) {
    const edge = inside[index]!;
    const gap = Math.min(edge - (inside[index - 1] ?? -Infinity), (inside[index + 1] ?? Infinity) - edge);
    const width = perUnit === 0 ? edge / stepsPerOctave : 1 / perUnit;
    const first = places.indexOf(places[index]!);
    bins += places.lastIndexOf(places[index]!) - first >= 2 ? 3 : Math.min(1, width / gap);
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
export function stepOf({ low, perUnit }: Pick<CellFinder, 'low' | 'perUnit'>, value: number): number {
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

function withTable(edges: Float64Array, { low, high, perUnit, count, margin }: Steps): CellFinder {
  const table = new Int16Array(count);
  const finder = { edges, padded: pad(edges), low, high, perUnit, table, highestBelow: margin, lowestAbove: 0 };
  let before = margin;
  for (let step = 0; step < count; step++) {
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
