import { describe, expect, it } from 'vitest';
import { budgetSettings, modelSettings } from '../config/settings.ts';
import { allRows, buildReference, createProfile, foldInferences } from '../profile/index.ts';
import { batchOf } from '../profile/sampleBatch.ts';
import { normal, seededRandom } from '../statistics/simulate.ts';
import { noArrivals } from './arrivals.ts';
import { countStreams } from './budget.ts';
import { evaluateWindow } from './evaluateWindow.ts';
import type { Finding } from './finding.ts';
import type { MonitorState } from './state.ts';

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
  let state: MonitorState | null = null;
  return Array.from({ length: windows }, (_, window) => {
    const profile = createProfile(reference.shape);
    const rows = batch(around, 100 + window);
    foldInferences(profile, rows, allRows(rows));
    const evaluation = evaluateWindow({
      ...{ settings, reference, profile, arrivals: noArrivals, state, version: '1', budget: budgetSettings.parse({}) },
      streams: countStreams([{ settings, reference }]),
      from: (100 + window) * hour,
      to: (101 + window) * hour,
    });
    state = evaluation.state;
    return evaluation.findings.filter(({ signal }) => signal === 'feature:at');
  }).flat();
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
