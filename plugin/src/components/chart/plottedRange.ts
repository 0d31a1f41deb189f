import type { EstimateBody } from '@plumbline/collector/api';

/** A window of less than this part of the usual rows decides nothing about the axis. */
const fewRows = 0.1;

/**
 * Lowest and highest of values and 95 % intervals, of the windows that have at least a tenth of the rows of the one in
 * the middle: the interval of a last window with one label would flatten all the others. `null` without any value.
 */
export function plottedRange(estimates: readonly (EstimateBody | undefined)[]): readonly [number, number] | null {
  const known = estimates.filter((estimate) => estimate !== undefined && estimate.value !== null) as EstimateBody[];
  const usual = known.map(({ n }) => n).sort((left, right) => left - right)[Math.floor(known.length / 2)];
  if (usual === undefined) {
    return null;
  }
  const ends = known
    .filter(({ n }) => n >= fewRows * usual)
    .flatMap(({ low, value, high }) => [low, value, high])
    .filter((end) => end !== null);
  return [Math.min(...ends), Math.max(...ends)];
}
