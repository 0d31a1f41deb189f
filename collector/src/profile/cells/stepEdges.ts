/**
 * Where a function that rises in steps takes them: for each step from 1 to `steps` the smallest number between `low` and
 * `high` at which it is at least that. A look-up among edges then gives what the function gives, to the last bit, without
 * its logarithm.
 */
export function stepEdges(stepOf: (value: number) => number, steps: number, low: number, high: number): Float64Array {
  let below = low;
  return Float64Array.from({ length: steps }, (_, index) => {
    let reached = high;
    for (;;) {
      // Halves the exponent first where the two lie far apart.
      const middle = reached > 4 * below ? Math.sqrt(below) * Math.sqrt(reached) : below + (reached - below) / 2;
      if (!(middle > below && middle < reached)) return reached;
      if (stepOf(middle) > index) reached = middle;
      else below = middle;
    }
  });
}
