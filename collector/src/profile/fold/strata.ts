import type { CategoryColumn, Column } from '@plumbline/sdk/event';
import { findCell } from '../cells/cellFinder.ts';
import type { AttributePlan, Plan, StrataPlan } from '../plan.ts';
import type { Profile } from '../profile.ts';

/** Adds the decisions about each group by the stratum that a feature puts a row in. `columns`: by signal. */
export function foldStrata(
  { counts }: Profile,
  plan: Plan,
  columns: readonly (Column | undefined)[],
  attribute: AttributePlan,
  groups: CategoryColumn | undefined,
  rows: Int32Array,
  decisions: Int8Array,
): void {
  const { strata, firstRow, rowOf, otherRow, missingRow } = attribute;
  if (strata === null) return;
  const stratumOf = stratumReader(plan, strata, columns[strata.signal]);
  const places = [missingRow, ...(groups?.dictionary.map((group) => rowOf.get(group) ?? otherRow) ?? [])];
  for (let i = 0; i < rows.length; i++) {
    const decision = decisions[i]!;
    if (decision < 0) continue;
    const row = rows[i]!;
    const group = places[groups === undefined ? 0 : groups.codes[row]!]!;
    const cell = strata.offset + ((group - firstRow) * strata.count + stratumOf(row)) * 2 + decision;
    counts[cell] = counts[cell]! + 1;
  }
}

/** A value of another type than the reference had, or none, is in the last stratum. */
function stratumReader(plan: Plan, strata: StrataPlan, column: Column | undefined): (row: number) => number {
  const { finder, cellOf, cells } = plan.signals[strata.signal]!;
  const unknown = strata.count - 1;
  if (column === undefined) return () => unknown;
  if (column.type === 'number') {
    const { values } = column;
    if (finder.edges.length === 0) return () => unknown;
    return (row) => {
      const value = values[row]!;
      return value - value !== 0 ? unknown : strata.ofCell[findCell(finder, value)]!;
    };
  }
  if (cellOf.size === 0) return () => unknown;
  const unseen = cells - 2;
  const byCode = [unknown, ...column.dictionary.map((text) => strata.ofCell[cellOf.get(text) ?? unseen]!)];
  return (row) => byCode[column.codes[row]!]!;
}
