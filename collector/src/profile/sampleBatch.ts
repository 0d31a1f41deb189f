import type {
  CategoryColumn,
  Column,
  FeatureDeclaration,
  FeatureValue,
  InferenceBatch,
  ServingRole,
} from '@plumbline/sdk/event';
import { seededRandom } from '../statistics/simulate.ts';

/** Batches for tests. */

export interface SampleRow {
  readonly id: string;
  readonly time?: number;
  readonly role?: ServingRole;
  readonly features?: Readonly<Record<string, FeatureValue>>;
  readonly prediction?: string | number | null;
  readonly score?: number | null;
  readonly groups?: Readonly<Record<string, string>>;
  readonly latencyMs?: number | null;
  readonly error?: string | null;
  readonly traceId?: string | null;
  readonly weight?: number;
  readonly sampled?: false | undefined;
}

/** Columns of the given rows. `features` and attributes are those of the declaration and of the first row. */
export function batchOf(rows: readonly SampleRow[], features: readonly FeatureDeclaration[] = []): InferenceBatch {
  const attributes = [...new Set(rows.flatMap((row) => Object.keys(row.groups ?? {})))];
  return {
    kind: 'inference',
    producer: 'sample',
    batch: 1,
    model: 'credit-risk',
    count: rows.length,
    schema: { id: 'sample', features },
    ids: rows.map((row) => row.id),
    times: Float64Array.from(rows, (row) => row.time ?? 0),
    versions: categoryColumn(rows.map(() => '1')),
    roles: categoryColumn(rows.map((row) => row.role ?? 'champion')),
    features: features.map(({ name, type }) =>
      type === 'number'
        ? numberColumn(rows.map((row) => row.features?.[name] ?? null))
        : categoryColumn(rows.map((row) => textOf(row.features?.[name] ?? null))),
    ),
    predictions: anyColumn(rows.map((row) => row.prediction ?? null)),
    scores: numberColumn(rows.map((row) => row.score ?? null)),
    groups: Object.fromEntries(
      attributes.map((attribute) => [attribute, categoryColumn(rows.map((row) => row.groups?.[attribute] ?? null))]),
    ),
    latenciesMs: numberColumn(rows.map((row) => row.latencyMs ?? null)),
    traceIds: categoryColumn(rows.map((row) => row.traceId ?? null)),
    errors: categoryColumn(rows.map((row) => row.error ?? null)),
    ...(rows.some(({ weight }) => weight !== undefined)
      ? { weights: numberColumn(rows.map(({ weight = 1 }) => weight)) }
      : {}),
    ...(rows.some(({ sampled }) => sampled === false)
      ? { sampled: categoryColumn(rows.map(({ sampled = null }) => (sampled === false ? 'false' : null))) }
      : {}),
  };
}

export const sampleFeatures: readonly FeatureDeclaration[] = [
  { name: 'income', type: 'number' },
  { name: 'visits', type: 'number' },
  { name: 'region', type: 'category' },
];

/** A seeded batch of inferences, one a second from `start`, with all kinds of columns, missing and invalid values. */
export function sampleBatch(count: number, seed: number, start = 0): InferenceBatch {
  return batchOf(sampleRows(count, seed, start), sampleFeatures);
}

export function sampleRows(count: number, seed: number, start = 0): SampleRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const draw = random();
    const score = random();
    return {
      id: `${seed}-${i}`,
      time: start + i * 1_000,
      features: {
        income: draw < 0.03 ? null : draw < 0.04 ? Number.POSITIVE_INFINITY : Math.exp(10 + random() + random()),
        visits: Math.floor(random() * random() * 6),
        region: random() < 0.05 ? null : ['north', 'south', 'east', 'west'][Math.floor(random() * random() * 4)]!,
      },
      prediction: random() < 0.01 ? null : score > 0.5 ? '1' : '0',
      score,
      groups: random() < 0.02 ? {} : { sex: random() < 0.4 ? 'female' : 'male' },
      latencyMs: 1 + 20 * random() ** 4,
      error: i % 97 === 0 ? 'timeout' : null,
    };
  });
}

export function categoryColumn(texts: readonly (string | null)[]): CategoryColumn {
  const known = new Map<string, number>();
  const codes = Uint32Array.from(texts, (text) => {
    if (text === null) return 0;
    const code = known.get(text) ?? known.size + 1;
    known.set(text, code);
    return code;
  });
  return { type: 'category', codes, dictionary: [...known.keys()] };
}

export function numberColumn(values: readonly FeatureValue[]) {
  return {
    type: 'number' as const,
    values: Float64Array.from(values, (value) =>
      value === null
        ? Number.NaN
        : typeof value === 'number' && Number.isFinite(value)
          ? value
          : Number.POSITIVE_INFINITY,
    ),
  };
}

function anyColumn(values: readonly (string | number | null)[]): Column {
  return values.some((value) => typeof value === 'string') ? categoryColumn(values.map(textOf)) : numberColumn(values);
}

function textOf(value: FeatureValue): string | null {
  return value === null ? null : String(value);
}
