import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketScoreName, scoredBucket } from '../../statistics/evidence/index.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import {
  allRows,
  buildReference,
  createProfile,
  decodeReference,
  encodeReference,
  foldInferences,
  hashBucket,
  mergeProfiles,
  type Profile,
  type Reference,
  signalWatchedBy,
} from '../index.ts';
import { identifyReference } from '../reference/referenceFile.ts';
import { batchOf } from '../sampleBatch.ts';
import { watchedSignal } from './watchedSignal.ts';

const windowMs = 60_000;
const features = [{ name: 'product', type: 'category' }] as const;
const cells = (values: number): number => Math.min(64, values) + 3;

/** Half of the rows have one of four frequent products, the others one of so many rare ones. */
function productsOf(seed: number, rows: number, rare: number): (string | null)[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, row) => {
    if (row % 50 === 0) return null;
    return random() < 0.5 ? `top ${Math.floor(4 * random())}` : `sku ${Math.floor(rare * random())}`;
  });
}

function batch(products: readonly (string | null)[]) {
  return batchOf(
    products.map((product, row) => ({ id: `${row}`, time: 100 * row, features: { product } })),
    features,
  );
}

function referenceOf(rare: number): Reference {
  return buildReference([batch(productsOf(1, 3_000, rare))], [], { task: 'binary_classification', windowMs });
}

function fold(reference: Reference, products: readonly (string | null)[]): Profile {
  const profile = createProfile(reference.shape);
  const folded = batch(products);
  foldInferences(profile, folded, allRows(folded));
  return profile;
}

describe.each([
  ['that have a cell each', 40],
  ['that are hashed', 400],
])('rare values %s', (_, rare) => {
  const reference = referenceOf(rare);
  const { scores, countsOf } = watchedSignal(reference.profile, 'feature:product');
  const products = productsOf(2, 2_000, rare);

  it('are counted in 64 buckets, without those that have a score of their own and those that are missing', () => {
    const expected = new Float64Array(64);
    for (const product of products) if (product?.startsWith('sku') === true) expected[hashBucket(product)]!++;
    const counts = countsOf(fold(reference, products));
    expect(counts).toHaveLength(cells(rare + 4) + 64);
    expect(counts.slice(cells(rare + 4))).toEqual(expected);
    expect(scores.filter(({ name }) => scoredBucket(name) !== null)).toHaveLength(64);
  });

  it('give the same counts in any shards', () => {
    const whole = countsOf(fold(reference, products));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: products.length }), { maxLength: 4 }), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), products.length];
        const shards = ends.map((end, shard) => fold(reference, products.slice(ends[shard - 1] ?? 0, end)));
        expect(countsOf(shards.toReversed().reduce(mergeProfiles))).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  it('are watched by a reference that was written and read', () => {
    const text = encodeReference(reference);
    expect(JSON.parse(text)).toMatchObject({ formatVersion: 3 });
    const read = decodeReference(text);
    expect(read).toEqual(reference);
    expect(signalWatchedBy(read, 'feature:product').scores).toHaveLength(scores.length);
  });
});

it('values of which few are rare have no buckets', () => {
  const { profile } = buildReference(
    [batch(Array.from({ length: 3_000 }, (_, row) => (row % 20 === 0 ? `sku ${row}` : `top ${row % 4}`)))],
    [],
    { task: 'binary_classification', windowMs },
  );
  expect(watchedSignal(profile, 'feature:product').scores.map(({ name }) => name)).toEqual([
    ...['category:top 1', 'category:top 2', 'category:top 3', 'category:top 0', 'other', 'unseen', 'missing'],
  ]);
});

it('a reference that did not measure how buckets vary is watched as before, and keeps its format and id', () => {
  const { id: _, ...made } = referenceOf(400);
  const effects = Object.entries(made.designEffects['feature:product']!);
  const before = effects.filter(([score]) => scoredBucket(score) === null);
  expect(effects.length - before.length).toBe(64);
  const old = { ...made, designEffects: { ...made.designEffects, 'feature:product': Object.fromEntries(before) } };
  const { scores } = signalWatchedBy(old, 'feature:product');
  expect(scores.some(({ name }) => name === bucketScoreName(0))).toBe(false);
  const text = encodeReference(identifyReference(old));
  expect(JSON.parse(text)).toMatchObject({ formatVersion: 2 });
  expect(encodeReference(decodeReference(text))).toBe(text);
});
