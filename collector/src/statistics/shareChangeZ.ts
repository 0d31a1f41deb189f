import type { Proportion } from './newcombeDifference.ts';

/**
 * By how many standard errors did a share change? The z of two proportions, (q - p) / sqrt(s (1 - s) (1 / n + 1 / m)) with s
 * the share in both together, and half an event less of a change on either side (Yates 1934): rare events come in whole
 * numbers, and four where none were look surer than they are. `designEffect` widens the standard error.
 *
 * Any number, about standard normal when nothing changed; 0 where a side is empty or the change is less than the half events.
 *
 * Source: Fleiss, Levin and Paik 2003, 3.1.
 *
 * @example shareChangeZ({ events: 60, n: 100 }, { events: 40, n: 100 }) // 2.6870058
 */
export function shareChangeZ(now: Proportion, before: Proportion, designEffect = 1): number {
  if (now.n === 0 || before.n === 0) return 0;
  const perRow = 1 / now.n + 1 / before.n;
  const pooled = (now.events + before.events) / (now.n + before.n);
  const change = now.events / now.n - before.events / before.n;
  const sure = Math.abs(change) - perRow / 2;
  return sure > 0 ? (Math.sign(change) * sure) / Math.sqrt(pooled * (1 - pooled) * perRow * designEffect) : 0;
}
