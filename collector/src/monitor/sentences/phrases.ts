import type { Estimate, Evidence } from '../finding.ts';
import { levelText, shareChangeText, shareRangeText, shareText } from './text.ts';

/** Parts that the sentences of all findings are made of. */

/** From half of the alarm level on the sentence says what moved; below that, what moved is most likely chance. */
export function isNotable(evidence: Evidence): boolean {
  return evidence.alarm || evidence.level >= 0.5;
}

export function sentence(parts: readonly (string | null)[], evidence: Evidence | null): string {
  const [first, ...rest] = parts.filter((part) => part !== null);
  const text = rest.length === 0 ? (first ?? '') : `${first}: ${rest.join(', ')}`;
  return evidence === null ? text : `${text}; ${levelText(evidence.level)}`;
}

/** `21 % → 34 %`; without a before only the after. */
export function shareMoveText(before: number | null, after: number): string {
  return before === null ? shareText(after) : shareChangeText(before, after);
}

/** ` (95 % interval 31-37 %)`; nothing without an interval. */
export function intervalText({ low, high }: Estimate): string {
  return low === null || high === null ? '' : ` (95 % interval ${shareRangeText(low, high)})`;
}
