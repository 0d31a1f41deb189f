/** A number a person may read: how sure it is, and how many observations made it. Never NaN. */
export interface Estimated {
  /** `null` when there is nothing to say (no observations, or a ratio without a denominator). */
  readonly value: number | null;
  /** 95 % interval, or for distances the band in which 95 % of values lie when nothing has changed. */
  readonly low: number | null;
  readonly high: number | null;
  /** Observations behind the value. */
  readonly n: number;
}

export function nothing(n: number): Estimated {
  return { value: null, low: null, high: null, n };
}

/** Two-sided 95 %. */
export const standardNormal95 = 1.959963984540054;
