import { describe, expect, it } from 'vitest';
import { budgetSettings, type ModelSettings, modelSettings } from '../config/settings.ts';
import { recomputeAlarm } from '../statistics/evidence/index.ts';
import { countStreams } from './budget.ts';
import { evaluateWindow } from './evaluateWindow.ts';
import type { Finding } from './finding.ts';
import { hourMs, sampleReference, sampleWindow, type Traffic } from './sampleTraffic.ts';
import type { MonitorState } from './state.ts';

const parted: Traffic = { rows: 1_000, approved: { female: 0.35, male: 0.5 } };
const reference = sampleReference(parted, 20, 3);

function settingsOver(fairnessGapOver: 'reference' | 'parity'): ModelSettings {
  return modelSettings.parse({
    name: 'credit-risk',
    positive: '1',
    groups: [{ attribute: 'sex', reference: 'male' }],
    tolerance: { fairnessGapOver },
  });
}

/** The gap's findings of some windows of traffic. */
function watch(settings: ModelSettings, traffic: Traffic, windows: number, seed: number): Finding[] {
  let state: MonitorState | null = null;
  return Array.from({ length: windows }, (_, window) => {
    const { profile, arrivals } = sampleWindow(reference.shape, traffic, seed * 1_000 + window);
    const evaluation = evaluateWindow({
      ...{ settings, reference, profile, arrivals, state, version: '1', budget: budgetSettings.parse({}) },
      streams: countStreams([{ settings, reference }]),
      from: window * hourMs,
      to: (window + 1) * hourMs,
    });
    state = evaluation.state;
    return evaluation.findings.filter(({ signal }) => signal === 'fairness_gap:sex=female');
  }).flat();
}

const firstAlarm = (findings: readonly Finding[]): number => findings.findIndex(({ verdict }) => verdict === 'alarm');

describe('the gap between a group and its reference group', () => {
  it('that the reference had already is no alarm, unless parity is asked for', () => {
    expect(firstAlarm(watch(settingsOver('reference'), parted, 60, 1))).toBe(-1);
    const found = watch(settingsOver('parity'), parted, 60, 1);
    const at = firstAlarm(found);
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThan(12);
    expect(found[at]?.sentence).toMatch(
      /^sex=female falls behind male in favourable decisions: 3\d(\.\d)? % against [45]\d(\.\d)? %, -1\d points in the reference; evidence 1\d\d % of the alarm level$/,
    );
  });

  it('that widens is one, with everything to compute it again', () => {
    const found = watch(settingsOver('reference'), { ...parted, approved: { female: 0.2, male: 0.5 } }, 30, 2);
    const alarm = found[firstAlarm(found)];
    expect(alarm?.evidence?.leading).toEqual({ score: 'selection_gap', direction: 'up' });
    expect(recomputeAlarm(alarm!.evidence!.proof!)).toMatchObject({ alarm: true, problems: [] });
  });

  it('is about wrong denials and wrong decisions too', () => {
    const found = watch(settingsOver('reference'), { ...parted, errors: { female: 0.3, male: 0.1 } }, 30, 3);
    expect(['wrongly_denied_gap', 'error_gap']).toContain(found[firstAlarm(found)]?.evidence?.leading?.score);
  });

  it('that closes, or turns to the better for the group, is none', () => {
    const equal = { ...parted, approved: { female: 0.5, male: 0.5 } };
    const turned = { ...parted, approved: { female: 0.7, male: 0.5 }, errors: { female: 0.02, male: 0.1 } };
    expect(firstAlarm(watch(settingsOver('parity'), equal, 60, 4))).toBe(-1);
    expect(firstAlarm(watch(settingsOver('parity'), turned, 60, 5))).toBe(-1);
  });
});
