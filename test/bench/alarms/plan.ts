import { delays, falseAlarms } from './measure.ts';
import { calendar, lifetime, uncured } from './ourRules.ts';
import { controlRules, peerRules } from './peerRules.ts';
import type { Result } from './result.ts';
import type { Rule } from './rule.ts';
import { bernoulliStudy } from './studies/bernoulli.ts';
import { dependence } from './studies/dependence.ts';
import { errorStreams } from './studies/errorStreams.ts';
import { fairnessGap } from './studies/fairnessGap.ts';
import { modes, shiryaevRoberts } from './studies/gaussian.ts';
import { errorChanges, matchedErrors } from './studies/matchedErrors.ts';
import { power } from './studies/power.ts';
import { promotion } from './studies/promotion.ts';
import { referenceUncertainty } from './studies/referenceUncertainty.ts';
import { season } from './studies/season.ts';
import { type Scenario, type Shift, scenarios } from './traffic.ts';

export const rules: readonly Rule[] = [calendar, lifetime, uncured, ...peerRules, ...controlRules];

/** One table of the bench. */
export interface Section {
  readonly title: string;
  readonly measure: () => Result[];
}

/** Everything the bench measures, in the order it is printed; `quick` says the same in fewer runs. */
export function sections(size: 'full' | 'quick', seed: number): Section[] {
  const of = (full: number, quick: number): number => (size === 'full' ? full : quick);
  return [
    ...scenarios.map((scenario) => ({
      title: `False alarms, ${scenario.name}: ${scenario.about}`,
      measure: () => {
        const windows = Math.min(scenario.windows, of(scenario.windows, 50));
        return falseAlarms({ ...scenario, windows }, rules, of(6, 1), seed);
      },
    })),
    ...shifts.map(([scenario, shift]) => ({
      title: `Delay, ${scenario.name}: ${shift.name}`,
      measure: () => delays(scenario, shift, rules, of(9, 1), of(60, 24), seed + 1_000),
    })),
    { title: 'A coin of unknown change', measure: () => bernoulliStudy(of(5_000, 400), seed) },
    { title: 'Waits known in theory', measure: () => shiryaevRoberts(of(2_000, 150), seed) },
    { title: 'The two guarantees', measure: () => modes(of(1_000, 120), seed) },
    {
      title: 'The reference is a sample',
      measure: () =>
        size === 'full'
          ? referenceUncertainty(referenceSizes, 200, 1_000, seed)
          : referenceUncertainty([[10_000, 1_000]], 30, 200, seed),
    },
    {
      title: 'Delay at one false alarm in 10 000 windows, 200 features',
      measure: () => power(of(101, 9), seed, of(400, 60)),
    },
    { title: 'Rows that depend on each other', measure: () => dependence(of(100, 8), of(1_000, 150), seed) },
    { title: 'Rows that follow the hour of the day', measure: () => season(of(100, 4), of(300, 100), seed) },
    { title: 'Fairness gap', measure: () => fairnessGap(of(100, 6), seed, of(400_000, 60_000)) },
    { title: 'Promotion and roll-back', measure: () => promotion(of(300, 40), seed) },
    {
      title: 'Detectors of the literature on errors',
      measure: () => errorStreams(of(60, 3), of(100_000, 10_000), seed),
    },
    {
      title: 'The same with false alarms made equal',
      measure: () =>
        size === 'full'
          ? matchedErrors(80, seed, 10_000, errorChanges)
          : matchedErrors(40, seed, 2_000, [errorChanges[0]!, errorChanges[4]!]),
    },
  ];
}

const named = (name: string): Scenario => scenarios.find((scenario) => scenario.name === name)!;

const shifts: readonly (readonly [Scenario, Shift])[] = [
  [named('independent rows'), { name: 'mean by .2 sd', mean: 0.2 }],
  [named('independent rows'), { name: 'mean by .5 sd', mean: 0.5 }],
  [named('independent rows'), { name: 'scale by 1.25', scale: 1.25 }],
  [named('daily season'), { name: 'mean by .5 sd', mean: 0.5 }],
];

const referenceSizes = [
  [10_000, 200],
  [10_000, 1_000],
  [10_000, 20_000],
  [100_000, 200],
  [100_000, 1_000],
  [100_000, 20_000],
] as const;
