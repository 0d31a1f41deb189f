import { describe, expect, test } from 'vitest';
import { profileOf } from '../profile/sampleProfile.ts';
import {
  sampleReference,
  sampleSettings,
  sampleTraffic,
  sampleWindow,
  type Traffic,
  unlabelledReference,
} from './sampleTraffic.ts';
import { alarms, findingOf, watchTraffic, watchWindows } from './watchWindows.ts';

const clean: Traffic = { rows: 500, features: 2 };
const reference = sampleReference(clean, 20, 1);

describe('when there is nothing to compare with', () => {
  test('a window before the reference says so and is never clear', () => {
    const { profile } = sampleWindow(reference.shape, clean, 21);
    const { findings, state } = watchWindows(null, [{ profile }]);
    expect(state).toBeNull();
    expect(findings[0]?.length).toBeGreaterThan(0);
    for (const finding of findings[0]!) {
      expect(finding).toMatchObject({ verdict: 'insufficient_data', evidence: null, reference: null });
      expect(finding.sentence).toBe('no reference to compare 500 rows with yet: the first 5,000 rows will make it');
    }
  });

  test('an empty window is insufficient, not clear', () => {
    const { findings } = watchTraffic(reference, { rows: 0 }, 1, 1);
    expect(new Set(findings[0]?.map(({ verdict }) => verdict))).toEqual(new Set(['insufficient_data']));
  });

  test('a group that the reference hardly knows is named, suppressed and never alarms', () => {
    const settings = { ...sampleSettings, minimumGroupRows: 5_000 };
    const { findings } = watchTraffic(reference, { ...clean, errors: { female: 0.9, male: 0.1 } }, 3, 220_000, {
      settings,
    });
    for (const window of findings) {
      const female = findingOf(window, 'fairness:sex=female');
      expect(female).toMatchObject({ verdict: 'insufficient_data', evidence: null });
      expect(female.statistics.selectionRate).toEqual({
        value: null,
        low: null,
        high: null,
        n: female.rows,
        suppressed: 'n<5000',
      });
      expect(female.sentence).toMatch(/^sex=female has too few rows to say anything$/);
    }
  });

  test('a reference without labels watches everything but errors, and says so', () => {
    const unlabelled = unlabelledReference(clean, 4, 24);
    const { findings } = watchTraffic(unlabelled, { ...clean, errors: { female: 0.5, male: 0.5 } }, 3, 250_000);
    const performance = findingOf(findings[2], 'performance:error_rate');
    expect(performance).toMatchObject({ verdict: 'insufficient_data', evidence: null });
    expect(performance.sentence).toBe('the reference has too few labels to compare the error rate with');
    expect(performance.statistics.errorRate?.value).toBeGreaterThan(0.4);
    expect(alarms(findings)).toEqual([]);
  });

  test('labels that do not come leave the error rate unsaid', () => {
    const profile = profileOf(reference.shape, sampleTraffic(clean, 26).batch);
    const { findings } = watchWindows(reference, [{ profile }]);
    const performance = findingOf(findings[0], 'performance:error_rate');
    expect(performance).toMatchObject({ verdict: 'insufficient_data', rows: 0 });
    expect(performance.statistics.accuracy).toEqual({
      value: null,
      low: null,
      high: null,
      n: 0,
      suppressed: 'no labels',
    });
    expect(performance.sentence).toMatch(/^no labels have come for this window yet; evidence 0 % of the alarm level$/);
  });
});
