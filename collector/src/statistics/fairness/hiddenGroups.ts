/** A group's part of a number of which the total is known. */
export interface DisclosedPart {
  /** Rows behind the number. */
  readonly rows: number;
  /** Too few rows, or too few people in one of its cells, to be shown. */
  readonly isSmall: boolean;
}

/** A published number that is the sum of some parts. */
export interface KnownTotal {
  /** Indexes of its parts. */
  readonly members: readonly number[];
  /** Rows of it that belong to no part, which are never shown. */
  readonly remainder: number;
}

/**
 * Which groups must be hidden so that no small one can be told? The small ones; and when what is hidden is only one
 * group, or fewer than `minimum` rows together, the next smallest groups too: else the total less the shown groups would
 * give the hidden one away. `remainder`: rows of the total that belong to no group, which are never shown.
 *
 * Returns for each part `null` (shown), `small` or `complementary`.
 *
 * Source: complementary cell suppression, Cox 1980.
 */
export function hiddenGroups(
  parts: readonly DisclosedPart[],
  minimum: number,
  remainder = 0,
): ('small' | 'complementary' | null)[] {
  return hiddenCells(parts, minimum, [{ members: [...parts.keys()], remainder }]);
}

/**
 * The same where several totals are known, as in a table of which the sums of rows and columns are published too: in every
 * one of them hidden cells cover each other.
 */
export function hiddenCells(
  parts: readonly DisclosedPart[],
  minimum: number,
  totals: readonly KnownTotal[],
): ('small' | 'complementary' | null)[] {
  const hidden = parts.map(({ isSmall }) => (isSmall ? ('small' as const) : null) as Hidden);
  // What is hidden for one total may need cover in another: as long as something changes.
  for (let changed = true; changed; ) {
    changed = false;
    for (const total of totals) changed = cover(parts, hidden, minimum, total) || changed;
  }
  return hidden;
}

/** Hides what it takes in one total; false when nothing had to be. */
function cover(
  parts: readonly DisclosedPart[],
  hidden: Hidden[],
  minimum: number,
  { members, remainder }: KnownTotal,
): boolean {
  const present = members.filter((index) => (parts[index]?.rows ?? 0) > 0);
  const covered = present.filter((index) => hidden[index] !== null);
  // Nothing to give away: nobody is in the hidden groups.
  if (covered.length === 0) return false;
  const rowsOf = (index: number): number => parts[index]?.rows ?? 0;
  let count = covered.length + (remainder > 0 ? 1 : 0);
  let rows = covered.reduce((sum, index) => sum + rowsOf(index), remainder);
  let changed = false;
  const others = present.filter((index) => hidden[index] === null).sort((a, b) => rowsOf(a) - rowsOf(b));
  for (const index of others) {
    if (count >= 2 && rows >= minimum) break;
    hidden[index] = 'complementary';
    count += 1;
    rows += rowsOf(index);
    changed = true;
  }
  return changed;
}

type Hidden = 'small' | 'complementary' | null;
