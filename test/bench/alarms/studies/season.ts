import {
  advance,
  type Detector,
  designEffect,
  evidenceOf,
  initialState,
  type ScoreMoments,
  scoreMoments,
} from '../../../../collector/src/statistics/evidence/index.ts';
import { multinomial, seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import type { Result } from '../result.ts';
import { alarmLog, detectorOf, noTolerance, scoresOf, shifted } from './deciles.ts';
import { median } from './means.ts';

/**
 * Means that follow the hour of the day: one null for all hours, with the season in its design effect, or a null an hour. No shift
 * is tolerated, as where it was published.
 */
export function season(runs: number, windows: number, seed: number): Result[] {
  const random = seededRandom(seed);
  const tally = rules.map(() => ({ alarms: 0, delays: [] as number[] }));
  for (let run = 0; run < runs; run++) {
    const windowAt = (hour: number, shift: number): Float64Array =>
      multinomial(random, rows, shifted(amplitude * Math.sin((2 * Math.PI * hour) / 24) + shift));
    const past = Array.from({ length: days * 24 }, (_, hour) => windowAt(hour, 0));
    const quiet = Array.from({ length: windows }, (_, hour) => windowAt(hour, 0));
    const moved = Array.from({ length: 96 }, (_, hour) => windowAt(hour, 0.5));
    rules.forEach(({ fit }, index) => {
      const detectorAt = fit(past);
      if (Number.isFinite(watchHours(detectorAt, quiet))) tally[index]!.alarms++;
      tally[index]!.delays.push(watchHours(detectorAt, moved));
    });
  }
  const scenario = `windows follow the hour of the day by .2 sd`;
  return rules.flatMap(({ rule }, index): Result[] => {
    const { alarms, delays } = tally[index]!;
    return [
      { scenario, rule, metric: `runs with any false alarm in ${windows} windows`, value: alarms / runs },
      { scenario, rule, metric: 'median windows to see .5 sd', value: median(delays) },
    ];
  });
}

const rows = 1_000;
const amplitude = 0.2;
const days = 14;

type DetectorAt = (hour: number) => Detector;

const rules: readonly { readonly rule: string; readonly fit: (past: readonly Float64Array[]) => DetectorAt }[] = [
  {
    rule: 'rows taken as independent',
    fit: (past) => {
      const detector = detectorOf(sumOf(past), noTolerance);
      return () => detector;
    },
  },
  {
    rule: 'one null for all hours',
    fit: (past) => {
      const detector = detectorOf(sumOf(past), noTolerance, effectsOf(past, [past]));
      return () => detector;
    },
  },
  {
    rule: 'a null for each hour of the day',
    fit: (past) => {
      const byHour = Array.from({ length: 24 }, (_, hour) => past.filter((__, at) => at % 24 === hour));
      const effects = effectsOf(past, byHour);
      const detectors = byHour.map((alike) => detectorOf(sumOf(alike), noTolerance, effects));
      return (hour) => detectors[hour % 24]!;
    },
  },
];

function watchHours(detectorAt: DetectorAt, windows: readonly Float64Array[]): number {
  let state = initialState(detectorAt(0));
  const at = windows.findIndex((counts, hour) => {
    state = advance(detectorAt(hour), state, counts, 1);
    return evidenceOf(detectorAt(hour), state).log >= alarmLog;
  });
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
}

/** By score: how much more windows vary than independent rows would, around the mean of the windows like them. */
function effectsOf(past: readonly Float64Array[], alike: readonly (readonly Float64Array[])[]): Record<string, number> {
  return Object.fromEntries(
    scoresOf(sumOf(past)).map((score) => {
      const centred = alike.flatMap((windows): ScoreMoments[] => {
        const { mean } = scoreMoments(score, sumOf(windows));
        return windows.map((counts) => {
          const moments = scoreMoments(score, counts);
          return { ...moments, mean: alike.length === 1 ? moments.mean : moments.mean - mean };
        });
      });
      return [score.name, designEffect(centred, past.length - alike.length) ?? 1];
    }),
  );
}

function sumOf(windows: readonly Float64Array[]): Float64Array {
  return windows.reduce((sum, counts) => sum.map((count, cell) => count + counts[cell]!));
}
