import { describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import { buildReference } from '../profile/index.ts';
import { batchOf } from '../profile/sampleBatch.ts';
import { profileOf } from '../profile/sampleProfile.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import type { Finding } from './finding.ts';
import { findingOf, watchWindows } from './watchWindows.ts';

const hour = 3_600_000;
const settings = modelSettings.parse({ name: 'm', features: [{ name: 'at', type: 'timestamp' }] });

/** Transactions around an hour of the day, three hours more or less, that arrive at any time. */
function batch(around: number, seed: number) {
  const random = seededRandom(seed);
  const rows = Array.from({ length: 400 }, (_, i) => ({
    id: `${seed}-${i}`,
    time: seed * hour + i,
    prediction: random() < 0.5 ? '1' : '0',
    features: { at: Date.UTC(2026, 0, 1 + (i % 20)) + (around + 3 * normal(random)) * hour },
  }));
  return batchOf(rows, [{ name: 'at', type: 'number' }]);
}

const reference = buildReference(
  Array.from({ length: 12 }, (_, window) => batch(23, window)),
  [],
  { task: 'binary_classification', features: settings.features, windowMs: hour },
);

function watch(around: number, windows: number): Finding[] {
  const { findings } = watchWindows(
    reference,
    Array.from({ length: windows }, (_, window) => ({
      profile: profileOf(reference.shape, batch(around, 100 + window)),
      from: (100 + window) * hour,
    })),
    { settings },
  );
  return findings.map((found) => findingOf(found, 'feature:at'));
}

describe('times of day', () => {
  it('that come as in the reference are no drift, though they lie around midnight', () => {
    const found = watch(23, 60);
    expect(found.filter(({ verdict }) => verdict === 'alarm')).toEqual([]);
    const { value, high } = found[0]!.statistics.kuiperDistance!;
    expect(value).toBeLessThan(high!);
  });

  it('that move by three hours are, and Kuiper tells by how much', () => {
    const found = watch(2, 6);
    const alarm = found.find(({ verdict }) => verdict === 'alarm');
    expect(alarm?.sentence).toMatch(
      /^at lies (at hours that were rare|between \d\d and \d+ o'clock UTC) (more|less) often: \d/,
    );
    expect(alarm?.statistics.kuiperDistance?.value).toBeGreaterThan(0.3);
    expect(alarm?.statistics.kuiperDistance?.value).toBeGreaterThan(alarm!.statistics.kuiperDistance!.high!);
  });
});
