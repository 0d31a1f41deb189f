import { describe, expect, it } from 'vitest';
import { areaUnderCurve } from '../areaUnderCurve.ts';
import { seededRandom } from '../simulate.ts';
import { expectedScorePairs, type ScorePairs, scorePairs } from './scorePairs.ts';

/** Every way to pair the smaller class with others, all alike, and how often each outcome comes of them. */
function enumerated(positives: readonly number[], negatives: readonly number[]): Map<string, number> {
  const rows = (counts: readonly number[]) => counts.flatMap((count, bin) => Array<number>(count).fill(bin));
  const [up, down] = [rows(positives), rows(negatives)];
  const isUpSmaller = up.length <= down.length;
  const [few, many] = isUpSmaller ? [up, down] : [down, up];
  const outcomes = new Map<string, number>();
  let all = 0;
  const pair = (index: number, left: readonly number[], pairs: ScorePairs): void => {
    if (index === few.length) {
      all++;
      outcomes.set(pairs.join(), (outcomes.get(pairs.join()) ?? 0) + 1);
      return;
    }
    left.forEach((other, at) => {
      const above = isUpSmaller ? few[index]! - other : other - few[index]!;
      const kind = above > 0 ? 0 : above === 0 ? 1 : 2;
      const more = pairs.map((count, cell) => count + (cell === kind ? 1 : 0)) as unknown as ScorePairs;
      pair(index + 1, left.toSpliced(at, 1), more);
    });
  };
  pair(0, many, [0, 0, 0]);
  return new Map([...outcomes].map(([outcome, count]) => [outcome, count / all]));
}

describe('scorePairs', () => {
  it.each([
    [
      [1, 0, 2],
      [2, 1, 0],
    ],
    [
      [1, 1, 1],
      [1, 1, 1],
    ],
    [
      [2, 1, 0],
      [1, 2, 3],
    ],
    [
      [0, 3, 1, 1],
      [1, 1, 0, 0],
    ],
    [
      [0, 2],
      [0, 4],
    ],
  ])('draws each outcome of %j against %j as often as all pairings give it, by enumeration', (positives, negatives) => {
    const exact = enumerated(positives, negatives);
    const random = seededRandom(1);
    const runs = 20_000;
    const seen = new Map<string, number>();
    for (let run = 0; run < runs; run++) {
      const outcome = scorePairs(positives, negatives, random).join();
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual([...exact.keys()].sort());
    // Five standard errors of the rarest and of the most frequent.
    for (const [outcome, share] of exact) {
      expect(Math.abs(seen.get(outcome)! / runs - share)).toBeLessThan(5 * Math.sqrt(share / runs));
    }
  });

  it('pairs everybody of the smaller class once, and is in order as often as the area under the curve says', () => {
    const random = seededRandom(2);
    const [positives, negatives] = [
      [3, 9, 0, 20, 31],
      [50, 40, 7, 30, 11],
    ];
    const { value } = areaUnderCurve(positives, negatives);
    let order = 0;
    const runs = 4_000;
    for (let run = 0; run < runs; run++) {
      const [ordered, tied, misordered] = scorePairs(positives, negatives, random);
      expect(ordered + tied + misordered).toBe(63);
      order += (ordered + tied / 2) / 63;
    }
    expect(order / runs).toBeCloseTo(value!, 2);
    const [ordered, tied, misordered] = expectedScorePairs(positives, negatives);
    expect(ordered + tied + misordered).toBeCloseTo(63, 9);
    expect((ordered + tied / 2) / 63).toBeCloseTo(value!, 12);
  });

  it('makes no pairs without one of the classes, and whole ones of rows with weights', () => {
    const random = seededRandom(3);
    expect(scorePairs([4, 1], [0, 0], random)).toEqual([0, 0, 0]);
    expect(expectedScorePairs([4, 1], [0, 0])).toEqual([0, 0, 0]);
    for (let run = 0; run < 100; run++) {
      const counts = () => Array.from({ length: 5 }, () => 6 * random());
      const pairs = scorePairs(counts(), counts(), random);
      expect(pairs.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    }
  });

  it('makes bets worth nothing on average when the area is what it may be: E[e] <= 1, enumerated', () => {
    // Two positives and three negatives, each in one of three bins: all windows with their probability.
    const shares = { up: [0.2, 0.3, 0.5], down: [0.4, 0.4, 0.2] };
    const { value: area } = areaUnderCurve(shares.up, shares.down);
    const payoff = (bet: number, worse: number): number => 1 + bet * (worse - (1 - area!));
    for (const bet of [0.1, 0.5, 1.2]) {
      let expectation = 0;
      for (let window = 0; window < 3 ** 5; window++) {
        const bins = Array.from({ length: 5 }, (_, row) => Math.floor(window / 3 ** row) % 3);
        const chance = bins.reduce((p, bin, row) => p * (row < 2 ? shares.up : shares.down)[bin]!, 1);
        const countsOf = (rows: readonly number[]) => [0, 1, 2].map((bin) => rows.filter((one) => one === bin).length);
        for (const [outcome, share] of enumerated(countsOf(bins.slice(0, 2)), countsOf(bins.slice(2)))) {
          const [ordered, tied, misordered] = outcome.split(',').map(Number) as unknown as ScorePairs;
          expectation +=
            chance * share * payoff(bet, 0) ** ordered * payoff(bet, 0.5) ** tied * payoff(bet, 1) ** misordered;
        }
      }
      expect(expectation).toBeCloseTo(1, 12);
    }
  });
});
