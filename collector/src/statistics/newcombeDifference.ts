import { type Estimated, nothing, standardNormal95 } from './estimated.ts';
import { wilsonInterval } from './wilsonInterval.ts';

/** A share as counts: `events` of `n`. */
export interface Proportion {
  readonly events: number;
  readonly n: number;
}

/**
 * How much larger is share a than share b? a - b in [-1, 1] with Newcombe's hybrid score 95 % interval. For statistical
 * parity, equal opportunity and every other difference of rates between independent groups. `z` sets another level.
 *
 * Source: Newcombe 1998, method 10. `n` is the smaller of the two denominators.
 *
 * @example newcombeDifference({ events: 1179, n: 10771 }, { events: 6662, n: 21790 }) // -0.196276 (-0.204701, -0.187707)
 */
export function newcombeDifference(a: Proportion, b: Proportion, z: number = standardNormal95): Estimated {
  const first = wilsonInterval(a.events, a.n, z);
  const second = wilsonInterval(b.events, b.n, z);
  const n = Math.min(a.n, b.n);
  if (first.value === null || second.value === null) return nothing(n);
  const difference = first.value - second.value;
  return {
    value: difference,
    low: difference - Math.hypot(first.value - first.low!, second.high! - second.value),
    high: difference + Math.hypot(first.high! - first.value, second.value - second.low!),
    n,
  };
}
