import { kolmogorovSmirnov, populationStabilityIndex } from '../../../../collector/src/statistics/index.ts';
import { multinomial, seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import { chiSquareQuantile } from '../../../../collector/src/statistics/special/chiSquareQuantile.ts';
import type { Result } from '../result.ts';
import { decileTimes, detectorOf, features, noTolerance, shifted, smallTolerance } from './deciles.ts';
import { median } from './means.ts';
import { watch } from './watch.ts';

/** Median windows to see a shift, each rule as it is used: ours at one false alarm in 10 000 windows over 200 features. */
export function power(runs: number, seed: number, limit = 400): Result[] {
  return shifts.flatMap(({ name, shares, m, n }, index) => {
    const random = seededRandom(seed + index);
    const found = new Map<string, number[]>();
    const note = (rule: string, delay: number): void => {
      found.set(rule, [...(found.get(rule) ?? []), delay]);
    };
    for (let run = 0; run < runs; run++) {
      const reference = multinomial(random, m, shifted(0));
      const seen: Float64Array[] = [];
      const countsOf = (window: number): Float64Array => {
        seen[window] ??= multinomial(random, n, shares);
        return seen[window]!;
      };
      for (const [rule, alarms] of fixedRules) {
        let at = Number.POSITIVE_INFINITY;
        for (let window = 0; window < limit; window++) {
          if (!alarms(reference, countsOf(window))) continue;
          at = window + 1;
          break;
        }
        note(rule, at);
      }
      note('e-detector', watch(detectorOf(reference, noTolerance), countsOf, limit));
      note('e-detector with tolerance', watch(detectorOf(reference, smallTolerance), countsOf, limit));
    }
    return [...found].map(([rule, delays]) => ({
      scenario: name,
      rule,
      metric: 'median windows to the alarm',
      value: median(delays),
    }));
  });
}

const shifts = [
  { name: 'mean by .1 sd', shares: shifted(0.1), m: 10_000, n: 1_000 },
  { name: 'mean by .2 sd', shares: shifted(0.2), m: 10_000, n: 1_000 },
  { name: 'mean by .5 sd', shares: shifted(0.5), m: 10_000, n: 1_000 },
  { name: 'scale by 1.1', shares: shifted(0, 1.1), m: 10_000, n: 1_000 },
  { name: 'scale by 1.25', shares: shifted(0, 1.25), m: 10_000, n: 1_000 },
  { name: 'one decile by 1.3', shares: decileTimes(1.3), m: 100_000, n: 1_000 },
  { name: 'mean by .05 sd, reference 100 000', shares: shifted(0.05), m: 100_000, n: 1_000 },
  { name: 'mean by .1 sd, windows of 5000', shares: shifted(0.1), m: 100_000, n: 5_000 },
];

/** As seldom as ours alarms at most: one window in as many. */
const oneIn = features * 10_000;
const matched = chiSquareQuantile(1 / oneIn, 9);
const matchedDistance = kolmogorovQuantile(1 / oneIn);

const inBins = (counts: Float64Array): Float64Array => counts.subarray(1, 11);

const fixedRules: readonly (readonly [string, (reference: Float64Array, counts: Float64Array) => boolean])[] = [
  ['PSI > .1', (reference, counts) => (populationStabilityIndex(inBins(reference), inBins(counts)) ?? 0) > 0.1],
  ['PSI > .2', (reference, counts) => (populationStabilityIndex(inBins(reference), inBins(counts)) ?? 0) > 0.2],
  ['chi-square p < .05 / 200', (reference, counts) => chiSquare(inBins(reference), inBins(counts)) > critical],
  // In the limit PSI / (1 / n + 1 / m) is a chi-square as well (Yurdakul 2018).
  [
    'PSI, false alarms as ours',
    (reference, counts) => {
      const [past, now] = [inBins(reference), inBins(counts)];
      const unit = 1 / past.reduce(add) + 1 / now.reduce(add);
      return (populationStabilityIndex(past, now) ?? 0) > unit * matched;
    },
  ],
  ['chi-square, false alarms as ours', (reference, counts) => chiSquare(inBins(reference), inBins(counts)) > matched],
  [
    'KS, false alarms as ours',
    (reference, counts) => {
      const [past, now] = [inBins(reference), inBins(counts)];
      const [m, n] = [past.reduce(add), now.reduce(add)];
      return Math.sqrt((n * m) / (n + m)) * (kolmogorovSmirnov(past, now)?.value ?? 0) > matchedDistance;
    },
  ],
];

function add(a: number, b: number): number {
  return a + b;
}

/** Where the first term of the tail is all of it. */
function kolmogorovQuantile(tail: number): number {
  return Math.sqrt(-Math.log(tail / 2) / 2);
}

/** 5 % over all features. */
const critical = chiSquareQuantile(0.05 / features, 9);

function chiSquare(reference: Float64Array, current: Float64Array): number {
  const m = reference.reduce((sum, count) => sum + count, 0);
  const n = current.reduce((sum, count) => sum + count, 0);
  return reference.reduce((sum, r, bin) => {
    const c = current[bin]!;
    return r + c === 0 ? sum : sum + (c * Math.sqrt(m / n) - r * Math.sqrt(n / m)) ** 2 / (c + r);
  }, 0);
}
