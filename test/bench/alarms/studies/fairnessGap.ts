import {
  advance,
  createDetector,
  evidenceOf,
  initialState,
} from '../../../../collector/src/statistics/evidence/index.ts';
import { seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import type { Result } from '../result.ts';
import { median } from './means.ts';

/**
 * A gap between the selection rates of two groups, seen through disjoint pairs of one row each (Shekhar and Ramdas 2023), at
 * one false alarm in a million rows: the difference in a pair is -1, 0 or 1, and its mean is at most the tolerated gap.
 */
export function fairnessGap(runs: number, seed: number, rows = 400_000): Result[] {
  return cases.flatMap(({ scenario, gap, tolerance, minority }, index) => {
    const random = seededRandom(seed + index);
    const detector = createDetector(3, [
      {
        score: 'gap',
        direction: 'up',
        values: Float64Array.of(-1, 0, 1),
        considered: Uint8Array.of(1, 1, 1),
        nullMean: tolerance,
        low: -1,
        bets: [0.02, 0.05, 0.1, 0.2, 0.4, 0.8].map((bet) => Math.min(bet, 0.9 / (1 + tolerance))),
        designEffect: 1,
      },
    ]);
    const times = Array.from({ length: runs }, () => firstAlarm(detector, random, { gap, minority, rows }));
    const result = (metric: string, value: number | null): Result => ({ scenario, rule: 'pairing', metric, value });
    return gap > tolerance
      ? [result('median rows to the alarm', median(times))]
      : [result(`runs with an alarm in ${rows} rows`, times.filter(Number.isFinite).length / runs)];
  });
}

const rowsPerWindow = 200;
const alarmLog = Math.log(1e6);
const rate = 0.4;
const mostWaiting = 64;

function firstAlarm(
  detector: ReturnType<typeof createDetector>,
  random: () => number,
  { gap, minority, rows }: { readonly gap: number; readonly minority: number; readonly rows: number },
): number {
  let state = initialState(detector);
  const waiting: { small: number[]; large: number[] } = { small: [], large: [] };
  for (let seen = rowsPerWindow; seen <= rows; seen += rowsPerWindow) {
    const counts = [0, 0, 0];
    for (let row = 0; row < rowsPerWindow; row++) {
      const isSmall = random() < minority;
      const selected = random() < (isSmall ? rate - gap / 2 : rate + gap / 2) ? 1 : 0;
      const [own, other] = isSmall ? [waiting.small, waiting.large] : [waiting.large, waiting.small];
      const partner = other.shift();
      if (partner === undefined) {
        if (own.length < mostWaiting) own.push(selected);
      } else {
        const cell = 1 + (isSmall ? partner - selected : selected - partner);
        counts[cell] = counts[cell]! + 1;
      }
    }
    state = advance(detector, state, counts, rowsPerWindow);
    if (evidenceOf(detector, state).log >= alarmLog) return seen;
  }
  return Number.POSITIVE_INFINITY;
}

const cases = [
  { scenario: 'no gap, .05 tolerated, minority of 10 %', gap: 0, tolerance: 0.05, minority: 0.1 },
  { scenario: 'gap exactly as tolerated, .05, minority of 10 %', gap: 0.05, tolerance: 0.05, minority: 0.1 },
  { scenario: 'gap .1, .05 tolerated, minority of 10 %', gap: 0.1, tolerance: 0.05, minority: 0.1 },
  { scenario: 'gap .2, .05 tolerated, minority of 10 %', gap: 0.2, tolerance: 0.05, minority: 0.1 },
  { scenario: 'gap .1, .05 tolerated, even groups', gap: 0.1, tolerance: 0.05, minority: 0.5 },
  { scenario: 'gap .1, none tolerated, minority of 10 %', gap: 0.1, tolerance: 0, minority: 0.1 },
];
