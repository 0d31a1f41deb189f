import { describe, expect, test } from 'vitest';
import { budgetSettings } from '../config/settings.ts';
import { allRows, createProfile, foldInferences, type Profile } from '../profile/index.ts';
import { seededRandom } from '../statistics/simulate.ts';
import { sampleReference, sampleTraffic, type Traffic } from './sampleTraffic.ts';
import { alarms, findingOf, watchWindows } from './watchWindows.ts';

describe('rows that an app thinned, failed ones last', () => {
  const traffic: Traffic = { rows: 1_600, failures: 0.05 };
  const reference = sampleReference({ ...traffic, rows: 400 }, 20, 77);
  const lifetime = budgetSettings.parse({ mode: 'lifetime', alpha: 0.05 });

  /** Of the same traffic: one row in eight with weight 8, what failed whole. */
  const thinned = (seed: number): { readonly weighted: Profile; readonly plain: Profile } => {
    const { batch } = sampleTraffic(traffic, seed);
    const random = seededRandom(seed);
    const hasFailed = (row: number) => batch.errors.codes[row] !== 0;
    const rows = allRows(batch).filter((row) => hasFailed(row) || random() < 1 / 8);
    const values = Float64Array.from({ length: batch.count }, (_, row) => (hasFailed(row) ? 1 : 8));
    const [weighted, plain] = [createProfile(reference.shape), createProfile(reference.shape)];
    foldInferences(weighted, { ...batch, weights: { type: 'number', values } }, rows);
    foldInferences(plain, batch, rows);
    return { weighted, plain };
  };
  const lives = Array.from({ length: 6 }, (_, life) =>
    Array.from({ length: 6 }, (_, window) => thinned(9_000 + life * 100 + window)),
  );

  /** Lives of a version with a false alarm, its share of failures, and the strongest evidence of any window. */
  const live = (profileOf: (window: (typeof lives)[number][number]) => Profile) => {
    const watched = lives.map(
      (windows) =>
        watchWindows(
          reference,
          windows.map((window) => ({ profile: profileOf(window) })),
          { budget: lifetime },
        ).findings,
    );
    const shares = watched
      .flat()
      .map((found) => findingOf(found, 'data_quality:failures').statistics.failureRate!.value!);
    return {
      alarmed: watched.filter((findings) => alarms(findings).length > 0).length,
      failures: shares.reduce((sum, share) => sum + share, 0) / shares.length,
      evidence: Math.max(...watched.flat(2).map(({ evidence }) => evidence?.log ?? Number.NEGATIVE_INFINITY)),
    };
  };

  test('neither look like more failures nor make more evidence than came', () => {
    const honest = live(({ weighted }) => weighted);
    expect(honest.alarmed).toBe(0);
    // 6 lives of 6 windows with 200 rows worth of evidence each.
    expect(Math.abs(honest.failures - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / (36 * 200)));
    const unweighted = live(({ plain }) => plain);
    expect(unweighted.alarmed).toBe(lives.length);
    const greedy = live(({ weighted }) => ({ ...weighted, provenance: new Float64Array(3) }));
    expect({ greedy: greedy.evidence, honest: honest.evidence }).toSatisfy(
      ({ greedy: more, honest: less }: Record<'greedy' | 'honest', number>) => more > less + 1,
    );
  });
});
