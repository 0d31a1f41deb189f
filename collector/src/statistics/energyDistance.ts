import type { BinnedNumbers } from './wassersteinNormalised.ts';

/**
 * How far apart are two distributions of numbers, with large differences weighing more than spread-out small ones?
 * sqrt(2 x integral of (F - G)^2 dx / scale); at least 0. With `scale` 1 it is in square roots of the signal's unit.
 *
 * Distribution functions are linear inside a bin; values outside the edges count as if they all were at their mean. Both
 * sides must have the same edges. `null` when a side is empty.
 *
 * Source: Szekely and Rizzo 2013 (the distance), Cramer 1928 (the integral form).
 */
export function energyDistance(current: BinnedNumbers, reference: BinnedNumbers, scale: number): number | null {
  const { edges } = reference;
  const bins = edges.length - 1;
  if (bins < 1 || !(scale > 0)) return null;
  const n = total(current.counts, bins + 2);
  const m = total(reference.counts, bins + 2);
  if (n === 0 || m === 0) return null;
  let integral = 0;
  let difference = current.counts[0]! / n - reference.counts[0]! / m;
  integral += tail(
    [current.counts[0]! / n, current.belowMean],
    [reference.counts[0]! / m, reference.belowMean],
    edges[0]!,
  );
  for (let bin = 0; bin < bins; bin++) {
    const next = difference + current.counts[bin + 1]! / n - reference.counts[bin + 1]! / m;
    // Mean square of a linear function from `difference` to `next`.
    integral += ((edges[bin + 1]! - edges[bin]!) * (difference * difference + difference * next + next * next)) / 3;
    difference = next;
  }
  integral += tail(
    [current.counts[bins + 1]! / n, current.aboveMean],
    [reference.counts[bins + 1]! / m, reference.aboveMean],
    edges[bins]!,
  );
  return Math.sqrt((2 * integral) / scale);
}

type Lump = readonly [share: number, at: number | null];

/** Integral of (F - G)^2 from the outermost of two lumps to the edge: first one of them counts alone, then both. */
function tail(current: Lump, reference: Lump, edge: number): number {
  const reach = ([share, at]: Lump): number => (share === 0 || at === null ? 0 : Math.abs(edge - at));
  const both = Math.min(reach(current), reach(reference));
  return (
    both * (current[0] - reference[0]) ** 2 +
    (reach(current) - both) * current[0] ** 2 +
    (reach(reference) - both) * reference[0] ** 2
  );
}

function total(counts: ArrayLike<number>, cells: number): number {
  let sum = 0;
  for (let cell = 0; cell < cells; cell++) sum += counts[cell] ?? 0;
  return sum;
}
