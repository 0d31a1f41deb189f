/**
 * Tests hypotheses one after the other, each by an e-value, and keeps the expected share of false discoveries below `alpha`
 * at all times, however the e-values depend on each other: the t-th is rejected at 1 / (alpha gamma_t (rejections + 1)).
 *
 * Source: Xu and Ramdas 2024 (e-LOND); gamma after Javanmard and Montanari 2018.
 */
export interface OnlineTests {
  readonly alpha: number;
  readonly tested: number;
  readonly rejected: number;
}

export interface OnlineDecision {
  readonly tests: OnlineTests;
  readonly rejected: boolean;
  /** The e-value that was needed. */
  readonly level: number;
}

export function noTests(alpha: number): OnlineTests {
  return { alpha, tested: 0, rejected: 0 };
}

/** The next hypothesis: `eLog` is the natural logarithm of its e-value. */
export function eLond(tests: OnlineTests, eLog: number): OnlineDecision {
  const tested = tests.tested + 1;
  const share = tests.alpha * discount(tested) * (tests.rejected + 1);
  const rejected = eLog >= -Math.log(share);
  return {
    tests: { ...tests, tested, rejected: tests.rejected + (rejected ? 1 : 0) },
    rejected,
    level: 1 / share,
  };
}

/** Sums to 1 over 1, 2, ... */
function discount(test: number): number {
  const log = Math.log(test);
  return (0.07720838 * Math.log(Math.max(test, 2))) / (test * Math.exp(Math.sqrt(log)));
}
