/**
 * Published control of false discoveries over p-values that come one by one: for comparison only, since they need p-values
 * that are independent (or conditionally valid), which those of one stream of traffic are not. Each returns, test by test, the
 * level and whether the p-value is at most that.
 */
export interface OnlineDecision {
  readonly level: number;
  readonly rejected: boolean;
}

/** LORD++: wealth comes back with each rejection. Ramdas, Yang, Wainwright and Jordan 2017. */
export function lordPlusPlus(pValues: readonly number[], alpha: number): OnlineDecision[] {
  const first = alpha / 10;
  const gamma = (j: number): number => (0.07720838 * Math.log(Math.max(j, 2))) / (j * Math.exp(Math.sqrt(Math.log(j))));
  return decide(pValues, (t, rejections) =>
    rejections.reduce(
      (level, at, index) => level + (index === 0 ? alpha - first : alpha) * gamma(t - at),
      gamma(t) * first,
    ),
  );
}

/** SAFFRON: tests whose p-value is above `candidate` cost nothing. Ramdas, Zrnic, Wainwright and Jordan 2018. */
export function saffron(pValues: readonly number[], alpha: number, candidate = 0.5): OnlineDecision[] {
  return adaptive(pValues, alpha, candidate, 1);
}

/** ADDIS: tests whose p-value is above `discard` are not counted at all. Tian and Ramdas 2019. */
export function addis(pValues: readonly number[], alpha: number, candidate = 0.25, discard = 0.5): OnlineDecision[] {
  return adaptive(pValues, alpha, candidate, discard);
}

function adaptive(pValues: readonly number[], alpha: number, candidate: number, discard: number): OnlineDecision[] {
  const first = alpha / 2;
  const scale = 0.4374901658;
  // Time runs only over tests that are kept and are no candidates.
  const countsIn = (from: number, to: number): number =>
    pValues.slice(from, to).filter((p) => p <= discard && p > candidate).length;
  return decide(pValues, (t, rejections) => {
    const gamma = (after: number): number => scale * (1 + countsIn(after, t - 1)) ** -1.6;
    const earned = rejections.reduce(
      (sum, at, index) => sum + (index === 0 ? alpha - first : alpha) * gamma(at),
      first * gamma(0),
    );
    return Math.min(candidate, (discard - candidate) * earned);
  });
}

/** `levelOf`: level of test t, counted from 1, given when there were rejections. */
function decide(
  pValues: readonly number[],
  levelOf: (t: number, rejections: readonly number[]) => number,
): OnlineDecision[] {
  const rejections: number[] = [];
  return pValues.map((p, index) => {
    const level = levelOf(index + 1, rejections);
    const rejected = p <= level;
    if (rejected) rejections.push(index + 1);
    return { level, rejected };
  });
}
