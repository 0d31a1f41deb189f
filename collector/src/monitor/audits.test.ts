import { describe, expect, it } from 'vitest';
import { modelSettings } from '../config/settings.ts';
import { noArrivals, type OutcomeArrivals } from './arrivals.ts';
import { type Audit, auditGroups } from './audits.ts';
import { hourMs, sampleReference, sampleSettings, sampleWindow } from './sampleTraffic.ts';
import { decodeMonitorState, encodeMonitorState, initialMonitorState } from './state.ts';

const reference = sampleReference({ rows: 300 }, 4, 1);
const settings = modelSettings.parse({ name: 'm', auditPeriod: '4h' });
const arrived = (female: number, male: number): OutcomeArrivals => ({
  overall: { labelled: female + male, wrong: 0 },
  groups: { sex: { female: { labelled: female, wrong: 0 }, male: { labelled: male, wrong: 0 } } },
});

/** What is said of women, window by window. */
function sentences(
  windows: readonly { readonly rows: number; readonly arrivals: OutcomeArrivals }[],
): (string | null)[] {
  let audits: ReadonlyMap<string, Audit> = new Map();
  return windows.map(({ rows, arrivals }, window) => {
    const { profile } = sampleWindow(reference.shape, { rows }, window + 1);
    const [from, to] = [window * hourMs, (window + 1) * hourMs];
    const audited = auditGroups({ settings, profile, arrivals, from, to, audits });
    audits = new Map(audited.map(({ signal, audit }) => [signal, audit]));
    return audited.find(({ signal }) => signal === 'fairness_audit:sex=female')?.sentence ?? null;
  });
}

describe('a group', () => {
  it('whose outcomes hardly ever come cannot be audited, which is said after a period, until enough come', () => {
    const few = { rows: 200, arrivals: arrived(2, 60) };
    const many = { rows: 200, arrivals: arrived(40, 60) };
    const said = sentences([few, few, few, few, few, many, many, many, many]);
    expect(said.slice(0, 3)).toEqual([null, null, null]);
    expect(said.slice(3, 7)).toEqual(
      Array(4).fill(
        'cannot audit sex=female: fewer than 30 outcomes of it in 4 hours, so nobody knows whether decisions about it are right',
      ),
    );
    expect(said.slice(7)).toEqual([null, null]);
  });

  it('of which hardly anybody comes cannot be audited either', () => {
    const said = sentences(Array(4).fill({ rows: 5, arrivals: noArrivals }));
    expect(said[3]).toBe(
      'cannot audit sex=female: fewer than 30 decisions about it in 4 hours, so nobody knows how it is treated',
    );
  });

  it('is not singled out where nobody has outcomes', () => {
    expect(sentences(Array(4).fill({ rows: 200, arrivals: noArrivals }))).toEqual([null, null, null, null]);
  });

  it('is remembered between windows, also by states that were written before audits', () => {
    const audit: Audit = { since: 5, rows: 3, labelled: 2, labelledOfAll: 9, short: 'labels' };
    const state = { ...initialMonitorState(reference), audits: new Map([['fairness_audit:sex=female', audit]]) };
    expect(decodeMonitorState(encodeMonitorState(state))).toEqual(state);
    const text = new TextDecoder().decode(encodeMonitorState(initialMonitorState(reference)).subarray(4));
    const old = new TextEncoder().encode(text.replace(',"audits":[]', ''));
    const bytes = new Uint8Array(4 + old.length);
    new DataView(bytes.buffer).setUint32(0, old.length, true);
    bytes.set(old, 4);
    expect(decodeMonitorState(bytes)).toEqual(initialMonitorState(reference));
  });

  it('has a setting for the period, a week by default', () => {
    expect(sampleSettings.auditPeriod).toBe(7 * 24 * hourMs);
  });
});
