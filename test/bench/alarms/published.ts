import type { Result } from './result.ts';

/** What was published or measured elsewhere for a row of the bench; `null`: never. `undefined`: nothing is known. */
export function publishedFor({ scenario, rule, metric }: Omit<Result, 'value'>): number | null | undefined {
  return published[scenario]?.[rule]?.[metric];
}

const anyAlarmIn = (windows: number): string => `runs with any false alarm in ${windows} windows`;
const halfDeviation = 'median windows to see .5 sd';

/** By scenario, rule and metric, as the bench names them. */
export const published: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number | null>>>>>> = {
  // Shin, Ramdas and Rinaldo 2022, section 5, by their own script with 87 components: 5000 runs.
  'coin .5 to .6': {
    'CUSUM that knows the rate': coin(497, [91.6, 76.6, 76.9, 77.3, 75.5, 75.5]),
    'e-SR mixture': coin(516, [116.2, 86.5, 77.5, 73.7, 68.5, 66.9]),
    'e-CUSUM mixture': coin(500, [109.7, 100, 99.7, 99.1, 96.3, 97.3]),
  },
  // Pollak 1987: the wait is level * e^(.583 theta).
  'N(0, 1) to N(0.25, 1)': { 'Shiryaev-Roberts at 1000': shiryaevRoberts(1.157, 99.7) },
  'N(0, 1) to N(0.5, 1)': { 'Shiryaev-Roberts at 1000': shiryaevRoberts(1.338, 36.4) },
  'N(0, 1) to N(1, 1)': { 'Shiryaev-Roberts at 1000': shiryaevRoberts(1.785, 12.3) },
  // From here on: measured with an independent implementation in Python.
  'N(0, 1)': {
    'one false alarm in 10 000 windows': {
      'false alarm within 1000 windows': 0.058,
      'false alarm within 5000 windows': 0.26,
      ...shiftsAfter(1_000, [47, 16, 5]),
    },
    'any false alarm at most 5 %': {
      'false alarm within 5000 windows': 0.0275,
      ...shiftsAfter(1_000, [91.5, 28, 8]),
      ...shiftsAfter(100, [59, 20, 6]),
    },
    'any false alarm at most 1 %': {
      'false alarm within 5000 windows': 0.0055,
      ...shiftsAfter(1_000, [104, 29.5, 7]),
    },
  },
  ...cleanFeatures(10_000, 200, 174),
  ...cleanFeatures(10_000, 1_000, 196),
  ...cleanFeatures(10_000, 20_000, 200),
  ...cleanFeatures(100_000, 200, 3),
  ...cleanFeatures(100_000, 1_000, 18),
  ...cleanFeatures(100_000, 20_000, 56),
  'mean by .1 sd': power([null, null, 16.5, 15, null]),
  'mean by .2 sd': power([null, null, 1, 2, 5]),
  'mean by .5 sd': power([1, 1, 1, 1, 1]),
  'scale by 1.1': power([null, null, 8, 14, null]),
  'scale by 1.25': power([13, null, 1, 2, 3]),
  'one decile by 1.3': power([null, null, 19.5, 8, 27.5]),
  'mean by .05 sd, reference 100 000': power([null, null, 338, 32, null]),
  'mean by .1 sd, windows of 5000': power([null, null, 1, 2, 7.5]),
  'clusters of 5 equal rows': dependence({ alarms: 1, found: 0, delay: 1.5 }),
  'clusters of 20 equal rows': dependence({ alarms: 1, found: 0, delay: 6 }),
  'windows differ by .1 sd': dependence({ alarms: 1, pooled: 0.83, found: 0, delay: 2.75 }),
  'windows differ by .2 sd': dependence({ found: 0.12, half: 0.03 }),
  'windows wander, AR(.9) of .1 sd': dependence({ half: 0.9, longRun: 0.03, longRunDelay: 23 }),
  'windows follow the hour of the day by .2 sd': {
    'one null for all hours': { [anyAlarmIn(300)]: 0, [halfDeviation]: 4 },
    'a null for each hour of the day': { [anyAlarmIn(300)]: 0, [halfDeviation]: 1 },
  },
  'no gap, .05 tolerated, minority of 10 %': { pairing: { 'runs with an alarm in 400000 rows': 0 } },
  'gap exactly as tolerated, .05, minority of 10 %': { pairing: { 'runs with an alarm in 400000 rows': 0.13 } },
  'gap .1, .05 tolerated, minority of 10 %': { pairing: { 'median rows to the alarm': 20_800 } },
  'gap .2, .05 tolerated, minority of 10 %': { pairing: { 'median rows to the alarm': 3_400 } },
  'gap .1, .05 tolerated, even groups': { pairing: { 'median rows to the alarm': 5_900 } },
  'gap .1, none tolerated, minority of 10 %': { pairing: { 'median rows to the alarm': 6_700 } },
  'candidate better by .02, .10 discordant': promotion(1_562, 1_540),
  'candidate better by .04, .10 discordant': promotion(376, 381),
  'candidate better by .02, .20 discordant': promotion(3_370, 3_086),
  'equal, not worse by .01, .10 discordant': promotion(6_774, 6_183),
  'equal, not worse by .02, .10 discordant': promotion(1_627, 1_546),
  'worse by exactly the margin of .02': { 'paired e-process': { 'promoted wrongly': 0.033 } },
  'shadow worse by 0.02, .10 discordant': { 'paired e-process': { 'median rows to roll-back': 1_810 } },
  'shadow worse by 0.05, .10 discordant': { 'paired e-process': { 'median rows to roll-back': 311 } },
  ...errors(),
};

