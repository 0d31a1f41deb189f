import { gammaLn } from '../special/gammaLn.ts';
import { incompleteBeta } from '../special/incompleteBeta.ts';
import { type BoundaryOptions, boundaryOf, mixtureScale } from './boundary.ts';

export interface BetaBinomialOptions extends BoundaryOptions {
  /** Each deviation lies in [-below, above]. */
  readonly below: number;
  readonly above: number;
  readonly sides: 'upper' | 'both';
}

/**
 * Boundary for sums of bounded deviations, as of events less their rate.
 *
 * Source: Howard, Ramdas, McAuliffe and Sekhon 2021 (propositions 7 and 8): the sub-Bernoulli supermartingale, mixed over a
 * Beta distribution of the tilted rate, cut off at the rate itself for one side.
 *
 * @example betaBinomialMixture({ variance: 100, alpha: 0.05, tightestAt: 100, below: 0.2, above: 0.8, sides: 'upper' }) // 28.41238...
 */
export function betaBinomialMixture(options: BetaBinomialOptions): number {
  const { variance, alpha, below } = options;
  // The sum can be no larger than if every deviation were `above`.
  const limit = variance / below;
  return boundaryOf((sum) => betaBinomialLogWealth(options, sum), alpha, limit - 1e-12 * limit);
}

/** Natural logarithm of the mixture's wealth when the sum of deviations is `sum`. */
export function betaBinomialLogWealth(options: BetaBinomialOptions, sum: number): number {
  const { variance, alpha, tightestAt, below: g, above: h, sides } = options;
  const width = g + h;
  const scale = mixtureScale(tightestAt, sides === 'upper' ? 2 * alpha : alpha);
  const r = Math.max(scale - g * h, 1e-3 * g * h);
  const cut = sides === 'upper' ? h / width : 1;
  return (
    (variance / (g * h)) * Math.log(width) -
    ((variance / h + sum) / width) * Math.log(g) -
    ((variance / g - sum) / width) * Math.log(h) +
    logIncompleteBeta((r + variance) / (g * width) - sum / width, (r + variance) / (h * width) + sum / width, cut) -
    logIncompleteBeta(r / (g * width), r / (h * width), cut)
  );
}

/** Not regularised. */
function logIncompleteBeta(a: number, b: number, x: number): number {
  return gammaLn(a) + gammaLn(b) - gammaLn(a + b) + Math.log(incompleteBeta(a, b, x));
}
