import { seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import { adwin } from '../../baselines/adwin.ts';
import { ddm } from '../../baselines/ddm.ts';
import { ecdd } from '../../baselines/ecdd.ts';
import { eddm } from '../../baselines/eddm.ts';
import { hddmA } from '../../baselines/hddmA.ts';
import { hddmW } from '../../baselines/hddmW.ts';
import { pageHinkley } from '../../baselines/pageHinkley.ts';
import type { StreamBaseline } from '../../baselines/streamBaseline.ts';
import type { Result } from '../result.ts';
import { eventDetector } from './eventDetector.ts';
import { median } from './means.ts';

/** Errors one by one, as detectors of the literature take them: false alarms on a stationary stream, and delay of a change. */
export function errorStreams(runs: number, events: number, seed: number): Result[] {
  return baselines.flatMap(({ rule, make }) => {
    const random = seededRandom(seed);
    const stationary = [0.1, 0.3].map((rate): Result => {
      let alarms = 0;
      for (let run = 0; run < runs; run++) {
        const baseline = make(rate);
        for (let event = 0; event < events; event++) if (signals(baseline, random, rate)) alarms++;
      }
      const scenario = `errors at ${rate}`;
      return { scenario, rule, metric: 'false alarms in 100 000 events', value: (alarms * 1e5) / (runs * events) };
    });
    const changes = changesOf.flatMap(([from, to]): Result[] => {
      let early = 0;
      const delays: number[] = [];
      for (let run = 0; run < runs; run++) {
        const baseline = make(from);
        let isEarly = false;
        for (let event = 0; event < change; event++) isEarly = signals(baseline, random, from) || isEarly;
        if (isEarly) early++;
        let delay = Number.POSITIVE_INFINITY;
        for (let event = 1; event <= change && delay > change; event++)
          if (signals(baseline, random, to)) delay = event;
        delays.push(delay);
      }
      const scenario = `errors ${from} to ${to} after ${change}`;
      return [
        { scenario, rule, metric: 'runs with an alarm before', value: early / runs },
        { scenario, rule, metric: 'median events to the alarm', value: median(delays.filter(Number.isFinite)) },
        {
          scenario,
          rule,
          metric: `runs that see it within ${change}`,
          value: delays.filter(Number.isFinite).length / runs,
        },
      ];
    });
    return [...stationary, ...changes];
  });
}

const change = 5_000;
const changesOf = [
  [0.1, 0.15],
  [0.1, 0.2],
  [0.1, 0.4],
  [0.3, 0.4],
] as const;

function signals(baseline: StreamBaseline, random: () => number, rate: number): boolean {
  return baseline.update(random() < rate ? 1 : 0) === 'drift';
}

const baselines: readonly { readonly rule: string; readonly make: (rate: number) => StreamBaseline }[] = [
  { rule: 'DDM', make: () => ddm() },
  { rule: 'EDDM', make: () => eddm() },
  { rule: 'HDDM-A', make: () => hddmA() },
  { rule: 'HDDM-W', make: () => hddmW() },
  { rule: 'Page-Hinkley', make: () => pageHinkley() },
  { rule: 'ADWIN', make: () => adwin() },
  { rule: 'ADWIN, skipping cuts', make: () => adwin({ cuts: 'skip newest of each row', afterDrift: 'forget' }) },
  { rule: 'ECDD 400', make: () => ecdd() },
  { rule: 'e-detector, one false alarm in 100 000 events', make: (rate) => eventDetector(rate) },
  { rule: 'e-detector, a fifth more tolerated', make: (rate) => eventDetector(1.2 * rate) },
];
