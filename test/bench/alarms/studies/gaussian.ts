import { lifetimeWeight } from '../../../../collector/src/statistics/evidence/index.ts';
import { normal, seededRandom } from '../../../../collector/src/statistics/simulate.ts';
import type { Result } from '../result.ts';
import { mean, median } from './means.ts';

/** Shiryaev-Roberts on N(0, 1) that becomes N(theta, 1), theta known, alarm at 1000: waits are known in theory. */
export function shiryaevRoberts(runs: number, seed: number): Result[] {
  const random = seededRandom(seed);
  const level = 1_000;
  const wait = (theta: number, shift: number): number => {
    let wealth = 0;
    for (let t = 1; ; t++) {
      wealth = (wealth + 1) * Math.exp(theta * (normal(random) + shift) - theta ** 2 / 2);
      if (wealth >= level) return t;
    }
  };
  const times = (theta: number, shift: number): number[] => Array.from({ length: runs }, () => wait(theta, shift));
  return [0.25, 0.5, 1].flatMap((theta) => {
    const result = (metric: string, value: number): Result => ({
      scenario: `N(0, 1) to N(${theta}, 1)`,
      rule: 'Shiryaev-Roberts at 1000',
      metric,
      value,
    });
    return [
      result('wait for a false alarm / 1000', mean(times(theta, 0)) / level),
      result('delay from the start', mean(times(theta, theta))),
    ];
  });
}

/** The two guarantees on N(0, 1) windows: how often each alarms without a change, and how late after one. */
export function modes(runs: number, seed: number): Result[] {
  const random = seededRandom(seed);
  const horizon = 5_000;
  const detect = (weight: (t: number) => number, level: number, shift: number, change: number): number => {
    const wealth = new Float64Array(thetas.length);
    for (let t = 1; t <= horizon; t++) {
      const z = normal(random) + (t > change ? shift : 0);
      const added = weight(t);
      let sum = 0;
      for (let i = 0; i < thetas.length; i++) {
        wealth[i] = Math.min(1e250, (wealth[i]! + added) * Math.exp(thetas[i]! * z - thetas[i]! ** 2 / 2));
        sum += wealth[i]!;
      }
      if (sum / thetas.length >= level) return t;
    }
    return Number.POSITIVE_INFINITY;
  };
  return guarantees.flatMap(({ rule, weight, level }) => {
    const result = (metric: string, value: number | null): Result => ({ scenario: 'N(0, 1)', rule, metric, value });
    const quiet = Array.from({ length: runs }, () => detect(weight, level, 0, horizon));
    const delay = (shift: number, change: number): number | null =>
      median(
        Array.from({ length: Math.ceil(runs / 4) }, () => detect(weight, level, shift, change) - change).filter(
          (wait) => wait > 0,
        ),
      );
    return [
      result('false alarm within 1000 windows', quiet.filter((t) => t <= 1_000).length / runs),
      result('false alarm within 5000 windows', quiet.filter((t) => t <= 5_000).length / runs),
      ...[100, 1_000].flatMap((change) =>
        [0.5, 1, 2].map((shift) => result(`delay of ${shift} sd after ${change}`, delay(shift, change))),
      ),
    ];
  });
}

const thetas = [0.25, 0.5, 1, 2];

const guarantees: readonly {
  readonly rule: string;
  readonly weight: (t: number) => number;
  readonly level: number;
}[] = [
  { rule: 'one false alarm in 10 000 windows', weight: () => 1, level: 10_000 },
  { rule: 'any false alarm at most 5 %', weight: lifetimeWeight, level: 20 },
  { rule: 'any false alarm at most 1 %', weight: lifetimeWeight, level: 100 },
];
