import { describe, expect, it } from 'vitest';
import { binomial, seededRandom } from '../simulate.ts';
import { conditionalDemographicDisparity, type DecisionStratum } from './conditionalDemographicDisparity.ts';

describe('conditionalDemographicDisparity', () => {
  it('gives the demographic disparity of COMPAS in one stratum', () => {
    const { value, n } = conditionalDemographicDisparity([
      { groupAccepted: 1_522, groupRejected: 2_174, othersAccepted: 2_375, othersRejected: 1_143 },
    ]);
    expect(value).toBeCloseTo(0.264855, 6);
    expect(n).toBe(7_214);
  });

  it('vanishes when the strata explain the disparity', () => {
    // Half of stratum 1 and a tenth of stratum 2 are rejected, whoever they are; the group is most of stratum 1.
    const strata = [
      { groupAccepted: 400, groupRejected: 400, othersAccepted: 100, othersRejected: 100 },
      { groupAccepted: 90, groupRejected: 10, othersAccepted: 810, othersRejected: 90 },
    ];
    const whole = conditionalDemographicDisparity([
      { groupAccepted: 490, groupRejected: 410, othersAccepted: 910, othersRejected: 190 },
    ]);
    expect(whole.low).toBeGreaterThan(0.25);
    expect(conditionalDemographicDisparity(strata).value).toBeCloseTo(0, 12);
  });

  it('has the interval of the stratified bootstrap', () => {
    const strata: DecisionStratum[] = [
      { groupAccepted: 60, groupRejected: 140, othersAccepted: 150, othersRejected: 150 },
      { groupAccepted: 200, groupRejected: 80, othersAccepted: 400, othersRejected: 90 },
    ];
    const { low, high } = conditionalDemographicDisparity(strata);
    const random = seededRandom(4);
    const drawn = Array.from({ length: 4_000 }, () => {
      const resampled = strata.map((stratum) => {
        const rejected = stratum.groupRejected + stratum.othersRejected;
        const accepted = stratum.groupAccepted + stratum.othersAccepted;
        const groupRejected = binomial(random, rejected, stratum.groupRejected / rejected);
        const groupAccepted = binomial(random, accepted, stratum.groupAccepted / accepted);
        return {
          groupRejected,
          groupAccepted,
          othersRejected: rejected - groupRejected,
          othersAccepted: accepted - groupAccepted,
        };
      });
      return conditionalDemographicDisparity(resampled).value ?? 0;
    }).sort((a, b) => a - b);
    expect(Math.abs((low ?? 0) - (drawn[100] ?? 0))).toBeLessThan(0.005);
    expect(Math.abs((high ?? 0) - (drawn[3_899] ?? 0))).toBeLessThan(0.005);
  });

  it('leaves out strata in which all were decided the same way', () => {
    const same = { groupAccepted: 5, groupRejected: 0, othersAccepted: 9, othersRejected: 0 };
    const mixed = { groupAccepted: 5, groupRejected: 5, othersAccepted: 5, othersRejected: 5 };
    expect(conditionalDemographicDisparity([same, mixed])).toMatchObject({ value: 0, n: 20 });
    expect(conditionalDemographicDisparity([same])).toEqual({ value: null, low: null, high: null, n: 0 });
  });
});
