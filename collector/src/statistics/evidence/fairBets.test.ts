import { describe, expect, it } from 'vitest';
import { orient } from './bets.ts';
import { bucketScores } from './bucketScores.ts';
import { categoryScores } from './categoryScores.ts';
import { advance, createDetector, initialState } from './detector.ts';
import { indicatorScore } from './indicatorScore.ts';
import { defaultTolerance, nullBounds } from './nullBounds.ts';
import { numericScores, rankScore } from './numericScores.ts';
import type { Score } from './score.ts';

/** Every family of scores that detectors bet on, over few enough cells to list all windows of three events. */
const families: Readonly<Record<string, { readonly scores: readonly Score[]; readonly counts: readonly number[] }>> = {
  numbers: numbers([7, 210, 190, 205, 195, 11, 30, 4]),
  'numbers that lie where they always lay': numbers([0, 400, 0, 350, 0, 0, 0, 0]),
  categories: {
    scores: categoryScores(['north', 'south', 'hamlet'], [500, 300, 9, 5, 0, 40], { events: 3, n: 400 }),
    counts: [500, 300, 9, 5, 0, 40],
  },
  'rare values in buckets': { scores: bucketScores(2, 4), counts: [600, 30, 20, 25, 10, 5] },
  'ranks of losses and ratings': { scores: [rankScore([90, 60, 30, 12, 3])], counts: [90, 60, 30, 12, 3] },
  'errors, failures, duplicates': { scores: [indicatorScore('wrong')], counts: [930, 70] },
  'pairs of a positive and a negative': {
    scores: [
      { name: 'order', kind: 'share', values: Float64Array.of(0, 0.5, 1), considered: new Uint8Array(3).fill(1) },
    ],
    counts: [700, 80, 220],
  },
  'labels less their scores': {
    scores: [
      {
        name: 'band',
        kind: 'mean',
        values: Float64Array.of(-0.2, 0.8, -0.7, 0.3),
        considered: Uint8Array.of(1, 1, 1, 1),
      },
    ],
    counts: [400, 110, 140, 350],
  },
  'gaps between paired people': {
    scores: [{ name: 'gap', kind: 'mean', values: Float64Array.of(-1, 0, 1), considered: new Uint8Array(3).fill(1) }],
    counts: [180, 590, 230],
  },
};

function numbers(counts: readonly number[]) {
  return { scores: numericScores(counts, [0, 0, 3, 5, 9, 9]), counts };
}

describe.each(Object.entries(families))('bets on %s', (_, { scores, counts }) => {
  const oriented = scores.flatMap((score) => {
    const bounds = nullBounds(score, counts, { tail: 0.001, designEffect: 2, tolerance: defaultTolerance });
    // Tenths that hold no cell can only lose.
    return orient(score, bounds, 1).filter(({ values, nullMean }) => Math.max(...values) > nullMean);
  });

  it('there are some', () => {
    expect(oriented.length).toBeGreaterThan(0);
  });

  it.each(oriented.map((score) => [score.score, score.direction, score] as const))(
    '%s %s: multiply wealth by 1 on average when the mean is at its bound, by exact enumeration',
    (__, ___, score) => {
      const shares = sharesAtBound(score);
      const detector = createDetector(counts.length, [score]);
      const means = score.bets.map(() => 0);
      for (const { window, probability } of windows(shares, 3)) {
        const { wealth } = advance(detector, initialState(detector), window, 1);
        for (let bet = 0; bet < means.length; bet++) means[bet] = means[bet]! + probability * wealth[bet]!;
      }
      for (const mean of means) expect(mean).toBeCloseTo(1, 12);
    },
  );
});

/**
 * Shares of cells with which the score's mean is exactly its null mean: even ones, and so much in the cell of the largest or
 * smallest value. A tenth of the events is in cells that the score is not about, where there are such.
 */
function sharesAtBound(score: ReturnType<typeof orient>[number]): number[] {
  const cells = [...score.values.keys()].filter((cell) => score.considered[cell] === 1);
  const others = score.values.length - cells.length;
  const values = cells.map((cell) => score.values[cell]!);
  const even = values.reduce((sum, value) => sum + value, 0) / values.length;
  const end = even < score.nullMean ? Math.max(...values) : Math.min(...values);
  const atEnd = (score.nullMean - even) / (end - even);
  const extreme = cells[values.indexOf(end)]!;
  return Array.from(score.values, (_, cell) => {
    if (!cells.includes(cell)) return 0.1 / others;
    const share = (1 - atEnd) / cells.length + (cell === extreme ? atEnd : 0);
    return others === 0 ? share : 0.9 * share;
  });
}

/** Every window of `events` events in order, with its probability. */
function windows(shares: readonly number[], events: number): { window: number[]; probability: number }[] {
  let made = [{ window: shares.map(() => 0), probability: 1 }];
  for (let event = 0; event < events; event++) {
    made = made.flatMap(({ window, probability }) =>
      shares.map((share, cell) => ({
        window: window.map((count, at) => (at === cell ? count + 1 : count)),
        probability: probability * share,
      })),
    );
  }
  return made;
}
