import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate.ts';
import { mixtureScale } from './boundary.ts';
import {
  bernoulliSequence,
  betaBinomialMixture,
  distributionBand,
  distributionConstant,
  empiricalBernsteinSequence,
  gammaExponentialMixture,
  hedgedSequence,
  hoeffdingSequence,
  kellyLogWealth,
  normalMixture,
  normalMixtureUpper,
  polynomialStitching,
} from './index.ts';

const at = { variance: 100, alpha: 0.05, tightestAt: 100 };

describe('boundaries at intrinsic time 100 (values of the R and Python package confseq)', () => {
  it.each([
    ['normal mixture', normalMixture(at), 30.35209],
    ['normal mixture, upper', normalMixtureUpper(at), 27.66071],
    ['gamma-exponential mixture', gammaExponentialMixture({ ...at, scale: 2 }), 33.02017],
    ['beta-binomial mixture, upper', betaBinomialMixture({ ...at, below: 0.2, above: 0.8, sides: 'upper' }), 28.41238],
    ['beta-binomial mixture', betaBinomialMixture({ ...at, below: 0.2, above: 0.8, sides: 'both' }), 31.4308],
    ['polynomial stitching', polynomialStitching({ variance: 100, alpha: 0.05, from: 10, scale: 3 }), 64.48755],
    ['scale of the mixture', mixtureScale(100, 0.05), 12.60056],
  ])('%s', (_, value, published) => {
    // Half a unit of the last digit that is published.
    expect(value).toBeCloseTo(published, published === 31.4308 ? 4 : 5);
  });
});

describe('bernoulliSequence', () => {
  it('of 700 in 1000 is 0.651629 to 0.745949', () => {
    const { low, high } = bernoulliSequence({ n: 1_000, events: 700, alpha: 0.05, tightestAt: 100 });
    // Published digits are cut, not rounded.
    expect(low - 0.651629).toBeCloseTo(5e-7, 6);
    expect(high - 0.745949).toBeCloseTo(5e-7, 6);
  });

  it('says nothing without rows, and reaches the end where every row is alike', () => {
    expect(bernoulliSequence({ n: 0, events: 0, alpha: 0.05, tightestAt: 100 })).toEqual({ low: 0, high: 1 });
    expect(bernoulliSequence({ n: 50, events: 50, alpha: 0.05, tightestAt: 100 }).high).toBe(1);
    expect(bernoulliSequence({ n: 50, events: 0, alpha: 0.05, tightestAt: 100 }).low).toBe(0);
  });

  it('holds the rate at all times together as often as it says', () => {
    const random = seededRandom(17);
    let missed = 0;
    for (let run = 0; run < 300; run++) {
      let events = 0;
      for (let n = 1, next = 5; n <= 1_500; n++) {
        events += random() < 0.2 ? 1 : 0;
        if (n < next) continue;
        next = Math.ceil(next * 1.15);
        const { low, high } = bernoulliSequence({ n, events, alpha: 0.05, tightestAt: 200 });
        if (low > 0.2 || high < 0.2) {
          missed++;
          break;
        }
      }
    }
    expect(missed / 300).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 300));
  });
});

describe('distributionBand', () => {
  it.each([
    [0.05, 8.123, 3],
    [0.01, 9.284, 3],
    [0.001, 10.943, 3],
    // Published as 12.600; by an independent search on a grid of 20 000 lengths of epochs it is 12.5994 too.
    [1e-4, 12.5994, 4],
  ])('has the published constant for %d', (alpha, published, digits) => {
    expect(distributionConstant(alpha)).toBeCloseTo(published, digits);
  });

  it('after 1000 rows from 100 on is 0.0820477', () => {
    // Published digits are cut, not rounded.
    expect(distributionBand({ n: 1_000, from: 100, alpha: 0.05 }) - 0.0820477).toBeCloseTo(5e-8, 7);
  });

  it('says nothing before it starts', () => {
    expect(distributionBand({ n: 99, from: 100, alpha: 0.05 })).toBe(1);
  });
});

/** Fractions of multiples of the golden ratio, and which of them are below a tenth. */
const spread = (n: number): number[] => Array.from({ length: n }, (_, i) => ((i + 1) * 0.6180339887498949) % 1);
const rare = (n: number): number[] => spread(n).map((x) => (x < 0.1 ? 1 : 0));

describe('intervals of a bounded mean', () => {
  it.each([
    ['empirical Bernstein, 100', empiricalBernsteinSequence(spread(100), 0.05), 0.391402, 0.609746, 6],
    ['empirical Bernstein, 1000', empiricalBernsteinSequence(spread(1_000), 0.05), 0.466631, 0.533299, 6],
    ['Hoeffding, 1000', hoeffdingSequence(spread(1_000), 0.05), 0.438972, 0.561244, 6],
    ['hedged, 10', hedgedSequence(spread(10), 0.05), 0.232, 0.772, 9],
    ['hedged, 100', hedgedSequence(spread(100), 0.05), 0.415, 0.586, 9],
    ['hedged, 1000', hedgedSequence(spread(1_000), 0.05), 0.467, 0.533, 9],
    ['empirical Bernstein, 1000 rare', empiricalBernsteinSequence(rare(1_000), 0.05), 0.065555, 0.134619, 6],
    ['hedged, 100 rare', hedgedSequence(rare(100), 0.05), 0.027, 0.204, 9],
    ['hedged, 1000 rare', hedgedSequence(rare(1_000), 0.05), 0.067, 0.135, 9],
  ])('%s', (_, { low, high }, publishedLow, publishedHigh, digits) => {
    expect(low).toBeCloseTo(publishedLow, digits);
    expect(high).toBeCloseTo(publishedHigh, digits);
  });

  it.each([
    ['100 against 0.4', kellyLogWealth(spread(100), 0.4), 4.7166, 4],
    ['1000 against 0.4', kellyLogWealth(spread(1_000), 0.4), 57.578594, 6],
    ['100 rare against 0.05', kellyLogWealth(rare(100), 0.05), 1.382578, 6],
    ['1000 rare against 0.05', kellyLogWealth(rare(1_000), 0.05), 16.217778, 6],
  ])('wealth of %s', (_, log, published, digits) => {
    expect(log).toBeCloseTo(published, digits);
  });
});
