import { PlumblineError } from '../../errors.ts';
import type { Distribution } from '../../http/api.ts';
import {
  type CategorySignal,
  findSignal,
  type NumericSignal,
  type Profile,
  type Reference,
  type SignalShape,
  signalCounts,
} from '../../profile/index.ts';
import { total } from '../../statistics/total.ts';
import { signalComparison } from '../figures/signalComparison.ts';
import { topMovers } from '../findings/topMovers.ts';
import { numberText } from '../sentences/text.ts';
import { aboutOf, mergedProfile, type ReportInput } from './reportInput.ts';

/**
 * A signal in the reference and now, over the same bins, for drawing. Numbers: about twenty bins of equal reference
 * share where it has them, single heavy values, open ends, missing and invalid. Categories: those of the reference,
 * other known ones, unseen ones, missing. With every statistic that compares the two, and the values that moved most.
 */
export function distribution(input: ReportInput & { readonly signal: string }): Distribution {
  const { reference, signal } = input;
  const shape = reference === null ? undefined : findSignal(reference.shape, signal);
  if (reference === null || shape === undefined) {
    const reason = reference === null ? 'the version has no reference yet' : `the reference has no signal "${signal}"`;
    throw new PlumblineError('NOT_FOUND', `no distribution of "${signal}": ${reason}`);
  }
  const current = mergedProfile(input);
  const referenceCounts = signalCounts(reference.profile, signal);
  const currentCounts = current === null ? new Float64Array(referenceCounts.length) : signalCounts(current, signal);
  const referenceRows = total(referenceCounts);
  const currentRows = total(currentCounts);
  const bins = cellsOf(shape, reference.profile)
    .map(({ label, low, high, cells }) => {
      const [inReference, now] = [referenceCounts, currentCounts].map((counts) =>
        cells.reduce((sum, cell) => sum + (counts[cell] ?? 0), 0),
      );
      return {
        label,
        low,
        high,
        referenceShare: share(inReference ?? 0, referenceRows),
        currentShare: share(now ?? 0, currentRows),
        isOpen: low === null || high === null,
      };
    })
    // Nobody needs to see "missing 0 %" or an empty open end.
    .filter((bin) => !bin.isOpen || bin.referenceShare > 0 || bin.currentShare > 0)
    .map(({ isOpen: _, ...bin }) => bin);
  const { from, to } = input;
  const statistics = current === null ? {} : signalComparison(reference, shape, current);
  return {
    ...aboutOf(input),
    signal,
    type: shape.type,
    from,
    to,
    referenceRows: Math.round(referenceRows),
    currentRows: Math.round(currentRows),
    bins,
    statistics,
    ...(shape.type === 'category' && current !== null ? { movers: movers(reference, shape, current) } : {}),
  };
}

function movers(reference: Reference, shape: CategorySignal, current: Profile): Distribution['movers'] {
  return topMovers(reference, shape, current)
    .slice(0, mostMovers)
    .map(({ value, before, after, z }) => ({ value, referenceShare: before, currentShare: after, z }));
}

const mostMovers = 10;

interface Bin {
  readonly label: string;
  readonly low: number | null;
  readonly high: number | null;
  readonly cells: readonly number[];
}

const drawnBins = 20;

function cellsOf(shape: SignalShape, reference: Profile): Bin[] {
  if (shape.type === 'category') {
    const labels = [...shape.categories, '(other known)', '(unseen before)', '(missing)'];
    return labels.map((label, cell) => ({ label, low: null, high: null, cells: [cell] }));
  }
  return numericBins(shape, signalCounts(reference, shape.signal));
}

/** Neighbouring fine bins are joined until they hold about a twentieth of the reference. */
function numericBins(shape: NumericSignal, counts: Float64Array): Bin[] {
  const { edges } = shape;
  const last = counts.length - 3;
  const bins: Bin[] = [];
  const first = edges[0];
  if (first !== undefined) bins.push({ label: `below ${numberText(first)}`, low: null, high: first, cells: [0] });
  const wanted = total(counts) / drawnBins;
  let cells: number[] = [];
  let held = 0;
  for (let cell = 1; cell < last; cell += 1) {
    cells.push(cell);
    held += counts[cell] ?? 0;
    const next = counts[cell + 1] ?? 0;
    // Half a bin over is as good as half a bin under.
    if (cell + 1 < last && held + next / 2 < wanted) continue;
    const low = edges[(cells[0] ?? 1) - 1] ?? 0;
    const high = edges[cell] ?? low;
    bins.push({ label: rangeLabel(low, high), low, high, cells });
    cells = [];
    held = 0;
  }
  const end = edges.at(-1);
  // A reference without any number has no edges: all numbers are outside of it.
  if (end === undefined) bins.push({ label: 'any number', low: null, high: null, cells: [0, last] });
  else bins.push({ label: `${numberText(end)} and above`, low: end, high: null, cells: [last] });
  bins.push({ label: '(missing)', low: null, high: null, cells: [last + 1] });
  bins.push({ label: '(invalid)', low: null, high: null, cells: [last + 2] });
  return bins;
}

/** A bin that holds a single value is named after it; that of zero ends at the smallest number there is. */
function rangeLabel(low: number, high: number): string {
  const [from, to] = [edgeText(low), edgeText(high)];
  return from === to ? from : `${from} to ${to}`;
}

function edgeText(edge: number): string {
  return numberText(Math.abs(edge) <= Number.MIN_VALUE ? 0 : edge);
}

function share(count: number, rows: number): number {
  return rows === 0 ? 0 : count / rows;
}
