import { favourableDecision, type GroupConfusion, type ProfileShape } from '../../profile/index.ts';
import { confusionRates } from '../../statistics/fairness/confusionRates.ts';
import { hiddenCells, type KnownTotal } from '../../statistics/fairness/hiddenGroups.ts';
import type { Proportion } from '../../statistics/newcombeDifference.ts';
import { selectiveLabels } from '../figures/labelHonesty.ts';
import { decidedRows, labelledRows } from './streams.ts';

/** A rate of a group as counts, and why it may not be shown (`null`: it may). */
export interface GroupRate extends Proportion {
  readonly hidden: string | null;
}

export type GroupRates = Readonly<Record<string, GroupRate>>;

/** A group of an attribute on its own, which groups of an intersection are parts of. */
export interface Margin {
  /** Indexes of its parts. */
  readonly members: readonly number[];
  readonly rows: number;
  /** Why it is hidden as a whole; `null`: it is shown. */
  readonly hidden: string | null;
  readonly rates: GroupRates;
}

/**
 * The rates of all groups of one attribute. Hidden are: those of fewer rows than `minimum`; those with fewer than 5 people
 * on one side (such a rate tells of single people); those of other groups that would give a hidden one away by
 * subtraction from the rate of everybody; and those that labels cannot tell because only one decision ever gets them.
 *
 * `remainder`: rows without a group, which are in the rates of everybody. `margins`: of an intersection, the groups that
 * are shown elsewhere and are sums of these. Parts of a hidden one are hidden, since they would add up to it.
 */
export function groupRates(
  shape: ProfileShape,
  groups: readonly GroupConfusion[],
  remainder: GroupConfusion | undefined,
  minimum: number,
  margins: readonly Margin[] = [],
): GroupRates[] {
  const hidden = hiddenRows(groups, remainder, minimum, margins);
  const counts = groups.map((group) => proportions(shape, group));
  const rest = remainder === undefined ? null : proportions(shape, remainder);
  const cell = smallestCell(minimum);
  const why = new Map<string, (string | null)[]>();
  for (const name of Object.keys(counts[0] ?? {})) {
    const reasons = counts.map((rates, index) => {
      const rate = rates[name];
      const group = groups[index];
      if (rate === undefined || group === undefined) return noLabels;
      if (hidden[index] !== null && hidden[index] !== undefined) return hidden[index];
      if (name !== 'selectionRate' && labelledRows(group) === 0) return noLabels;
      return untold(name, group) ?? tooSmall(rate, minimum, cell) ?? hiddenIn(margins, index, name);
    });
    const parts = counts.map((rates, index) => {
      const reason = reasons[index] ?? null;
      return { rows: rates[name]?.n ?? 0, isSmall: reason !== null && !isUntold(reason) };
    });
    const totals = knownTotals(parts, rest?.[name]?.n ?? 0, margins, ({ rates }) => rates[name]?.n ?? 0);
    const covered = hiddenCells(parts, minimum, totals);
    why.set(
      name,
      reasons.map((reason, index) => reason ?? (covered[index] === 'complementary' ? complementary : null)),
    );
  }
  return counts.map((rates, index) =>
    Object.fromEntries(
      Object.entries(rates).map(([name, rate]) => [name, { ...rate, hidden: why.get(name)?.[index] ?? null }]),
    ),
  );
}

/** Why a whole group is hidden: too few rows of its own, or it would give away one that has. */
export function hiddenRows(
  groups: readonly GroupConfusion[],
  remainder: GroupConfusion | undefined,
  minimum: number,
  margins: readonly Margin[] = [],
): (string | null)[] {
  const reasons = groups.map((group, index) => {
    if (decidedRows(group) < minimum) return `n<${minimum}`;
    return margins.some(({ members, hidden }) => hidden !== null && members.includes(index)) ? complementary : null;
  });
  const parts = groups.map((group, index) => ({ rows: decidedRows(group), isSmall: reasons[index] !== null }));
  const rest = remainder === undefined ? 0 : decidedRows(remainder);
  const covered = hiddenCells(
    parts,
    minimum,
    knownTotals(parts, rest, margins, ({ rows }) => rows),
  );
  return covered.map((hidden, index) => (hidden === 'complementary' ? complementary : (reasons[index] ?? null)));
}

/** Everybody together, and each margin: what is in it beside its parts is never shown. */
function knownTotals(
  parts: readonly { readonly rows: number }[],
  remainder: number,
  margins: readonly Margin[],
  rowsOf: (margin: Margin) => number,
): KnownTotal[] {
  const inMargins = margins.map((margin) => {
    const known = margin.members.reduce((sum, index) => sum + (parts[index]?.rows ?? 0), 0);
    return { members: margin.members, remainder: Math.max(0, rowsOf(margin) - known) };
  });
  return [{ members: [...parts.keys()], remainder }, ...inMargins];
}

/** A rate that is hidden in a margin to protect somebody is not shown in its parts either. */
function hiddenIn(margins: readonly Margin[], index: number, name: string): string | null {
  const isHidden = margins.some(({ members, rates }) => {
    const hidden = rates[name]?.hidden ?? null;
    return members.includes(index) && hidden !== null && isProtected(hidden);
  });
  return isHidden ? complementary : null;
}

/** Rows that got the decision that is good for the person it is about. */
export function selection(shape: ProfileShape, confusion: GroupConfusion): Proportion {
  const positive = confusion.truePositive + confusion.falsePositive + confusion.unlabelledPositive;
  const n = decidedRows(confusion);
  return { events: favourableDecision(shape) === 1 ? positive : n - positive, n };
}

/** People on one side of a shown rate: 5, less for models that chose to show groups of fewer than 10. */
export function smallestCell(minimum: number): number {
  return Math.min(5, Math.floor(minimum / 2));
}

/** Hidden because it cannot be known, not to protect somebody: then bounds may be shown. */
export function isUntold(reason: string): boolean {
  return reason.startsWith('labels only');
}

/** Hidden to protect somebody: then not even the number of rows is told. */
export function isProtected(reason: string): boolean {
  return !isUntold(reason) && reason !== noLabels;
}

const complementary = 'complementary';
const noLabels = 'no labels';

function untold(name: string, group: GroupConfusion): string | null {
  const selective = selectiveLabels(group);
  return selective === null || toldBy[selective].has(name) ? null : `labels only of ${selective} decisions`;
}

/** What can be told when only the positive or only the negative decisions get labels. */
const toldBy: Readonly<Record<'positive' | 'negative', ReadonlySet<string>>> = {
  positive: new Set(['selectionRate', 'positivePredictiveValue', 'falseDiscoveryRate']),
  negative: new Set(['selectionRate', 'falseOmissionRate']),
};

function tooSmall({ events, n }: Proportion, minimum: number, cell: number): string | null {
  if (n < minimum) return `n<${minimum}`;
  return events < cell || n - events < cell ? `events<${cell}` : null;
}

/** Without a positive class there is only whether predictions were right. */
function proportions(shape: ProfileShape, confusion: GroupConfusion): Readonly<Record<string, Proportion>> {
  const { right, wrong } = confusion;
  const accuracy = { events: right, n: right + wrong };
  if (shape.positive === null) return { accuracy };
  return { selectionRate: selection(shape, confusion), ...confusionRates(confusion), accuracy };
}
