import { katzRatio } from '../../statistics/katzRatio.ts';
import { newcombeDifference, type Proportion } from '../../statistics/newcombeDifference.ts';
import { wilsonInterval } from '../../statistics/wilsonInterval.ts';
import type { Estimate } from '../finding.ts';

/** From statistics to what a person may see: nothing that is not a finite number, nothing about too few people. */

/** A number that overflowed on the way is no number: it is left out, never shown as NaN or Infinity. */
export function finite(estimate: Omit<Estimate, 'suppressed'>): Estimate {
  const { value, low, high, n, binError } = estimate;
  return {
    value: finiteOrNull(value),
    low: finiteOrNull(low),
    high: finiteOrNull(high),
    n,
    ...(binError === undefined || !Number.isFinite(binError) ? {} : { binError }),
  };
}

export function suppressed(n: number, reason: string): Estimate {
  return { value: null, low: null, high: null, n, suppressed: reason };
}

/** A distance with the band in which 95 % of its values lie when nothing has changed. */
export function distance(value: number | null, band: number | null, n: number): Estimate {
  return finite({ value, low: value === null ? null : 0, high: value === null ? null : band, n });
}

/** A number without an interval of its own. */
export function bare(value: number | null, n: number): Estimate {
  return finite({ value, low: null, high: null, n });
}

/** A share with Wilson's interval. Without rows it is `null`, with fewer than `minimum` it is suppressed. */
export function share({ events, n }: Proportion, minimum = 0): Estimate {
  if (n < minimum) return suppressed(n, `n<${minimum}`);
  return finite(wilsonInterval(events, n));
}

export function shareDifference(a: Proportion, b: Proportion, minimum: number): Estimate {
  return tooFew(a, b, minimum) ?? finite(newcombeDifference(a, b));
}

/** Undefined, with the reason, when nobody in the group it is compared with has the event. */
export function shareRatio(a: Proportion, b: Proportion, minimum: number): Estimate {
  const few = tooFew(a, b, minimum);
  if (few !== null) return few;
  const n = Math.min(a.n, b.n);
  return b.events === 0 ? suppressed(n, 'rate of the reference group is 0') : finite(katzRatio(a, b));
}

function tooFew(a: Proportion, b: Proportion, minimum: number): Estimate | null {
  const n = Math.min(a.n, b.n);
  if (n < minimum) return suppressed(n, `n<${minimum}`);
  return n === 0 ? suppressed(0, 'n<1') : null;
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
