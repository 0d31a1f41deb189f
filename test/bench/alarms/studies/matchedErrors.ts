import { seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import { adwin } from '../../baselines/adwin.ts';
import { ddm } from '../../baselines/ddm.ts';
import { hddmA } from '../../baselines/hddmA.ts';
import { hddmW } from '../../baselines/hddmW.ts';
import { pageHinkley } from '../../baselines/pageHinkley.ts';
import type { StreamBaseline } from '../../baselines/streamBaseline.ts';
import type { Result } from '../result.ts';
import { eventDetector } from './eventDetector.ts';
import { median } from './means.ts';

/**
 * Detectors of the literature and ours, each with its knob turned until it gives one false alarm in `budget` events of the
 * stationary stream: only then do delays compare. What is left of the difference in false alarms is printed with them.
 */
export function matchedErrors(runs: number, seed: number, budget: number, changes: readonly Change[]): Result[] {
  return [...new Set(changes.map(([from]) => from))].flatMap((from) =>
    families.flatMap(({ rule, make, knob }) => {
      const waitAt = (setting: number): number => waitFor(() => make(from, setting), from, runs, budget, seed);
      const setting = tuned(waitAt, budget, knob);
      const result = (change: string, metric: string, value: number | null): Result => ({
        scenario: `errors ${change}, one false alarm in ${budget}`,
        rule,
        metric,
        value,
      });
      return [
        result(`at ${from}`, 'events to a false alarm', waitAt(setting)),
        ...changes
          .filter((change) => change[0] === from)
          .flatMap(([, to]) => {
            const random = seededRandom(seed + 1);
            const delays = Array.from({ length: runs }, () => delayOf(make(from, setting), random, from, to));
            const change = `${from} to ${to} after ${before}`;
            return [
              result(change, 'median events to the alarm', median(delays)),
              result(change, `runs that see it within ${after}`, delays.filter(Number.isFinite).length / runs),
            ];
          }),
      ];
    }),
  );
}

/** An alarm before the change starts a detector again, as it would for those who use it. */
function delayOf(detector: StreamBaseline, random: () => number, from: number, to: number): number {
  for (let event = 0; event < before; event++) signals(detector, random, from);
  for (let delay = 1; delay <= after; delay++) if (signals(detector, random, to)) return delay;
  return Number.POSITIVE_INFINITY;
}

const before = 2_000;
const after = 5_000;

type Change = readonly [from: number, to: number];
export const errorChanges: readonly Change[] = [
  [0.05, 0.1],
  [0.1, 0.15],
  [0.1, 0.2],
  [0.1, 0.4],
  [0.2, 0.25],
  [0.3, 0.4],
];

/** `knob`: range of the setting; the higher, the later its alarms. */
const families: readonly {
  readonly rule: string;
  readonly make: (rate: number, setting: number) => StreamBaseline;
  readonly knob: readonly [low: number, high: number];
}[] = [
  { rule: 'e-detector', make: (rate, setting) => eventDetector(rate, setting), knob: [0, 16] },
  { rule: 'DDM', make: (_, setting) => ddm({ drift: setting }), knob: [1, 8] },
  { rule: 'HDDM-A', make: (_, setting) => hddmA({ drift: Math.exp(-setting) }), knob: [0.01, 20] },
  { rule: 'HDDM-W', make: (_, setting) => hddmW({ drift: Math.exp(-setting) }), knob: [0.01, 20] },
  { rule: 'Page-Hinkley', make: (_, setting) => pageHinkley({ threshold: setting }), knob: [1, 200] },
  { rule: 'ADWIN', make: (_, setting) => adwin({ delta: Math.exp(-setting) }), knob: [-3, 20] },
];

/** The lowest setting, to a hundredth of its range, with which false alarms are as rare as they may be. */
function tuned(waitAt: (setting: number) => number, budget: number, [low, high]: readonly [number, number]): number {
  let [rare, often] = [high, low];
  for (let step = 0; step < 8; step++) {
    const middle = (rare + often) / 2;
    if (waitAt(middle) >= budget) rare = middle;
    else often = middle;
  }
  return rare;
}

/** Events watched over alarms given, each run ended by its first alarm or cut at three budgets; the same streams each time. */
function waitFor(make: () => StreamBaseline, rate: number, runs: number, budget: number, seed: number): number {
  let watched = 0;
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(seed + 7_919 * run);
    const detector = make();
    let event = 1;
    while (event < 3 * budget && !signals(detector, random, rate)) event++;
    watched += event;
    if (event < 3 * budget) alarms++;
  }
  return watched / Math.max(alarms, 0.5);
}

function signals(detector: StreamBaseline, random: () => number, rate: number): boolean {
  return detector.update(random() < rate ? 1 : 0) === 'drift';
}
