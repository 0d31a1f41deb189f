import { describe, expect, it } from 'vitest';
import { buildReference, type CategorySignal, hashBucket } from '../../profile/index.ts';
import { batchOf } from '../../profile/sampleBatch.ts';
import { profileOf } from '../../profile/sampleProfile.ts';
import { bucketScoreName, recomputeAlarm } from '../../statistics/evidence/index.ts';
import { seededRandom } from '../../statistics/simulate.ts';
import { findingOf, watchWindows } from '../watchWindows.ts';
import { rareMover, topMovers } from './topMovers.ts';

const features = [{ name: 'product', type: 'category' }] as const;

/** Four in ten rows have one of five frequent products, the others one of 300; of these so many come as another one. */
function batch(seed: number, rows: number, swap?: { readonly share: number; readonly to: string }) {
  const random = seededRandom(seed);
  return batchOf(
    Array.from({ length: rows }, (_, row) => {
      const isTop = random() < 0.4;
      const product = isTop ? `top ${Math.floor(5 * random())}` : `sku ${Math.floor(300 * random())}`;
      const isSwapped = !isTop && swap !== undefined && random() < swap.share;
      return { id: `${seed}-${row}`, time: row * 20_000, features: { product: isSwapped ? swap.to : product } };
    }),
    features,
  );
}

const reference = buildReference([batch(1, 5_000)], [], { task: 'binary_classification', windowMs: 3_600_000 });
const signal = reference.shape.signals[0] as CategorySignal;

function moversIn(...of: Parameters<typeof batch>) {
  return topMovers(reference, signal, profileOf(reference.shape, batch(...of)));
}

describe('values that moved most', () => {
  it('are none in about 19 of 20 clean windows', () => {
    const windows = Array.from({ length: 40 }, (_, seed) => moversIn(100 + seed, 1_000));
    // 8 of 40 has probability below 1e-3 at a chance of 1 in 20.
    expect(windows.filter((movers) => movers.length > 0).length).toBeLessThan(8);
  });

  it('are led by a rare value that took the place of others', () => {
    const [first] = moversIn(2, 1_000, { share: 0.1, to: 'sku 77' });
    expect(first).toMatchObject({ value: 'sku 77' });
    expect(first!.after).toBeCloseTo(0.06, 1);
    expect(first!.before).toBeLessThan(0.01);
    expect(first!.z).toBeGreaterThan(8);
  });

  it('name one that the reference never had, and those that it pushes out', () => {
    const movers = moversIn(3, 20_000, { share: 0.9, to: 'new' });
    expect(movers[0]).toMatchObject({ value: 'new', before: 0 });
    expect(movers.filter(({ z }) => z < 0).length).toBeGreaterThan(20);
    expect(movers.filter(({ value }) => value.startsWith('top'))).toEqual([]);
  });

  it('are none without rows', () => {
    expect(moversIn(4, 0)).toEqual([]);
  });

  it('claim no more than lists that had to leave values out can tell', () => {
    // 5,000 values of one row each: the list holds 256 of them, none with a count above its error.
    const rows = batchOf(
      Array.from({ length: 5_000 }, (_, row) => ({ id: `${row}`, features: { product: `one-off ${row}` } })),
      features,
    );
    expect(
      topMovers(reference, signal, profileOf(reference.shape, rows)).filter(({ value }) => value.startsWith('one-off')),
    ).toEqual([]);
  });

  it('stand behind a bucket, or behind rare values together, when they are among these and went the same way', () => {
    const mover = (value: string, z: number) => ({ value, before: 0.01, after: 0.02, z });
    const [own, grown, shrunk] = [mover('top 1', 12), mover('sku 7', 9), mover('sku 9', -8)];
    const scores = [{ name: 'category:top 1' }, { name: 'other' }];
    const behind = (score: string, direction: 'up' | 'down') =>
      rareMover({ score, direction }, scores, [own, grown, shrunk]);
    expect(behind('other', 'up')).toBe(grown);
    expect(behind('other', 'down')).toBe(shrunk);
    expect(behind(bucketScoreName(hashBucket('sku 9')), 'down')).toBe(shrunk);
    expect(behind(bucketScoreName(hashBucket('sku 9')), 'up')).toBeNull();
    expect(behind('category:top 1', 'up')).toBeNull();
  });
});

describe('a finding about rare values', () => {
  /** What the first alarm says when rare values come as another one from the first window on. */
  const alarmOf = (to: string, share: number) => {
    const windows = Array.from({ length: 12 }, (_, window) => ({
      profile: profileOf(reference.shape, batch(300 + window, 1_000, { share, to })),
    }));
    const { findings } = watchWindows(reference, windows);
    return findings.map((window) => findingOf(window, signal.signal)).find(({ evidence }) => evidence?.alarm === true)!;
  };

  it('names the one that took the place of others, and rests on what anybody can recompute', () => {
    const { sentence, evidence } = alarmOf('sku 77', 0.08);
    expect(sentence).toMatch(
      /^product is "sku 77", a rare value, more often: 0\.\d+ % → \d(\.\d)? % of rows; evidence/,
    );
    expect(evidence!.certificate!.observedMean).toBeGreaterThan(evidence!.certificate!.nullBound!);
    expect(recomputeAlarm(evidence!.proof!).problems).toEqual([]);
  });

  it('says so where they are new, though they are rare as well', () => {
    expect(alarmOf('new', 0.3).sentence).toMatch(/^product has values the reference never had: 0 % → 1\d % of rows/);
  });
});
