import type { ConfusionCounts } from '../confusionMetrics.ts';
import { type Estimated, nothing, standardNormal95 } from '../estimated.ts';

/**
 * Do mistakes fall the same way in two groups? (FN / FP of group a) / (FN / FP of group b), in (0, infinity); 1 is parity.
 *
 * Interval: delta method on the logarithm, 95 %: given how many mistakes a group has, the missed ones are binomial. With
 * a zero among the four counts 1/2 is added to each. `null` when a group has no mistakes. `n` is the smaller number of
 * mistakes.
 *
 * Source: Berk, Heidari, Jabbari, Kearns and Roth 2018.
 */
export function treatmentEqualityRatio(a: ConfusionCounts, b: ConfusionCounts): Estimated {
  const n = Math.min(a.falseNegative + a.falsePositive, b.falseNegative + b.falsePositive);
  if (n === 0) return nothing(0);
  const counts = [a.falseNegative, b.falsePositive, a.falsePositive, b.falseNegative];
  const more = counts.includes(0) ? 0.5 : 0;
  const [aMissed, bRaised, aRaised, bMissed] = counts.map((count) => count + more) as [number, number, number, number];
  const value = (aMissed * bRaised) / (aRaised * bMissed);
  const factor = Math.exp(standardNormal95 * Math.sqrt(1 / aMissed + 1 / bRaised + 1 / aRaised + 1 / bMissed));
  return { value, low: value / factor, high: value * factor, n };
}
