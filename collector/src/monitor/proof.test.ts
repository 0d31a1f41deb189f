import { describe, expect, it } from 'vitest';
import { alarmCertificate } from '../http/api.ts';
import { allRows, createProfile, foldInferences, mergeProfiles } from '../profile/index.ts';
import { type AlarmCertificate, recomputeAlarm } from '../statistics/evidence/index.ts';
import { noArrivals } from './arrivals.ts';
import { countStreams } from './budget.ts';
import { evaluateWindow } from './evaluateWindow.ts';
import { hourMs, sampleReference, sampleSettings, sampleTraffic } from './sampleTraffic.ts';
import { decodeMonitorState, encodeMonitorState, type MonitorState } from './state.ts';

const settings = sampleSettings;
const reference = sampleReference({ rows: 500 }, 12, 1);

/** Certificates of ten windows, the last six of which are shifted; folded whole, or in parts and in another order. */
function certificates(fold: 'whole' | 'parts', mode: 'calendar' | 'lifetime'): AlarmCertificate[] {
  let state: MonitorState | null = null;
  return Array.from({ length: 10 }, (_, window) => {
    const batches = [0, 1, 2].map(
      (part) =>
        sampleTraffic({ rows: 150, shift: window < 4 ? 0 : 0.6, graz: window < 4 ? 0.5 : 0.7 }, 50 * window + part)
          .batch,
    );
    const whole = createProfile(reference.shape);
    const parts = batches.map((batch) => {
      foldInferences(whole, batch, allRows(batch));
      const part = createProfile(reference.shape);
      foldInferences(part, batch, allRows(batch));
      return part;
    });
    const profile = fold === 'whole' ? whole : parts.toReversed().reduce(mergeProfiles);
    const evaluation = evaluateWindow({
      settings,
      budget: { mode, hours: 720, alpha: 0.05 },
      streams: countStreams([{ settings, reference }]),
      version: '1',
      reference,
      profile,
      arrivals: noArrivals,
      state,
      from: window * hourMs,
      to: (window + 1) * hourMs,
    });
    // As after a restart.
    state = fold === 'parts' ? decodeMonitorState(encodeMonitorState(evaluation.state!)) : evaluation.state;
    return evaluation.findings.flatMap(({ evidence }) => evidence?.proof ?? []);
  }).flat();
}

describe.each(['calendar', 'lifetime'] as const)('alarms with a %s budget', (mode) => {
  const made = certificates('whole', mode);

  it('carry a certificate that anybody can recompute, bit for bit', () => {
    expect(made.length).toBeGreaterThan(3);
    for (const certificate of made) {
      const read = alarmCertificate.parse(JSON.parse(JSON.stringify(certificate)));
      expect(recomputeAlarm(read)).toEqual({ log: certificate.log, alarm: true, problems: [] });
    }
  });

  it('carry the same certificate when the same events are replayed in other shards, with restarts', () => {
    expect(certificates('parts', mode)).toEqual(made);
  });

  it('say what they are about', () => {
    expect(made[0]!.subject).toMatchObject({ model: 'credit-risk', version: '1', reference: reference.id });
    expect(made.map(({ subject }) => subject.stream)).toContain('feature:x0');
  });
});
