import type { InferenceBatch } from '@plumbline/sdk/event';
import { type ModelSettings, modelSettings } from '../config/settings.ts';
import {
  buildReference,
  foldOutcome,
  joinEntryOf,
  type LabelledOutcome,
  type Profile,
  type ProfileShape,
  type Reference,
} from '../profile/index.ts';
import { categoryColumn } from '../profile/sampleBatch.ts';
import { profileOf } from '../profile/sampleProfile.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { ArrivalCounter, type OutcomeArrivals } from './arrivals.ts';

/** Simulated traffic of a credit model, for tests: what is shifted is said, all else stays as in the reference. */

export interface Traffic {
  readonly rows: number;
  /** Numeric features `x0`, `x1`, ...: standard normal in the reference. */
  readonly features?: number;
  /** Of `x0`, in standard deviations. */
  readonly shift?: number;
  readonly scale?: number;
  /** Of `x0`. */
  readonly missing?: number;
  /** Share of the category `city=Graz`, 0.5 in the reference. */
  readonly graz?: number;
  /** Share of rows whose city the reference never had. */
  readonly unseen?: number;
  /** Chance that a prediction is wrong, by group. */
  readonly errors?: { readonly female: number; readonly male: number };
  /** Chance of the favourable decision, by group. */
  readonly approved?: { readonly female: number; readonly male: number };
  /** Share of inferences that fail. */
  readonly failures?: number;
}

export interface SampleRows {
  readonly batch: InferenceBatch;
  readonly labels: readonly string[];
}

export function sampleTraffic(traffic: Traffic, seed: number, from = 0): SampleRows {
  const {
    rows,
    features = 1,
    shift = 0,
    scale = 1,
    missing = 0.01,
    graz = 0.5,
    unseen = 0,
    failures = 0.002,
  } = traffic;
  const { errors = { female: 0.1, male: 0.1 }, approved = { female: 0.5, male: 0.5 } } = traffic;
  const random = seededRandom(seed);
  const columns = Array.from({ length: features }, () => new Float64Array(rows));
  const city: string[] = [];
  const sex: ('female' | 'male')[] = [];
  const predictions: string[] = [];
  const labels: string[] = [];
  const scores = new Float64Array(rows);
  const errorTypes: (string | null)[] = [];
  for (let row = 0; row < rows; row++) {
    columns.forEach((column, index) => {
      const value = normal(random);
      column[row] = index > 0 ? value : random() < missing ? Number.NaN : value * scale + shift;
    });
    const draw = random();
    city.push(draw < unseen ? 'Atlantis' : draw < unseen + (1 - unseen) * graz ? 'Graz' : 'Wien');
    const group = random() < 0.4 ? 'female' : 'male';
    sex.push(group);
    const prediction = random() < approved[group] ? '1' : '0';
    predictions.push(prediction);
    scores[row] = prediction === '1' ? 0.5 + random() / 2 : random() / 2;
    labels.push(random() < errors[group] ? (prediction === '1' ? '0' : '1') : prediction);
    errorTypes.push(random() < failures ? 'timeout' : null);
  }
  const nothing = categoryColumn(Array<null>(rows).fill(null));
  return {
    labels,
    batch: {
      kind: 'inference',
      producer: 'sample',
      batch: seed,
      model: 'credit-risk',
      count: rows,
      schema: {
        id: 'sample',
        features: [
          ...columns.map((_, index) => ({ name: `x${index}`, type: 'number' as const })),
          { name: 'city', type: 'category' as const },
        ],
      },
      ids: Array.from({ length: rows }, (_, row) => `${seed}-${row}`),
      times: Float64Array.from({ length: rows }, (_, row) => from + Math.floor((row * hourMs) / rows)),
      versions: categoryColumn(Array<string>(rows).fill('1')),
      roles: categoryColumn(Array<string>(rows).fill('champion')),
      features: [...columns.map((values) => ({ type: 'number' as const, values })), categoryColumn(city)],
      predictions: categoryColumn(predictions),
      scores: { type: 'number', values: scores },
      groups: { sex: categoryColumn(sex) },
      latenciesMs: { type: 'number', values: Float64Array.from({ length: rows }, () => 1 + random()) },
      traceIds: nothing,
      errors: categoryColumn(errorTypes),
    },
  };
}

export const hourMs = 3_600_000;

export const sampleSettings: ModelSettings = modelSettings.parse({
  name: 'credit-risk',
  positive: '1',
  groups: [{ attribute: 'sex', reference: 'male' }],
});

/** A reference from windows of an hour, with the labels of all rows. */
export function sampleReference(traffic: Traffic, windows: number, seed: number): Reference {
  return referenceOf(traffic, windows, seed, ({ batch, labels }) =>
    batch.ids.map((inferenceId, row) => ({ inferenceId, label: labels[row] ?? '' })),
  );
}

export function unlabelledReference(traffic: Traffic, windows: number, seed: number): Reference {
  return referenceOf(traffic, windows, seed, () => []);
}

function referenceOf(
  traffic: Traffic,
  windows: number,
  seed: number,
  outcomesOf: (rows: SampleRows) => LabelledOutcome[],
): Reference {
  const parts = Array.from({ length: windows }, (_, window) =>
    sampleTraffic(traffic, seed * 1_000 + window, window * hourMs),
  );
  return buildReference(
    parts.map(({ batch }) => batch),
    parts.flatMap(outcomesOf),
    { task: 'binary_classification', groups: [{ attribute: 'sex' }], positive: '1', windowMs: hourMs },
  );
}

/** One window of traffic, all its labels arrived. */
export function sampleWindow(shape: ProfileShape, traffic: Traffic, seed: number): LabelledWindow {
  return labelledWindow(shape, sampleTraffic(traffic, seed));
}

/** Windows of traffic, all their labels arrived. `seed`: of the first; the others follow. */
export function sampleWindows(shape: ProfileShape, traffic: Traffic, windows: number, seed: number): LabelledWindow[] {
  return Array.from({ length: windows }, (_, window) => sampleWindow(shape, traffic, seed + window));
}

export interface LabelledWindow {
  readonly profile: Profile;
  readonly arrivals: OutcomeArrivals;
}

/** A window of given rows, all their labels arrived. `labels`: of each row of the batch. */
export function labelledWindow(
  shape: ProfileShape,
  { batch, labels }: { readonly batch: InferenceBatch; readonly labels: readonly (string | number)[] },
): LabelledWindow {
  const profile = profileOf(shape, batch);
  const counter = new ArrivalCounter();
  labels.forEach((label, row) => {
    const joined = joinEntryOf(batch, row);
    counter.add(shape, joined, label);
    foldOutcome(profile, joined, label);
  });
  // As it is stored between commits.
  return { profile, arrivals: JSON.parse(JSON.stringify(counter.take())) as OutcomeArrivals };
}
