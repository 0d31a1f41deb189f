import { seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import type { Result } from '../result.ts';
import { mean } from './means.ts';

/**
 * A coin that changes from .5 to .6 after `change` throws; detectors tuned to wait 500 throws for a false alarm, runs cut at
 * 1000. The study of Shin, Ramdas and Rinaldo 2022 (section 5), where only CUSUM knows the new rate.
 */
export function bernoulliStudy(runs: number, seed: number): Result[] {
  const changes = [0, 100, 200, 300, 400, 500];
  return detectors.flatMap(({ rule, make }, index) => {
    const random = seededRandom(seed + index);
    const time = (change: number): number => {
      const update = make();
      for (let t = 1; t <= cut; t++) if (update(random() < (t > change ? 0.6 : 0.5))) return t;
      return cut;
    };
    const waits = Array.from({ length: runs }, () => time(cut));
    return [
      { scenario: 'coin .5 to .6', rule, metric: 'throws to a false alarm, cut at 1000', value: mean(waits) },
      ...changes.map((change) => {
        const late = Array.from({ length: runs }, () => time(change)).filter((t) => t > change);
        return {
          scenario: 'coin .5 to .6',
          rule,
          metric: `delay after ${change}`,
          value: mean(late.map((t) => t - change)),
        };
      }),
    ];
  });
}

const cut = 1_000;
const p0 = 0.5;

/** Twelve rates above p0, geometric in their distance. */
const rates = Array.from({ length: 12 }, (_, i) => p0 + 0.01 * 45 ** (i / 11));

type Update = (happened: boolean) => boolean;

const detectors: readonly { readonly rule: string; readonly make: () => Update }[] = [
  { rule: 'CUSUM that knows the rate', make: () => cumulativeSum(0.6, 2.572) },
  { rule: 'e-SR mixture', make: () => mixture(Math.log(500), (wealth) => wealth + 1) },
  { rule: 'e-CUSUM mixture', make: () => mixture(3.477, (wealth) => Math.max(wealth, 1)) },
];

function cumulativeSum(p1: number, level: number): Update {
  let sum = 0;
  return (happened) => {
    sum = Math.max(0, sum) + (happened ? Math.log(p1 / p0) : Math.log((1 - p1) / (1 - p0)));
    return sum >= level;
  };
}

function mixture(levelLog: number, renew: (wealth: number) => number): Update {
  const wealth = new Float64Array(rates.length);
  const level = Math.exp(levelLog);
  return (happened) => {
    let sum = 0;
    for (let i = 0; i < rates.length; i++) {
      const p1 = rates[i]!;
      wealth[i] = renew(wealth[i]!) * (happened ? p1 / p0 : (1 - p1) / (1 - p0));
      sum += wealth[i]!;
    }
    return sum / rates.length >= level;
  };
}
