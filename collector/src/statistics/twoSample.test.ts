import { describe, expect, it } from 'vitest';
import { andersonDarling, andersonDarling95 } from './andersonDarling.ts';
import { areaUnderCurve } from './areaUnderCurve.ts';
import { chiSquareTwoSample } from './chiSquareTwoSample.ts';
import { cramersV } from './cramersV.ts';
import { cramerVonMises } from './cramerVonMises.ts';
import { energyDistance } from './energyDistance.ts';
import { exactCramerVonMisesTail, exactKolmogorovSmirnovTail } from './exactTwoSampleTail.ts';
import { hellingerDistance } from './hellingerDistance.ts';
import { jensenShannonDistance } from './jensenShannonDistance.ts';
import { kolmogorovSmirnov } from './kolmogorovSmirnov.ts';
import { kuiper } from './kuiper.ts';
import { kullbackLeibler } from './kullbackLeibler.ts';
import { largestShareChange, largestShareChangeBand } from './largestShareChange.ts';
import { likelihoodRatioTest } from './likelihoodRatioTest.ts';
import { pooledCells } from './pooledCells.ts';
import { populationStabilityIndex } from './populationStabilityIndex.ts';
import { binomial, seededRandom } from './simulate.ts';
import { normalCdf } from './special/normalCdf.ts';
import { totalVariation } from './totalVariation.ts';
import { type BinnedNumbers, wassersteinNormalised } from './wassersteinNormalised.ts';

/** Reference values: scipy 1.17 and numpy 2.4. */
const reference = Array<number>(10).fill(1_000);
const current = [90, 95, 100, 105, 110, 100, 95, 105, 120, 80];
const x = [-1.2, -0.7, -0.3, 0.1, 0.4, 0.8, 1.1, 1.9, 2.3, 3];
const y = [-0.9, -0.2, 0.2, 0.5, 0.9, 1.4, 1.8, 2.6, 2.9, 3.3, 3.8, 4.1];
const places = [...x, ...y].sort((a, b) => a - b);
const countsAt = (values: readonly number[]): number[] => places.map((place) => (values.includes(place) ? 1 : 0));
const empty = Array<number>(10).fill(0);

/** Each value in a bin of its own, 1e-12 wide; the gaps between are bins too. */
function pointBins(values: readonly number[]): BinnedNumbers {
  const edges = places.flatMap((value) => [value, value + 1e-12]);
  const counts = new Float64Array(edges.length + 1);
  for (const value of values) counts[2 * places.indexOf(value) + 1] = 1;
  return { edges, counts, belowMean: null, aboveMean: null };
}

