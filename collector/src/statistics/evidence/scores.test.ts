import { describe, expect, it } from 'vitest';
import { buildDetector } from './buildDetector.ts';
import { categoryScores } from './categoryScores.ts';
import { advance, evidenceOf, initialState } from './detector.ts';
import { indicatorScore } from './indicatorScore.ts';
import { defaultTolerance } from './nullBounds.ts';
import { numericScores } from './numericScores.ts';
import { type Score, scoreMoments } from './score.ts';

const deciles = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9];
const numbers = [0, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 0, 100, 0];

describe('numericScores', () => {
  it('have a location whose reference mean is exactly 0, whatever the bins', () => {
    const location = numericScores([3, 17, 0, 5, 1_000, 2, 9, 1], [0, 0, 1, 5, 9, 9])[0]!;
    expect(scoreMoments(location, [3, 17, 0, 5, 1_000, 2, 9, 1]).mean).toBeCloseTo(0, 15);
    expect(location.values[0]).toBeGreaterThan(-1);
    expect(location.values[5]).toBeLessThan(1);
  });

  it('have a spread whose reference mean is 0 for even bins', () => {
    expect(scoreMoments(numericScores(numbers, deciles)[1]!, numbers).mean).toBeCloseTo(0, 12);
  });

  it('look at missing and invalid values only where they are asked about', () => {
    for (const score of numericScores(numbers, deciles)) {
      const looks = score.name === 'missing' || score.name === 'invalid';
      expect([...score.considered.slice(-2)]).toEqual(looks ? [1, 1] : [0, 0]);
    }
  });

  it('do without a reference that has no numbers', () => {
    const scores = numericScores([0, 0, 50, 0], []);
    expect(scores.flatMap((score) => [...score.values]).every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['location', 'up', (i: number) => 60 + 9 * i],
    ['location', 'down', (i: number) => 141 - 9 * i],
    ['spread', 'up', (i: number) => 60 + 9 * Math.abs(2 * i - 9)],
    ['spread', 'down', (i: number) => 141 - 9 * Math.abs(2 * i - 9)],
    ['decile 4', 'up', (i: number) => (i === 3 ? 170 : 92)],
    ['decile 4', 'down', (i: number) => (i === 3 ? 30 : 108)],
  ])('name what moved: %s %s', (score, direction, bin) => {
    expect(leadingAfter([0, ...Array.from({ length: 10 }, (_, i) => bin(i)), 0, 20, 0])).toEqual({ score, direction });
  });

  it.each([
    ['missing', 'up', [0, ...Array<number>(10).fill(80), 0, 200, 0]],
    ['missing', 'down', [0, ...Array<number>(10).fill(100), 0, 0, 0]],
    ['invalid', 'up', [0, ...Array<number>(10).fill(98), 0, 20, 30]],
    ['above', 'up', [0, ...Array<number>(10).fill(95), 40, 20, 0]],
    ['below', 'up', [40, ...Array<number>(10).fill(95), 0, 20, 0]],
  ])('name what moved: %s %s', (score, direction, counts) => {
    expect(leadingAfter(counts)).toEqual({ score, direction });
  });

  function leadingAfter(counts: readonly number[]) {
    return leading(numericScores(numbers, deciles), numbers, counts);
  }
});

describe('categoryScores', () => {
  const categories = ['north', 'south', 'east', 'hamlet'];
  const newValues = { events: 2, n: 2_400 };
  const reference = [2_500, 1_500, 940, 10, 50, 0, 200];

  it('watch each frequent category, and the rare ones together', () => {
    expect(categoryScores(categories, reference, newValues).map((score) => score.name)).toEqual([
      'category:north',
      'category:south',
      'category:east',
      'other',
      'unseen',
      'missing',
    ]);
  });

  it('watch at most 24 categories one by one', () => {
    const many = Array.from({ length: 30 }, (_, i) => `c${i}`);
    expect(categoryScores(many, [...Array<number>(30).fill(100), 0, 0, 0], newValues)).toHaveLength(24 + 3);
  });

  it.each([
    ['category:south', 'up', [380, 420, 180, 2, 10, 0, 40]],
    ['category:north', 'down', [250, 350, 240, 2, 10, 0, 40]],
    ['other', 'up', [480, 280, 180, 30, 20, 0, 40]],
    ['unseen', 'up', [480, 280, 180, 2, 10, 40, 40]],
    ['missing', 'up', [440, 260, 165, 2, 9, 0, 140]],
  ])('name what moved: %s %s', (score, direction, counts) => {
    expect(leading(categoryScores(categories, reference, newValues), reference, counts)).toEqual({ score, direction });
  });
});

describe('unseen values', () => {
  it('are no news where new values came all the time', () => {
    const counts = [800, 50, 150, 0, 0];
    const window = [80, 5, 15, 10, 0];
    const after = (events: number) => leading(categoryScores(['a', 'b'], counts, { events, n: 500 }), counts, window);
    expect(after(1)).toEqual({ score: 'unseen', direction: 'up' });
    expect(after(60)).not.toEqual({ score: 'unseen', direction: 'up' });
  });

  it('are among the rare ones: where new values come all the time, the known ones are no fewer', () => {
    const scores = categoryScores(['a'], [600, 400, 0, 0], { events: 100, n: 500 });
    expect(evidence(scores, [600, 400, 0, 0], [600, 200, 200, 0]).log).toBeLessThan(noEvidence);
  });

  it('are as many as before when the reference had too many to remember', () => {
    const counts = [600, 300, 100, 0];
    const scores = categoryScores(['a'], counts, { events: 10, n: 500 });
    expect(evidence(scores, counts, [600, 300, 120, 0]).log).toBeLessThan(noEvidence);
    expect(leading(scores, counts, [600, 50, 350, 0])).toEqual({ score: 'unseen', direction: 'up' });
  });

  it('are nothing to worry about when they stop coming', () => {
    const scores = categoryScores(['a'], [600, 400, 0, 0], { events: 100, n: 500 });
    expect(evidence(scores, [600, 400, 0, 0], [600, 400, 0, 0]).log).toBeLessThan(noEvidence);
  });
});

describe('indicatorScore', () => {
  it('sees an error rate rise and fall', () => {
    const scores = [indicatorScore('wrong')];
    expect(leading(scores, [4_500, 500], [800, 200])).toEqual({ score: 'wrong', direction: 'up' });
    expect(leading(scores, [4_500, 500], [1_000, 20])).toEqual({ score: 'wrong', direction: 'down' });
  });
});

/** Three windows of weight 1 that win nothing. */
const noEvidence = Math.log(3);

/** What leads after three windows of `counts`. */
function leading(...of: Parameters<typeof evidence>) {
  return evidence(...of).leading;
}

function evidence(scores: readonly Score[], referenceCounts: readonly number[], counts: readonly number[]) {
  const detector = buildDetector({
    scores,
    referenceCounts,
    designEffects: {},
    tolerance: defaultTolerance,
    streams: 10,
  });
  let state = initialState(detector);
  for (let window = 0; window < 3; window++) state = advance(detector, state, counts, 1);
  return evidenceOf(detector, state);
}
