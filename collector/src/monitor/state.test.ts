import { describe, expect, test } from 'vitest';
import { sampleReference, type Traffic } from './sampleTraffic.ts';
import { decodeMonitorState, encodeMonitorState, type MonitorState } from './state.ts';
import { watchTraffic } from './watchWindows.ts';

const clean: Traffic = { rows: 500, features: 2 };
const reference = sampleReference(clean, 20, 1);

describe('the state of the detectors', () => {
  test('survives being stored: the findings are the same, bit for bit', () => {
    const first = watchTraffic(reference, { ...clean, shift: 0.1 }, 5, 150_000);
    const stored = decodeMonitorState(encodeMonitorState(first.state!));
    expect(stored).toEqual(first.state);
    const next = (state: MonitorState | null) =>
      watchTraffic(reference, { ...clean, shift: 0.1 }, 5, 160_000, { state });
    expect(next(stored)).toEqual(next(first.state));
  });

  test('that was stored as logarithms is read as the wealth it was', () => {
    const { state } = watchTraffic(reference, { ...clean, shift: 0.1 }, 3, 150_000);
    if (state === null) throw new Error('no state');
    const logs = {
      ...state,
      detectors: new Map([...state.detectors].map(([id, wealth]) => [id, wealth.map(Math.log)])),
    };
    const bytes = encodeMonitorState(logs);
    bytes.set(Buffer.from('"format":1'), Buffer.from(bytes).indexOf('"format":2'));
    const read = decodeMonitorState(bytes);
    for (const [id, wealth] of state.detectors) {
      for (const [bet, one] of read.detectors.get(id)!.entries()) expect(one / wealth[bet]!).toBeCloseTo(1, 12);
    }
  });

  test('against another reference is not used', () => {
    const other = sampleReference(clean, 20, 17);
    const { state } = watchTraffic(reference, { ...clean, shift: 0.1 }, 5, 180_000);
    expect(watchTraffic(other, clean, 1, 190_000, { state })).toEqual(watchTraffic(other, clean, 1, 190_000));
  });

  test('that is damaged is refused', () => {
    const { state } = watchTraffic(reference, clean, 1, 200_000);
    const bytes = encodeMonitorState(state!);
    for (const broken of [
      bytes.subarray(0, 3),
      bytes.subarray(0, -4),
      new Uint8Array([...bytes, 0]),
      new Uint8Array(40),
    ]) {
      expect(() => decodeMonitorState(broken)).toThrow(/stored monitor state cannot be read/);
    }
  });
});