describe('two samples by cells', () => {
  it('chi-square', () => {
    const test = chiSquareTwoSample(current, reference)!;
    expect(test.value).toBeCloseTo(10.002574, 6);
    expect(test.degrees).toBe(9);
    expect(test.tail).toBeCloseTo(0.350277, 6);
    expect(chiSquareTwoSample([10, 20], [20, 10])!.value).toBeCloseTo(20 / 3, 12);
    // Against a reference so large that it is the truth: Pearson's test of fit.
    expect(chiSquareTwoSample(current, Array<number>(10).fill(1e12))!.value).toBeCloseTo(11, 6);
  });

  it('G', () => {
    const test = likelihoodRatioTest(current, reference)!;
    expect(test.value).toBeCloseTo(10.057926, 6);
    expect(test.tail).toBeCloseTo(0.345816, 6);
  });

  it("Cramer's V", () => {
    expect(cramersV(current, reference)).toBeCloseTo(0.030155, 6);
    expect(cramersV([10, 0], [0, 10])).toBeCloseTo(1, 12);
  });

  it('Kullback-Leibler, half of what makes PSI', () => {
    expect(kullbackLeibler(current, reference, 0)).toBeCloseTo(0.00552898462, 10);
    expect(kullbackLeibler(current, reference, 0)! + kullbackLeibler(reference, current, 0)!).toBeCloseTo(
      populationStabilityIndex(current, reference, 0)!,
      12,
    );
    expect(kullbackLeibler([5, 5], [10, 0])).toBeGreaterThan(0.1);
  });

  it('the largest change of one share, and where', () => {
    expect(largestShareChange(current, reference)!.value).toBeCloseTo(0.02, 12);
    expect(largestShareChange([50, 30, 20], [30, 45, 25])).toEqual({ value: expect.closeTo(0.2, 12), cell: 0 });
    expect(largestShareChange([0, 5, 5], [0, 5, 5])).toEqual({ value: 0, cell: 0 });
  });

  it('keeps the largest change of clean windows within its band', () => {
    const random = seededRandom(8);
    const shares = [0.5, 0.3, 0.15, 0.05];
    const past = [5_000, 3_000, 1_500, 500];
    const band = largestShareChangeBand(500, past)!;
    const outside = Array.from({ length: 2_000 }, () => {
      let left = 500;
      let rest = 1;
      const counts = shares.map((share) => {
        const count = binomial(random, left, Math.min(1, share / rest));
        left -= count;
        rest -= share;
        return count;
      });
      return largestShareChange(counts, past)!.value > band;
    }).filter(Boolean).length;
    expect(outside / 2_000).toBeLessThan(0.06);
    expect(outside).toBeGreaterThan(0);
  });

  it('Kolmogorov-Smirnov, Kuiper, Hellinger, total variation', () => {
    expect(kolmogorovSmirnov(current, reference)!.value).toBeCloseTo(0.02, 12);
    expect(kuiper(current, reference)!.value).toBeCloseTo(0.035, 12);
    expect(hellingerDistance(current, reference)).toBeCloseTo(0.03726462883, 10);
    expect(totalVariation(current, reference)).toBeCloseTo(0.04, 12);
    const distance = jensenShannonDistance(current, reference)!;
    expect(distance).toBeCloseTo(0.04474405305, 10);
    expect(distance * distance * Math.LN2).toBeCloseTo(0.00138770165, 10);
  });

  it('Kuiper does not care where the circle is cut', () => {
    const turned = (counts: number[]): number[] => [...counts.slice(3), ...counts.slice(0, 3)];
    expect(kuiper(turned(current), turned(reference))!.value).toBeCloseTo(0.035, 12);
  });
});

describe('two small samples of numbers', () => {
  const [now, past] = [countsAt(y), countsAt(x)];

  it('Kolmogorov-Smirnov, approximate and exact', () => {
    const test = kolmogorovSmirnov(now, past)!;
    expect(test.value).toBeCloseTo(0.3166667, 7);
    expect(test.tail).toBeCloseTo(0.5981405, 7);
    expect(exactKolmogorovSmirnovTail(now, past)).toBeCloseTo(0.5577178, 7);
  });

  it('Cramer-von Mises, asymptotic and exact', () => {
    const test = cramerVonMises(now, past)!;
    expect(test.value).toBeCloseTo(0.2022727, 7);
    expect(test.tail).toBeCloseTo(0.2764869, 7);
    // By listing all 646,646 splits.
    expect(exactCramerVonMisesTail(now, past)).toBeCloseTo(0.283289466, 9);
  });

  it('the limit distribution of Cramer-von Mises has its 95 % point at 0.46136 and its 99 % point at 0.74346', () => {
    // T = n m / (n + m) x H x (F - G)^2 in the first of two cells, with n = m and H = 1/2.
    const rows = 1e9;
    const exact = (statistic: number): number => {
      const apart = 2 * Math.sqrt(statistic / rows);
      const sides = [(rows * (1 + apart)) / 2, (rows * (1 - apart)) / 2];
      return cramerVonMises(sides, [...sides].reverse())!.tail;
    };
    expect(exact(0.46136)).toBeCloseTo(0.05, 5);
    expect(exact(0.74346)).toBeCloseTo(0.01, 5);
  });

  it('exact tails are those of all splits, ties included', () => {
    const sample = [2, 1, 0, 1];
    const other = [0, 1, 3, 1];
    const values = sample.flatMap((count, cell) => Array<number>(count + other[cell]!).fill(cell));
    const statistics = splitsOf(values, 4).map(([a, b]) => ({
      ks: kolmogorovSmirnov(a, b)!.value,
      cvm: cramerVonMises(a, b)!.value,
    }));
    const observed = { ks: kolmogorovSmirnov(sample, other)!.value, cvm: cramerVonMises(sample, other)!.value };
    const share = (of: 'ks' | 'cvm'): number =>
      statistics.filter((split) => split[of] >= observed[of] - 1e-12).length / statistics.length;
    expect(exactKolmogorovSmirnovTail(sample, other)).toBeCloseTo(share('ks'), 10);
    expect(exactCramerVonMisesTail(sample, other)).toBeCloseTo(share('cvm'), 10);
  });

  it('Anderson-Darling', () => {
    expect(andersonDarling(now, past)).toBeCloseTo(0.2511755, 7);
    expect(andersonDarling(reference, reference)).toBeLessThan(0);
    expect(andersonDarling([500, 300], [300, 500])).toBeGreaterThan(andersonDarling95);
  });

  it('Kuiper', () => {
    const test = kuiper(now, past)!;
    expect(test.value).toBeCloseTo(0.3166667, 7);
    expect(test.tail).toBeCloseTo(0.97035, 6);
  });

  it('energy and Wasserstein distance', () => {
    expect(energyDistance(pointBins(y), pointBins(x), 1)).toBeCloseTo(0.6332456, 6);
    expect(wassersteinNormalised(pointBins(y), pointBins(x), 1)).toBeCloseTo(0.96, 9);
  });

  it('Mann-Whitney: pairs that are the other way round', () => {
    // 39 of 120 pairs have the larger value in x.
    expect((1 - areaUnderCurve(now, past).value!) * 120).toBeCloseTo(39, 9);
  });
});

