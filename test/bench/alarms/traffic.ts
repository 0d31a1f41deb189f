import type { CategoryColumn, InferenceBatch } from '@plumbline/sdk/event';
import { normal, seededRandom } from '../../../collector/src/statistics/simulate.ts';

/** Rows of one hour, as columns: numeric features that are N(0, 1), and one category of ten equally frequent values. */
export interface TrafficWindow {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly numbers: readonly Float64Array[];
  /** 0 to 9. */
  readonly categories: Uint8Array;
  /** What an app would have sent. */
  readonly batch: InferenceBatch;
}

/** Traffic in which nothing has changed, however it looks. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly rowsPerWindow: number;
  readonly referenceWindows: number;
  readonly windows: number;
  /** Each independent row comes this many times. */
  readonly copies?: number;
  /** Means of windows wander: first-order autocorrelation, and their standard deviation in standard deviations of a row. */
  readonly wandering?: { readonly correlation: number; readonly deviation: number };
  /** Means follow the hour of the day: amplitude in standard deviations of a row. */
  readonly season?: number;
}

/** What happens to the first numeric feature from a window on. */
export interface Shift {
  readonly name: string;
  readonly mean?: number;
  readonly scale?: number;
}

export const numericFeatures = 5;
export const categoryCount = 10;
export const hourMs = 3_600_000;

const weekOfHours = 168;

export const scenarios: readonly Scenario[] = [
  {
    name: 'independent rows',
    about: '1000 rows a window, reference of a day',
    rowsPerWindow: 1_000,
    referenceWindows: 24,
    windows: 200,
  },
  {
    name: 'small windows',
    about: '100 rows a window, reference of 1000',
    rowsPerWindow: 100,
    referenceWindows: 10,
    windows: 200,
  },
  {
    name: 'clusters of 5',
    about: 'every row comes five times',
    rowsPerWindow: 1_000,
    referenceWindows: 24,
    windows: 200,
    copies: 5,
  },
  {
    name: 'clusters of 20',
    about: 'every row comes twenty times',
    rowsPerWindow: 1_000,
    referenceWindows: 24,
    windows: 200,
    copies: 20,
  },
  {
    name: 'AR(.9)',
    about: 'means wander by .1 sd from hour to hour, reference of two weeks',
    rowsPerWindow: 500,
    referenceWindows: 2 * weekOfHours,
    windows: 300,
    wandering: { correlation: 0.9, deviation: 0.1 },
  },
  {
    name: 'daily season',
    about: 'means follow the hour of the day by .2 sd, reference of two weeks',
    rowsPerWindow: 500,
    referenceWindows: 2 * weekOfHours,
    windows: 300,
    season: 0.2,
  },
];

export interface Run {
  readonly reference: readonly TrafficWindow[];
  readonly windows: readonly TrafficWindow[];
}

/** A reference and what follows it, from one seed. With a shift, the windows after the reference are shifted. */
export function runOf(scenario: Scenario, seed: number, windows: number, shift?: Shift): Run {
  const random = seededRandom(seed);
  const wander = wandererOf(scenario, random);
  const make = (index: number, change: Shift | undefined): TrafficWindow =>
    windowOf(scenario, random, seed, index, wander(), change);
  const { referenceWindows } = scenario;
  return {
    reference: Array.from({ length: referenceWindows }, (_, index) => make(index, undefined)),
    windows: Array.from({ length: windows }, (_, index) => make(referenceWindows + index, shift)),
  };
}

function wandererOf({ wandering }: Scenario, random: () => number): () => readonly number[] {
  if (wandering === undefined) return () => Array<number>(numericFeatures).fill(0);
  const { correlation, deviation } = wandering;
  const levels = Array.from({ length: numericFeatures }, () => deviation * normal(random));
  return () => {
    levels.forEach((level, feature) => {
      levels[feature] = correlation * level + deviation * Math.sqrt(1 - correlation ** 2) * normal(random);
    });
    return [...levels];
  };
}

function windowOf(
  { rowsPerWindow, copies = 1, season = 0 }: Scenario,
  random: () => number,
  seed: number,
  index: number,
  levels: readonly number[],
  shift: Shift | undefined,
): TrafficWindow {
  const seasonal = season * Math.sin((2 * Math.PI * index) / 24);
  const numbers = levels.map((level, feature) => {
    const { mean = 0, scale = 1 } = feature === 0 && shift !== undefined ? shift : {};
    const values = new Float64Array(rowsPerWindow);
    for (let row = 0; row < rowsPerWindow; row++) {
      values[row] = row % copies === 0 ? scale * normal(random) + mean + level + seasonal : values[row - 1]!;
    }
    return values;
  });
  const categories = repeated(rowsPerWindow, copies, () => Math.floor(random() * categoryCount));
  const predictions = repeated(rowsPerWindow, copies, () => Math.floor(random() * 2));
  const from = index * hourMs;
  const batch = batchOf(`${seed}`, index, from, numbers, categories, predictions);
  return { from, to: from + hourMs, rows: rowsPerWindow, numbers, categories, batch };
}

function repeated(rows: number, copies: number, draw: () => number): Uint8Array {
  const values = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) values[row] = row % copies === 0 ? draw() : values[row - 1]!;
  return values;
}

function batchOf(
  producer: string,
  index: number,
  from: number,
  numbers: readonly Float64Array[],
  categories: Uint8Array,
  predictions: Uint8Array,
): InferenceBatch {
  const rows = categories.length;
  const nothing = codes(new Uint8Array(rows), []);
  const noNumber = { type: 'number' as const, values: new Float64Array(rows).fill(Number.NaN) };
  const same = (text: string): CategoryColumn => codes(new Uint8Array(rows).fill(1), [text]);
  return {
    kind: 'inference',
    producer,
    batch: index + 1,
    model: benchModel,
    count: rows,
    schema: {
      id: 'bench',
      features: [
        ...numbers.map((_, feature) => ({ name: `x${feature}`, type: 'number' as const })),
        { name: 'colour', type: 'category' as const },
      ],
    },
    ids: Array.from({ length: rows }, (_, row) => `${index}-${row}`),
    times: Float64Array.from({ length: rows }, (_, row) => from + Math.floor((row * hourMs) / rows)),
    versions: same('1'),
    roles: same('champion'),
    features: [
      ...numbers.map((values) => ({ type: 'number' as const, values })),
      codes(
        categories.map((code) => code + 1),
        Array.from({ length: categoryCount }, (_, code) => `c${code}`),
      ),
    ],
    predictions: codes(
      predictions.map((code) => code + 1),
      ['0', '1'],
    ),
    scores: noNumber,
    groups: {},
    latenciesMs: noNumber,
    traceIds: nothing,
    errors: nothing,
  };
}

function codes(values: Uint8Array, dictionary: readonly string[]): CategoryColumn {
  return { type: 'category', codes: values, dictionary };
}

export const benchModel = 'bench';
