/**
 * How loudly counts speak against a rate: the log-likelihood ratio of their own rate to it where they are above it, else 0.
 * `events` of `rows` happened; `rate` in (0, 1).
 *
 * Source: Kulldorff 1997 (Bernoulli scan statistic).
 *
 * @example excessEvidence(30, 100, 0.2) // 2.8169
 */
export function excessEvidence(events: number, rows: number, rate: number): number {
  if (rows === 0 || events <= rate * rows) return 0;
  return xLogRatio(events, rate * rows) + xLogRatio(rows - events, (1 - rate) * rows);
}

function xLogRatio(seen: number, expected: number): number {
  return seen === 0 ? 0 : seen * Math.log(seen / expected);
}
