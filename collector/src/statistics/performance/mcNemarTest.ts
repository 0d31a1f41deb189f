import { chiSquareTail } from '../special/chiSquareTail.ts';
import { incompleteBeta } from '../special/incompleteBeta.ts';

export interface McNemarTest {
  /** (b - c)^2 / (b + c), chi-square with one degree of freedom when both are wrong equally often; `null` when b + c = 0. */
  readonly statistic: number | null;
  /** The same with Edwards' correction for continuity, (|b - c| - 1)^2 / (b + c). */
  readonly corrected: number | null;
  /** Chance of rows that disagree at least as unevenly: exact binomial below 25 disagreements, else chi-square. In [0, 1]. */
  readonly tail: number;
  /** The exact binomial one, however many disagree. */
  readonly exactTail: number;
}

/**
 * Is one of two classifiers wrong more often than the other on the same rows? Only rows on which exactly one is wrong
 * tell: `onlyFirst` of them the first, `onlySecond` the second. One look at one sample: not for repeated looks.
 *
 * Source: McNemar 1947; Edwards 1948.
 *
 * @example mcNemarTest(1202, 1124).exactTail // 0.110344
 */
export function mcNemarTest(onlyFirst: number, onlySecond: number): McNemarTest {
  const disagreements = onlyFirst + onlySecond;
  if (disagreements === 0) return { statistic: null, corrected: null, tail: 1, exactTail: 1 };
  const difference = Math.abs(onlyFirst - onlySecond);
  const fewer = Math.min(onlyFirst, onlySecond);
  // P(X <= fewer) of a fair coin's X heads in so many throws, both ways round.
  const exactTail = Math.min(1, 2 * incompleteBeta(disagreements - fewer, fewer + 1, 0.5));
  const statistic = difference ** 2 / disagreements;
  return {
    statistic,
    corrected: Math.max(0, difference - 1) ** 2 / disagreements,
    tail: disagreements < fewestForChiSquare ? exactTail : chiSquareTail(statistic, 1),
    exactTail,
  };
}

const fewestForChiSquare = 25;
