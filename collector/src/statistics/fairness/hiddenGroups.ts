/** A group's part of a number of which the total is known. */
export interface DisclosedPart {
  /** Rows behind the number. */
  readonly rows: number;
  /** Too few rows, or too few people in one of its cells, to be shown. */
  readonly isSmall: boolean;
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
  const hidden = parts.map(({ isSmall }) => (isSmall ? ('small' as const) : null) as Hidden);
  const covered = parts.filter(({ rows, isSmall }) => isSmall && rows > 0);
  // Nothing to give away: nobody is in the small groups.
  if (covered.length === 0) return hidden;
  let count = covered.length + (remainder > 0 ? 1 : 0);
  let rows = covered.reduce((sum, part) => sum + part.rows, remainder);
  const others = [...parts.entries()]
    .filter(([index, part]) => hidden[index] === null && part.rows > 0)
    .sort(([, a], [, b]) => a.rows - b.rows);
  for (const [index, part] of others) {
    if (count >= 2 && rows >= minimum) break;
    hidden[index] = 'complementary';
    count += 1;
    rows += part.rows;
  }
  return hidden;
}

type Hidden = 'small' | 'complementary' | null;