function coin(wait: number, delays: readonly number[]): Record<string, number> {
  return {
    'throws to a false alarm, cut at 1000': wait,
    ...Object.fromEntries(delays.map((delay, i) => [`delay after ${100 * i}`, delay])),
  };
}

function shiryaevRoberts(wait: number, delay: number): Record<string, number> {
  return { 'wait for a false alarm / 1000': wait, 'delay from the start': delay };
}

function shiftsAfter(windows: number, delays: readonly [number, number, number]): Record<string, number> {
  return Object.fromEntries([0.5, 1, 2].map((shift, i) => [`delay of ${shift} sd after ${windows}`, delays[i]!]));
}

function cleanFeatures(m: number, n: number, taken: number) {
  const metric = 'features with an alarm in 1000 windows';
  return {
    [`200 clean features, reference ${m}, window ${n}`]: {
      'e-detector': { [metric]: 0 },
      'e-detector that takes the reference for the truth': { [metric]: taken },
    },
  };
}

function power(delays: readonly (number | null)[]) {
  const rules = ['PSI > .1', 'PSI > .2', 'chi-square p < .05 / 200', 'e-detector', 'e-detector with tolerance'];
  return Object.fromEntries(rules.map((rule, i) => [rule, { 'median windows to the alarm': delays[i]! }]));
}

/** Runs with an alarm, by rule, and windows until half a standard deviation is seen. */
function dependence(runs: {
  readonly alarms?: number;
  readonly pooled?: number;
  readonly found?: number;
  readonly delay?: number;
  readonly half?: number;
  readonly longRun?: number;
  readonly longRunDelay?: number;
}) {
  const row = (rule: string, alarms: number | undefined, delay?: number) => ({
    [rule]: {
      ...(alarms === undefined ? {} : { [anyAlarmIn(1_000)]: alarms }),
      ...(delay === undefined ? {} : { [halfDeviation]: delay }),
    },
  });
  return {
    ...row('rows taken as independent', runs.alarms),
    ...row('one design effect for all scores', runs.pooled),
    ...row('a design effect for each score', runs.found, runs.delay),
    ...row('one and a half times as much', runs.half),
    ...row('and a long-run factor of batches', runs.longRun, runs.longRunDelay),
  };
}

function promotion(rows: number, fixed: number) {
  return {
    'paired e-process': { 'median rows to promotion': rows, promoted: 1 },
    'fixed number of rows': { 'rows for a power of 80 %': fixed },
  };
}

/**
 * At each detector's defaults, 150 runs: false alarms in 100 000 errors at .1 and .3; then for four changes after 5000 events
 * how often an alarm came before, the median delay of those that came, and how often one came within 5000.
 */
function errors() {
  const detectors: Readonly<Record<string, readonly [stationary: readonly number[], ...changes: number[][]]>> = {
    DDM: [
      [0.72, 0.28],
      [0.45, 997, 0.79],
      [0.49, 603, 0.98],
      [0.45, 154, 1],
      [0.21, 894, 0.76],
    ],
    EDDM: [
      [38.3, 23.9],
      [0.97, 164, 1],
      [0.95, 132, 1],
      [0.97, 52, 1],
      [0.95, 583, 1],
    ],
    'HDDM-A': [
      [0.13, 0.97],
      [0.02, 1_882, 0.98],
      [0.02, 462, 0.99],
      [0.03, 65, 1],
      [0.09, 393, 1],
    ],
    'HDDM-W': [
      [0.03, 40.7],
      [0, 2_260, 0.08],
      [0, 2_261, 0.7],
      [0, 46, 1],
      [0.9, 154, 1],
    ],
    'Page-Hinkley': [
      [0, 1.9],
      [0, 1_185, 1],
      [0, 510, 1],
      [0, 154, 1],
      [0.05, 429, 1],
    ],
    ADWIN: [
      [0, 0.1],
      [0, 1_080, 1],
      [0, 312, 1],
      [0, 56, 1],
      [0.01, 504, 1],
    ],
    'ADWIN, skipping cuts': [
      [0, 0.03],
      [0, 2_680, 0.98],
      [0, 1_144, 1],
      [0, 344, 1],
      [0, 1_592, 1],
    ],
    'ECDD 400': [
      [279, 261],
      [1, 95, 1],
      [1, 47, 1],
      [1, 11, 1],
      [1, 70, 1],
    ],
    'e-detector, one false alarm in 100 000 events': [
      [0.78, 0.95],
      [0.03, 511, 1],
      [0.05, 172, 1],
      [0.01, 31, 1],
      [0.03, 286, 1],
    ],
    'e-detector, a fifth more tolerated': [
      [0.03, 0],
      [0, 1_381, 1],
      [0.01, 290, 1],
      [0, 37, 1],
      [0, 1_408, 1],
    ],
  };
  const scenarios: Record<string, Record<string, Record<string, number>>> = {};
  const add = (scenario: string, rule: string, figures: Record<string, number>): void => {
    scenarios[scenario] = { ...scenarios[scenario], [rule]: figures };
  };
  for (const [rule, [stationary, ...changes]] of Object.entries(detectors)) {
    [0.1, 0.3].forEach((rate, i) => {
      add(`errors at ${rate}`, rule, { 'false alarms in 100 000 events': stationary[i]! });
    });
    ['0.1 to 0.15', '0.1 to 0.2', '0.1 to 0.4', '0.3 to 0.4'].forEach((change, i) => {
      const [before, delay, seen] = changes[i]!;
      add(`errors ${change} after 5000`, rule, {
        'runs with an alarm before': before!,
        'median events to the alarm': delay!,
        'runs that see it within 5000': seen!,
      });
    });
  }
  return scenarios;
}
