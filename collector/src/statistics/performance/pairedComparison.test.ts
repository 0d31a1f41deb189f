import { describe, expect, it } from 'vitest';
import { areaUnderCurve } from '../areaUnderCurve.ts';
import { seededRandom } from '../simulate.ts';
import { normalCdf } from '../special/normalCdf.ts';
import { mcNemarTest } from './mcNemarTest.ts';
import { pairedAreaDifference } from './pairedAreaDifference.ts';

describe('mcNemarTest', () => {
  it('of COMPAS, score above Low against three priors and more', () => {
    // 1,202 rows only the first is wrong about, 1,124 only the second; exact tail by the binomial distribution (scipy).
    const { statistic, corrected, tail, exactTail } = mcNemarTest(1_202, 1_124);
    expect(statistic).toBeCloseTo(78 ** 2 / 2_326, 12);
    expect(statistic).toBeCloseTo(2.6156, 4);
    expect(corrected).toBeCloseTo(77 ** 2 / 2_326, 12);
    expect(corrected).toBeCloseTo(2.549, 4);
    expect(exactTail).toBeCloseTo(0.110344, 6);
    expect(tail).toBeCloseTo(2 * normalCdf(-78 / Math.sqrt(2_326)), 12);
  });

  it('is exact where few disagree', () => {
    // Of 10 throws of a fair coin 2 heads or fewer, 8 or more: 2 (1 + 10 + 45) / 1024.
    expect(mcNemarTest(2, 8).tail).toBeCloseTo(112 / 1_024, 12);
    expect(mcNemarTest(8, 2)).toEqual(mcNemarTest(2, 8));
    expect(mcNemarTest(0, 5).tail).toBeCloseTo(2 / 32, 12);
  });

  it('says nothing where none disagree, or as many both ways', () => {
    expect(mcNemarTest(0, 0)).toEqual({ statistic: null, corrected: null, tail: 1, exactTail: 1 });
    expect(mcNemarTest(7, 7).tail).toBe(1);
    expect(mcNemarTest(40, 40)).toEqual({ statistic: 0, corrected: 0, tail: 1, exactTail: 1 });
  });
});

describe('pairedAreaDifference', () => {
  it('is the difference of the two areas, ties counted half', () => {
    const random = seededRandom(3);
    const draw = (): number => Math.floor(random() * 8);
    const rows = Array.from({ length: 200 }, () => ({
      first: draw(),
      second: draw(),
      positive: random() < 0.3 ? 1 : 0,
    }));
    const areaOf = (score: 'first' | 'second'): number => {
      const [positives, negatives] = [1, 0].map((label) =>
        Array.from(
          { length: 8 },
          (_, bin) => rows.filter((row) => row.positive === label && row[score] === bin).length,
        ),
      );
      return areaUnderCurve(positives!, negatives!).value!;
    };
    const { value } = pairedAreaDifference(
      rows.map(({ first }) => first),
      rows.map(({ second }) => second),
      rows.map(({ positive }) => positive),
    );
    expect(value).toBeCloseTo(areaOf('first') - areaOf('second'), 12);
  });

  it('is certain that a score is as good as itself', () => {
    expect(pairedAreaDifference([1, 2, 3, 4], [1, 2, 3, 4], [0, 1, 0, 1])).toMatchObject({ value: 0, low: 0, high: 0 });
  });

  it('has no value without both classes, and no interval with one of each', () => {
    expect(pairedAreaDifference([1, 2], [2, 1], [1, 1])).toEqual({
      value: null,
      low: null,
      high: null,
      n: 0,
      standardError: null,
    });
    expect(pairedAreaDifference([], [], []).value).toBeNull();
    expect(pairedAreaDifference([1, 2], [2, 1], [0, 1])).toMatchObject({ value: 1, low: null, standardError: null });
  });
});
