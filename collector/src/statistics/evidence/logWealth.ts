import type { Detector } from './detector.ts';
import { growthOf } from './gains.ts';

/**
 * The step of a detector as certificates of version 1 were computed: wealth was kept as logarithms then. The same numbers but
 * for their last digits, and those count where an alarm is computed again bit for bit.
 *
 * `before`: natural logarithm of each bet's wealth, `-Infinity` for none. Returns that of the evidence after the window.
 */
export function evidenceFromLogs(
  detector: Detector,
  before: ArrayLike<number>,
  counts: ArrayLike<number>,
  weight: number,
): number {
  const logs = new Float64Array(detector.components);
  growthOf(detector.gains, counts, logs);
  const logWeight = Math.log(weight);
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logs.length; i++) {
    logs[i] = logs[i]! + logAdd(before[i]!, logWeight);
    if (logs[i]! > largest) largest = logs[i]!;
  }
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let total = 0;
  for (const { start, bets } of detector.tables) {
    let own = 0;
    for (let i = start; i < start + bets.length; i++) {
      const below = logs[i]! - largest;
      if (below > -negligible) own += Math.exp(below);
    }
    total += own;
  }
  return largest + Math.log(total / detector.components);
}

/** ln(e^a + e^b). */
function logAdd(a: number, b: number): number {
  const largest = Math.max(a, b);
  const apart = Math.abs(a - b);
  return apart < negligible ? largest + Math.log1p(Math.exp(-apart)) : largest;
}

/** e^-40 is less than the last digit of 1. */
const negligible = 40;