describe('pooling', () => {
  it('puts rare cells together until enough is expected', () => {
    expect(pooledCells([50, 1, 2], [500, 10, 20], 5)).toEqual({ current: [53], reference: [530] });
    expect(pooledCells([50, 4, 3], [500, 40, 30], 5)).toEqual({ current: [50, 7], reference: [500, 70] });
    expect(pooledCells([50, 40, 1], [500, 400, 1], 5)).toEqual({ current: [50, 41], reference: [500, 401] });
  });

  it('leaves one cell without a test rather than an invented one', () => {
    expect(chiSquareTwoSample([3, 1], [30, 10])).toEqual({ value: 0, degrees: 0, tail: 1 });
  });

  it('keeps the chance of a false signal near its level with many rare cells', () => {
    const random = seededRandom(21);
    const shares = [0.5, 0.4, ...Array<number>(50).fill(0.002)];
    const draw = (rows: number): number[] => {
      const counts = Array<number>(shares.length).fill(0);
      for (let row = 0; row < rows; row++) {
        let left = random();
        const cell = shares.findIndex((share) => {
          left -= share;
          return left < 0;
        });
        counts[cell < 0 ? 0 : cell] = counts[cell < 0 ? 0 : cell]! + 1;
      }
      return counts;
    };
    const rejected = Array.from({ length: 400 }, () => chiSquareTwoSample(draw(200), draw(2_000))!.tail < 0.05);
    const share = rejected.filter(Boolean).length / rejected.length;
    expect(share).toBeGreaterThan(0.015);
    expect(share).toBeLessThan(0.095);
  });
});

