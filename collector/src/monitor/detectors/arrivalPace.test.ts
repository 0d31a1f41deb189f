import { describe, expect, it } from 'vitest';
import { modelSettings } from '../../config/settings.ts';
import { profileOf } from '../../profile/sampleProfile.ts';
import { binomial, seededRandom } from '../../statistics/simulate.ts';
import type { Finding } from '../finding.ts';
import { hourMs, sampleReference, sampleTraffic } from '../sampleTraffic.ts';
import { afterRestart, watchWindows } from '../watchWindows.ts';

const reference = sampleReference({ rows: 120 }, 24, 1);

interface Hour {
  readonly rows: number;
  /** Part of the hour in which rows come. */
  readonly until?: number;
}

function watch(hours: readonly Hour[], arrivals: 'shown' | 'watched' = 'watched'): Finding[][] {
  const settings = modelSettings.parse({ name: 'credit-risk', positive: '1', arrivals });
  const windows = hours.map(({ rows, until = 1 }, index) => {
    const from = (30 + index) * hourMs;
    const { batch } = sampleTraffic({ rows }, index + 1, from);
    batch.times.forEach((time, row) => {
      batch.times[row] = from + (time - from) * until;
    });
    return { profile: profileOf(reference.shape, batch), from };
  });
  const { findings } = watchWindows(reference, windows, { settings, between: afterRestart });
  return findings.map((found) => found.filter(({ signal }) => /^data_quality:(volume|freshness)$/.test(signal)));
}

const random = seededRandom(4);
const ordinary = (count: number): Hour[] =>
  Array.from({ length: count }, () => ({ rows: 60 + binomial(random, 120, 0.5), until: 0.95 + 0.05 * random() }));
const alarms = (found: readonly Finding[][], from: number, to = found.length): string[] =>
  found
    .slice(from, to)
    .flatMap((window) => window.flatMap(({ signal, verdict }) => (verdict === 'alarm' ? [signal] : [])));

describe('the pace at which rows come, where it is watched', () => {
  it('is learned from the first fifty windows, and raises no alarm while it stays', () => {
    const found = watch(ordinary(170));
    expect(found[49]!.every(({ evidence, verdict }) => evidence === null && verdict !== 'alarm')).toBe(true);
    expect(found[50]!.every(({ evidence }) => evidence !== null)).toBe(true);
    expect(alarms(found, 0)).toEqual([]);
  });

  it('alarms when far fewer rows come, within a day of windows, and says how many were to be expected', () => {
    const found = watch([...ordinary(60), ...ordinary(20).map(({ rows }) => ({ rows: Math.round(rows / 4) }))]);
    expect(alarms(found, 60)).toContain('data_quality:volume');
    const alarm = found.flat().find(({ signal, verdict }) => signal === 'data_quality:volume' && verdict === 'alarm');
    expect(alarm?.sentence).toMatch(
      /^rows come in smaller numbers than in the first windows of this version: \d\d rows came, about 1\d\d did at this hour in the reference; evidence 1\d\d % /,
    );
  });

  it('alarms when rows stop coming before the end of their windows', () => {
    const found = watch([...ordinary(60), ...ordinary(20).map(({ rows }) => ({ rows, until: 0.5 }))]);
    expect(alarms(found, 60)).toContain('data_quality:freshness');
    const alarm = found
      .flat()
      .find(({ signal, verdict }) => signal === 'data_quality:freshness' && verdict === 'alarm');
    expect(alarm?.sentence).toMatch(
      /^rows stop coming earlier than in the first windows of this version: the last row came 30\.\d minutes before the window ended; evidence 1\d\d % /,
    );
  });

  it('is shown without evidence otherwise: a canary has few rows rightly', () => {
    const found = watch([...ordinary(55), { rows: 5 }], 'shown');
    expect(found.every((window) => window.length === 1 && window[0]!.evidence === null)).toBe(true);
    expect(found.at(-1)![0]).toMatchObject({ signal: 'data_quality:volume', verdict: 'clear' });
  });
});
