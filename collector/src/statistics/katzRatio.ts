import { type Estimated, nothing, standardNormal95 } from './estimated.ts';
import type { Proportion } from './newcombeDifference.ts';

/**
 * How many times share b is share a? a / b with Katz's 95 % interval on the logarithm. For the disparate impact ratio; the
 * four-fifths rule (29 CFR 1607.4D) is a screen, not a test: read the interval.
 *
 * A group without events gets 1/2 added to both of its cells, so the ratio is never 0 or infinite for want of rows; one
 * with events only gets it in the interval. Undefined (`null`) when a group is empty or neither has an event.
 *
 * Source: Katz, Baptista, Azen and Pike 1978. `n` is the smaller of the two denominators.
 *
 * @example katzRatio({ events: 1179, n: 10771 }, { events: 6662, n: 21790 }) // 0.358023 (0.338030, 0.379198)
 */
export function katzRatio(a: Proportion, b: Proportion): Estimated {
  const n = Math.min(a.n, b.n);
  if (!(a.n > 0 && b.n > 0) || a.events + b.events === 0) return nothing(n);
  const first = withoutZeros(a);
  const second = withoutZeros(b);
  const value = a.events > 0 && b.events > 0 ? shareOf(a) / shareOf(b) : shareOf(first) / shareOf(second);
  const error = Math.sqrt((1 - shareOf(first)) / first.events + (1 - shareOf(second)) / second.events);
  return {
    value,
    low: value * Math.exp(-standardNormal95 * error),
    high: value * Math.exp(standardNormal95 * error),
    n,
  };
}

function shareOf({ events, n }: Proportion): number {
  return events / n;
}

function withoutZeros({ events, n }: Proportion): Proportion {
  return events > 0 && events < n ? { events, n } : { events: events + 0.5, n: n + 1 };
}
