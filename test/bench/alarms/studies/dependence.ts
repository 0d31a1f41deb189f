import {
  designEffect,
  type Score,
  type ScoreMoments,
  scoreMoments,
} from '../../../../collector/src/statistics/evidence/index.ts';
import { multinomial, normal, seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import type { Result } from '../result.ts';
import { detectorOf, scoresOf, shifted, smallTolerance } from './deciles.ts';
import { median } from './means.ts';
import { watch } from './watch.ts';

/** Rows that depend on each other: false alarms with measured design effects and without, and what they cost in delay. */
export function dependence(
  runs: number,
  windows: number,
  seed: number,
  rules: readonly DependenceRule[] = dependenceRules,
  isAsked: (scenario: string) => boolean = () => true,
): Result[] {
  return kinds.flatMap(({ scenario, copies = 1, deviation = 0, correlation = 0 }, index) => {
    if (!isAsked(scenario)) return [];
    const random = seededRandom(seed + index);
    const tally = Object.fromEntries(rules.map((rule) => [rule, 0])) as Record<DependenceRule, number>;
    const delays: number[] = [];
    for (let run = 0; run < runs; run++) {
      let level = deviation * normal(random);
      const window = (shift: number): Float64Array => {
        level = correlation * level + deviation * Math.sqrt(1 - correlation ** 2) * normal(random);
        return multinomial(random, rows / copies, shifted(level + shift)).map((count) => count * copies);
      };
      const past = Array.from({ length: referenceWindows }, () => window(0));
      const reference = past.reduce((sum, counts) => sum.map((count, cell) => count + counts[cell]!));
      const effects = effectsOf(reference, past);
      const quiet = Array.from({ length: windows }, () => window(0));
      for (const rule of rules) {
        const detector = detectorOf(reference, smallTolerance, effects[rule]);
        if (Number.isFinite(watch(detector, (at) => quiet[at]!, windows))) tally[rule]++;
      }
      const detector = detectorOf(reference, smallTolerance, effects['measured design effects']);
      delays.push(watch(detector, () => window(0.5), 200));
    }
    const result = (rule: string, metric: string, value: number | null): Result => ({ scenario, rule, metric, value });
    return [
      ...rules.map((rule) => result(rule, `runs with any false alarm in ${windows} windows`, tally[rule] / runs)),
      result('measured design effects', 'median windows to see .5 sd', median(delays)),
    ];
  });
}

/** The cure, and what it would be without each of its parts. */
export const dependenceRules = [
  'rows taken as independent',
  'one design effect for all scores',
  'without the long-run factor',
  'measured design effects',
] as const;
export type DependenceRule = (typeof dependenceRules)[number];

function effectsOf(
  reference: Float64Array,
  past: readonly Float64Array[],
): Record<DependenceRule, Record<string, number>> {
  const scores = scoresOf(reference);
  const windows = (score: Score): ScoreMoments[] => past.map((counts) => scoreMoments(score, counts));
  const byScore = (effectOf: (score: Score) => number): Record<string, number> =>
    Object.fromEntries(scores.map((score) => [score.name, effectOf(score)]));
  // In an order that has no memory, neighbouring windows tell nothing of each other.
  const short = byScore((score) => designEffect(alternating(windows(score))) ?? 1);
  const pooled = Object.values(short).reduce((sum, effect) => sum + effect, 0) / scores.length;
  return {
    'rows taken as independent': {},
    'one design effect for all scores': byScore(() => pooled),
    'without the long-run factor': short,
    'measured design effects': byScore((score) => designEffect(windows(score)) ?? 1),
  };
}

/** Lowest, highest, second lowest, ...: neighbours cancel. */
function alternating(windows: readonly ScoreMoments[]): ScoreMoments[] {
  const sorted = windows.toSorted((a, b) => a.mean - b.mean);
  return sorted.map((_, i) => (i % 2 === 0 ? sorted[i / 2]! : sorted[sorted.length - 1 - (i - 1) / 2]!));
}

const rows = 1_000;
const referenceWindows = 100;

const kinds: readonly {
  readonly scenario: string;
  readonly copies?: number;
  readonly deviation?: number;
  readonly correlation?: number;
}[] = [
  { scenario: 'clusters of 5 equal rows', copies: 5 },
  { scenario: 'clusters of 20 equal rows', copies: 20 },
  { scenario: 'windows differ by .1 sd', deviation: 0.1 },
  { scenario: 'windows differ by .2 sd', deviation: 0.2 },
  { scenario: 'windows wander, AR(.9) of .1 sd', deviation: 0.1, correlation: 0.9 },
];
