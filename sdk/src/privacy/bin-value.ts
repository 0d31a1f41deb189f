/**
 * The number that stands for every number of its bin: the middle of the bin, or a point beyond the outermost edge. Counts
 * against the same edges are what they would have been; more than the bin nobody learns. Edges ascend, at least one; a
 * value on an edge belongs above it, as in the collector's profiles. What is no finite number stays as it is.
 */
export function binValue(edges: readonly number[], value: number): number {
  if (!Number.isFinite(value)) {
    return value;
  }
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const above = edges[low - 1];
  const below = edges[low];
  if (above === undefined) {
    return below! - beyond(edges[0]!, edges[1]);
  }
  if (below === undefined) {
    return above + beyond(edges.at(-2), above);
  }
  const middle = above + (below - above) / 2;
  // Edges may be neighbouring numbers: a frequent value with a bin of its own.
  return middle < below ? middle : above;
}

function beyond(lower: number | undefined, upper: number | undefined): number {
  return lower === undefined || upper === undefined ? 1 : (upper - lower) / 2;
}
