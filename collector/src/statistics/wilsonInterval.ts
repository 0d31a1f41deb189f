import { type Estimated, nothing, standardNormal95 } from './estimated.ts';

/**
 * How sure is a share of `events` in `n`? Wilson's 95 % score interval: inside [0, 1], sensible for small n and for
 * shares near 0 and 1. Fractions of events are allowed. `z` sets another level (2.5758 for 99 %).
 *
 * Source: Wilson 1927.
 *
 * @example wilsonInterval(8, 100) // { value: 0.08, low: 0.041093, high: 0.149981, n: 100 }
 */
export function wilsonInterval(events: number, n: number, z: number = standardNormal95): Estimated {
  if (!(n > 0)) return nothing(0);
  const share = events / n;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return {
    value: share,
    low: events === 0 ? 0 : Math.max(0, centre - half),
    high: events === n ? 1 : Math.min(1, centre + half),
    n,
  };
}