describe('unit normal distributions, m = 0.6 apart', () => {
  const m = 0.6;
  const edges = Array.from({ length: 8_001 }, (_, i) => -10 + i / 400);
  const cells = (mean: number, deviation = 1): Float64Array =>
    Float64Array.from({ length: edges.length + 1 }, (_, cell) => {
      // The ends hold what is beyond ten deviations: nothing.
      if (cell === 0 || cell === edges.length) return 0;
      const [low, high] = [edges[cell - 1]!, edges[cell]!].map((edge) => (edge - mean) / deviation) as [number, number];
      // In the upper half by the complement, whose digits do not cancel.
      return 1e9 * (low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low));
    });
  const binned = (counts: Float64Array): BinnedNumbers => ({ edges, counts, belowMean: null, aboveMean: null });
  const [here, there] = [cells(m), cells(0)];

  it('have the distances that follow from m alone', () => {
    expect(hellingerDistance(here, there)! ** 2).toBeCloseTo(1 - Math.exp((-m * m) / 8), 6);
    expect(kullbackLeibler(here, there, 0)).toBeCloseTo((m * m) / 2, 6);
    expect(populationStabilityIndex(here, there, 0)).toBeCloseTo(m * m, 6);
    const most = 2 * normalCdf(m / 2) - 1;
    expect(totalVariation(here, there)).toBeCloseTo(most, 6);
    expect(kolmogorovSmirnov(here, there)!.value).toBeCloseTo(most, 6);
    expect(wassersteinNormalised(binned(here), binned(there), 1)).toBeCloseTo(m, 6);
  });

  it('spread by s: Wasserstein (s - 1) sqrt(2 / pi)', () => {
    const wide = binned(cells(0, 1.5));
    expect(wassersteinNormalised(wide, binned(there), 1)).toBeCloseTo(0.5 * Math.sqrt(2 / Math.PI), 6);
  });

  it("energy distance: 2 E|X - Y| - E|X - X'| - E|Y - Y'| is its square", () => {
    // |X - Y| is a folded normal variable with mean m and variance 2.
    const folded = (mean: number): number =>
      (2 / Math.sqrt(Math.PI)) * Math.exp((-mean * mean) / 4) + mean * (1 - 2 * normalCdf(-mean / Math.SQRT2));
    expect(energyDistance(binned(here), binned(there), 1)! ** 2).toBeCloseTo(2 * folded(m) - 2 * folded(0), 6);
  });

  it('Jensen-Shannon is largest for distributions without anything in common: sqrt(ln 2) in nats', () => {
    expect(jensenShannonDistance([1, 0], [0, 1])! * Math.sqrt(Math.LN2)).toBeCloseTo(0.832555, 6);
  });
});

describe('without rows on a side', () => {
  it.each([
    [empty, reference],
    [current, empty],
  ])('nothing is said', (now, past) => {
    expect(chiSquareTwoSample(now, past)).toBeNull();
    expect(likelihoodRatioTest(now, past)).toBeNull();
    expect(cramersV(now, past)).toBeNull();
    expect(kullbackLeibler(now, past)).toBeNull();
    expect(largestShareChange(now, past)).toBeNull();
    expect(kuiper(now, past)).toBeNull();
    expect(cramerVonMises(now, past)).toBeNull();
    expect(andersonDarling(now, past)).toBeNull();
    expect(exactKolmogorovSmirnovTail(now, past)).toBeNull();
    // What rows with weights are worth need not be whole.
    expect(exactKolmogorovSmirnovTail([2, 0.5], [0, 2])).toBeNull();
    expect(exactCramerVonMisesTail(now, past)).toBeNull();
  });

  it('one row against one row has a defined answer', () => {
    expect(chiSquareTwoSample([1, 0], [0, 1])!.tail).toBe(1);
    expect(exactKolmogorovSmirnovTail([1, 0], [0, 1])).toBeCloseTo(1, 12);
    expect(cramerVonMises([1, 0], [0, 1])!.tail).toBeGreaterThanOrEqual(0);
    expect(andersonDarling([1, 0], [0, 1])).toBeNull();
    expect(kuiper([1, 0], [0, 1])!.tail).toBeGreaterThan(0.1);
  });
});

/** All ways to choose `size` of the values, as counts by cell of both sides. */
function splitsOf(values: readonly number[], size: number): [number[], number[]][] {
  const splits: [number[], number[]][] = [];
  for (let mask = 0; mask < 1 << values.length; mask++) {
    const sides: [number[], number[]] = [Array<number>(4).fill(0), Array<number>(4).fill(0)];
    let chosen = 0;
    values.forEach((cell, i) => {
      const isChosen = ((mask >> i) & 1) === 1;
      chosen += isChosen ? 1 : 0;
      const side = sides[isChosen ? 0 : 1];
      side[cell] = side[cell]! + 1;
    });
    if (chosen === size) splits.push(sides);
  }
  return splits;
}
