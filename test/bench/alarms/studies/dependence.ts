import { designEffect, scoreMoments } from '../../../../collector/src/statistics/evidence/index.ts';
import { multinomial, normal, seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import type { Result } from '../result.ts';
import { detectorOf, scoresOf, shifted, smallTolerance } from './deciles.ts';
import { median } from './means.ts';
import { watch } from './watch.ts';

/** Rows that depend on each other: false alarms with measured design effects and without, and what they cost in delay. */
export function dependence(runs: number, windows: number, seed: number): Result[] {
  return kinds.flatMap(({ scenario, copies = 1, deviation = 0, correlation = 0 }, index) => {
    const random = seededRandom(seed + index);
    const tally = { blind: 0, known: 0 };
    const delays: number[] = [];
    for (let run = 0; run < runs; run++) {
      let level = deviation * normal(random);
      const window = (shift: number): Float64Array => {
        level = correlation * level + deviation * Math.sqrt(1 - correlation ** 2) * normal(random);
        return multinomial(random, rows / copies, shifted(level + shift)).map((count) => count * copies);
      };
      const past = Array.from({ length: referenceWindows }, () => window(0));
      const reference = past.reduce((sum, counts) => sum.map((count, cell) => count + counts[cell]!));
      const effects = Object.fromEntries(
        scoresOf(reference).map((score) => [
          score.name,
          designEffect(past.map((counts) => scoreMoments(score, counts))) ?? 1,
        ]),
      );
      const quiet = Array.from({ length: windows }, () => window(0));
      const clean = (at: number): Float64Array => quiet[at]!;
      if (Number.isFinite(watch(detectorOf(reference, smallTolerance), clean, windows))) tally.blind++;
      const detector = detectorOf(reference, smallTolerance, effects);
      if (Number.isFinite(watch(detector, clean, windows))) tally.known++;
      delays.push(watch(detector, () => window(0.5), 200));
    }
    const result = (rule: string, metric: string, value: number | null): Result => ({ scenario, rule, metric, value });
    const metric = `runs with any false alarm in ${windows} windows`;
    return [
      result('rows taken as independent', metric, tally.blind / runs),
      result('measured design effects', metric, tally.known / runs),
      result('measured design effects', 'median windows to see .5 sd', median(delays)),
    ];
  });
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
