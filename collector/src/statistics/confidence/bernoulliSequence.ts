import { invertMonotone } from '../special/invertMonotone.ts';
import { betaBinomialLogWealth } from './betaBinomialMixture.ts';

/**
 * Interval for a rate that holds at all times together: look as often as you like. `tightestAt`: rows at which it should be
 * tightest. Rates are excluded whose beta-binomial wealth passes 1 / alpha.
 *
 * Source: Howard, Ramdas, McAuliffe and Sekhon 2021.
 *
 * @example bernoulliSequence({ n: 1000, events: 700, alpha: 0.05, tightestAt: 100 }) // 0.651629 to 0.745949
 */
export function bernoulliSequence(options: {
  readonly n: number;
  readonly events: number;
  readonly alpha: number;
  readonly tightestAt: number;
}): { readonly low: number; readonly high: number } {
  const { n, events, alpha, tightestAt } = options;
  if (n === 0) return { low: 0, high: 1 };
  const rate = events / n;
  const level = Math.log(1 / alpha);
  const excess = (p: number): number => {
    const variance = p * (1 - p);
    const mixture = {
      variance: n * variance,
      tightestAt: tightestAt * variance,
      alpha,
      below: p,
      above: 1 - p,
      sides: 'both' as const,
    };
    return betaBinomialLogWealth(mixture, events - n * p) - level;
  };
  const edge = 1e-12;
  return {
    low: events === 0 ? 0 : invertMonotone((p) => -excess(p), edge, Math.min(rate, 1 - edge)),
    high: events === n ? 1 : invertMonotone(excess, Math.max(rate, edge), 1 - edge),
  };
}
