import { describe, expect, it } from 'vitest';
import { newcombeDifference } from '../newcombeDifference.ts';
import { confusionRates } from './confusionRates.ts';
import { africanAmerican, caucasian, fairlearnGroups } from './publishedCounts.ts';

describe('confusionRates', () => {
  it('gives the published error rates of COMPAS', () => {
    const share = ({ events, n }: { events: number; n: number }): number => events / n;
    const [first, second] = [confusionRates(africanAmerican), confusionRates(caucasian)];
    expect(share(first.falsePositiveRate)).toBeCloseTo(0.448468, 6);
    expect(share(first.falseNegativeRate)).toBeCloseTo(0.279853, 6);
    expect(share(first.positivePredictiveValue)).toBeCloseTo(0.629715, 6);
    expect(share(first.falseOmissionRate)).toBeCloseTo(0.34954, 6);
    expect(share(second.falsePositiveRate)).toBeCloseTo(0.234543, 6);
    expect(share(second.falseNegativeRate)).toBeCloseTo(0.477226, 6);
    expect(share(second.positivePredictiveValue)).toBeCloseTo(0.591335, 6);
    expect(share(second.falseOmissionRate)).toBeCloseTo(0.288125, 6);
  });

  it('gives the gaps between two groups, with mirrored ones for complements', () => {
    const [first, second] = [confusionRates(africanAmerican), confusionRates(caucasian)];
    const gap = (name: keyof typeof first) => newcombeDifference(first[name], second[name]);
    expect(gap('truePositiveRate').value).toBeCloseTo(0.197373, 6);
    expect(gap('falsePositiveRate').value).toBeCloseTo(0.213925, 6);
    expect(gap('positivePredictiveValue').value).toBeCloseTo(0.03838, 6);
    expect(gap('falseOmissionRate').value).toBeCloseTo(0.061415, 6);
    expect(gap('falseDiscoveryRate').value).toBeCloseTo(-0.03838, 6);
    expect(gap('falseNegativeRate').low).toBeCloseTo(-(gap('truePositiveRate').high ?? 0), 12);
  });

  it("gives fairlearn's rates of its example", () => {
    const rates = fairlearnGroups.map(confusionRates);
    expect(rates.map(({ truePositiveRate: { events, n } }) => events / n)).toEqual([0.5, 0.6, 0.4]);
    expect(rates.map(({ falsePositiveRate: { events, n } }) => events / n)).toEqual([1, 0, 2 / 3]);
  });
});
