import { describe, expect, it } from 'vitest';
import { buildReference, findSignal } from '../../profile/index.ts';
import { batchOf } from '../../profile/sampleBatch.ts';
import { profileOf } from '../../profile/sampleProfile.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import { sampleReference, sampleWindow, type Traffic } from '../sampleTraffic.ts';
import { compareMateriality, materiality } from './materiality.ts';
import { signalComparison } from './signalComparison.ts';
import { signalStatistics } from './signalStatistics.ts';

const clean: Traffic = { rows: 1_000, features: 2 };
const reference = sampleReference(clean, 10, 3);
const shape = (signal: string) => findSignal(reference.shape, signal)!;
const windowOf = (traffic: Traffic, seed: number) => sampleWindow(reference.shape, traffic, seed).profile;

describe('all statistics of one signal', () => {
  it('say how far a shifted feature moved', () => {
    const shifted = signalComparison(reference, shape('feature:x0'), windowOf({ ...clean, shift: 0.5 }, 41));
    expect(shifted.meanShift!.value).toBeCloseTo(0.5, 1);
    expect(shifted.meanShift!.low).toBeGreaterThan(0);
    // Half of a normal variable lies within 0.6745 deviations.
    expect(shifted.medianShift!.value).toBeCloseTo(0.5 / 0.6745, 0);
    expect(shifted.kolmogorovSmirnov!.value).toBeCloseTo(0.197, 1);
    for (const name of ['populationStabilityIndex', 'chiSquare', 'likelihoodRatio', 'cramersV', 'hellingerDistance']) {
      expect(shifted[name]!.value, name).toBeGreaterThan(shifted[name]!.high!);
    }
    for (const name of ['kolmogorovSmirnov', 'cramerVonMises', 'largestShareChange', 'kullbackLeibler']) {
      expect(shifted[name]!.value, name).toBeGreaterThan(shifted[name]!.high!);
    }
    expect(shifted.andersonDarling!.value).toBeGreaterThan(10);
    expect(shifted.energyDistance!.value).toBeGreaterThan(0.1);
    expect(shifted.kolmogorovSmirnovTail!.value).toBeLessThan(1e-6);
  });

  it('keep to their bands in about 95 % of clean windows', () => {
    const outside: Record<string, number> = {};
    const windows = 60;
    for (let seed = 0; seed < windows; seed++) {
      const statistics = signalComparison(reference, shape('feature:x1'), windowOf(clean, 500 + seed));
      for (const [name, { value, low, high }] of Object.entries(statistics)) {
        const isShift = name === 'meanShift' || name === 'medianShift';
        const isOut = isShift ? low! > 0 || high! < 0 : value !== null && high !== null && value > high;
        outside[name] = (outside[name] ?? 0) + (isOut ? 1 : 0);
      }
    }
    // 12 of 60 has probability below 1e-4 for a band that holds in 95 %.
    for (const name of [
      'chiSquare',
      'likelihoodRatio',
      'cramersV',
      'kolmogorovSmirnov',
      'cramerVonMises',
      'meanShift',
    ]) {
      expect(outside[name], name).toBeLessThan(12);
    }
    expect(outside.medianShift).toBeLessThan(12);
    expect(outside.largestShareChange).toBeLessThan(12);
  });

  it('are those of categories for categories', () => {
    const city = signalComparison(reference, shape('feature:city'), windowOf({ ...clean, graz: 0.8 }, 7));
    expect(city.largestShareChange!.value).toBeCloseTo(0.3, 1);
    expect(city.chiSquareTail!.value).toBeLessThan(1e-6);
    expect(city).not.toHaveProperty('kolmogorovSmirnov');
  });
});

describe('a category with new values all the time', () => {
  const features = [{ name: 'product', type: 'category' }] as const;
  const products = (seed: number, rows: number) => {
    const random = seededRandom(seed);
    return batchOf(
      Array.from({ length: rows }, (_, row) => {
        const product = random() < 0.4 ? `top ${Math.floor(4 * random())}` : `sku ${Math.floor(5_000 * random())}`;
        return { id: `${row}`, time: row * 10_000, features: { product } };
      }),
      features,
    );
  };

  it('has not moved because a reference knows all of its own values', () => {
    const known = buildReference([products(1, 4_000)], [], { task: 'binary_classification', windowMs: 3_600_000 });
    const window = profileOf(known.shape, products(2, 1_000));
    const { populationStabilityIndex, totalVariation, unseenRate } = signalStatistics(
      known,
      known.shape.signals[0]!,
      window,
    );
    // More than a third of the rows have a value that the reference never had.
    expect(unseenRate!.value).toBeGreaterThan(0.3);
    expect(populationStabilityIndex!.value).toBeLessThan(populationStabilityIndex!.high!);
    expect(totalVariation!.value).toBeLessThan(totalVariation!.high!);
    expect(materiality(known, known.shape.signals[0]!, window).movedShare.value).toBe(0);
  });
});

describe('materiality', () => {
  const of = (traffic: Traffic, seed: number) => materiality(reference, shape('feature:x0'), windowOf(traffic, seed));

  it('takes chance away: about nothing in a clean window, however few its rows', () => {
    for (const rows of [50, 200, 1_000]) {
      const { stabilityIndex, movedShare } = of({ ...clean, rows }, rows);
      expect(stabilityIndex.low).toBe(0);
      expect(movedShare.low).toBe(0);
    }
  });

  it('does not grow with the number of rows, only becomes surer', () => {
    const [few, many] = [200, 20_000].map((rows) => of({ ...clean, rows, shift: 0.5 }, 9));
    expect(few!.stabilityIndex.value).toBeGreaterThan(0.05);
    expect(few!.stabilityIndex.value).toBeLessThan(0.6);
    expect(many!.stabilityIndex.value).toBeCloseTo(0.25, 1);
    expect(many!.stabilityIndex.low).toBeGreaterThan(few!.stabilityIndex.low!);
  });

  it('ranks a large change seen in few rows before a small one seen in many', () => {
    const large = of({ ...clean, rows: 300, shift: 1 }, 11);
    const small = of({ ...clean, rows: 50_000, shift: 0.1 }, 12);
    expect(compareMateriality(large, small)).toBeLessThan(0);
    expect(compareMateriality(small, large)).toBeGreaterThan(0);
    expect(compareMateriality(null, small)).toBeGreaterThan(0);
    expect(compareMateriality(null, null)).toBe(0);
  });

  it('says nothing without rows', () => {
    const { stabilityIndex, movedShare } = materiality(
      reference,
      shape('feature:x0'),
      windowOf({ ...clean, rows: 0 }, 1),
    );
    expect(stabilityIndex.value).toBeNull();
    expect(movedShare.value).toBeNull();
  });
});
