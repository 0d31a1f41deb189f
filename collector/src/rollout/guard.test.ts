import { describe, expect, test } from 'vitest';
import { bareShape } from '../main/learning-rows.ts';
import { testModel } from '../main/testing/traffic.ts';
import { createProfile, foldInferences, foldOutcome, type Profile } from '../profile/index.ts';
import { batchOf } from '../profile/sampleBatch.ts';
import { sampleShape } from '../profile/sampleShape.ts';
import { seededRandom } from './evaluation/bootstrap.ts';
import { look, startGuard } from './guard.ts';
import type { Guard, GuardedWindow } from './guardState.ts';
import { testCanary } from './testing/testCanary.ts';

const settings = testModel({ groups: [], rollout: { gates: { canaryRows: 50, canaryErrorMargin: 0.01 } } });
const hour = 3_600_000;

/** Rows of one version in one window, some of them labelled, some of those wrong. */
function windowOf(rows: number, labelled: number, wrong: number, failed = 0): Profile {
  const profile = createProfile(bareShape(settings));
  const batch = batchOf(
    Array.from({ length: rows }, (_, row) => ({
      id: `${row}`,
      prediction: 'yes',
      score: 0.9,
      error: row < failed ? 'timeout' : null,
    })),
  );
  foldInferences(
    profile,
    batch,
    Int32Array.from({ length: rows }, (_, row) => row),
  );
  for (let row = 0; row < labelled; row++) {
    const joined = {
      version: '1',
      role: 'champion',
      time: 0,
      prediction: 'yes',
      score: 0.9,
      groups: {},
      label: null,
    } as const;
    foldOutcome(profile, joined, row < wrong ? 'no' : 'yes');
  }
  return profile;
}

const canary = testCanary();

function lookAt(guard: Guard, windows: readonly GuardedWindow[], readFrom = 0, rollout = canary) {
  const input = { settings, rollout, windows, readFrom, to: 0, candidateDigest: '', instances: [], at: 0 };
  const looked = look(guard, input);
  const errors = looked.gates.find(({ gate }) => gate === 'canary_error_rate');
  if (errors === undefined) throw new Error('no canary_error_rate');
  return { ...looked, errors };
}

const start = () => startGuard(canary, [windowOf(400, 400, 40)], settings);
const window = (index: number, champion: Profile | null, candidate: Profile | null): GuardedWindow => ({
  from: index * hour,
  champion,
  candidate,
});

describe('the guards of a canary', () => {
  test('count each row once, however often its window is looked at', () => {
    const windows = [window(0, windowOf(100, 60, 6), windowOf(50, 30, 3))];
    const first = lookAt(start(), windows);
    const second = lookAt(first.guard, windows);
    expect(second.guard).toEqual(first.guard);
    expect(second.errors.numbers).toMatchObject({ championRows: 60, canaryRows: 30 });
  });

  test('count labels that come later, for the window of their row', () => {
    const before = lookAt(start(), [window(0, windowOf(100, 60, 6), windowOf(50, 30, 3))]);
    const after = lookAt(before.guard, [window(0, windowOf(100, 90, 9), windowOf(50, 45, 4))]);
    expect(after.errors.numbers).toMatchObject({ championRows: 90, canaryRows: 45, canaryRate: 4 / 45 });
  });

  test('wait with the rows of one version for rows of the other in the same window', () => {
    const alone = lookAt(start(), [window(0, windowOf(100, 60, 6), null)]);
    expect(alone.errors.numbers).toMatchObject({ championRows: 0, canaryRows: 0 });
    const both = lookAt(alone.guard, [window(0, windowOf(100, 60, 6), windowOf(50, 30, 3))]);
    expect(both.errors.numbers).toMatchObject({ championRows: 60, canaryRows: 30 });
  });

  test('survive labels that are taken back', () => {
    const first = lookAt(start(), [window(0, windowOf(100, 60, 10), windowOf(50, 30, 8))]);
    const corrected = lookAt(first.guard, [window(0, windowOf(100, 60, 10), windowOf(50, 30, 2))]);
    expect(corrected.guard.evidence).toEqual(first.guard.evidence);
    const grown = lookAt(corrected.guard, [window(0, windowOf(100, 95, 12), windowOf(50, 50, 9))]);
    expect(grown.errors.numbers).toMatchObject({ championRows: 95, canaryRows: 50 });
  });

  test('keep what they counted when windows are too old to be read', () => {
    const first = lookAt(start(), [
      window(0, windowOf(100, 60, 6), windowOf(50, 30, 3)),
      window(1, windowOf(100, 60, 6), windowOf(50, 30, 3)),
    ]);
    const later = lookAt(first.guard, [window(2, windowOf(100, 60, 6), windowOf(50, 30, 3))], 2 * hour);
    expect(later.guard.windows.map(({ from }) => from)).toEqual([2 * hour]);
    expect(later.errors.numbers).toMatchObject({ championRows: 180, canaryRows: 90, canaryStepRows: 90 });
    const nextStep = { ...canary, stepFrom: 2 * hour };
    const stepped = lookAt(later.guard, [window(2, windowOf(100, 60, 6), windowOf(50, 30, 3))], 2 * hour, nextStep);
    expect(stepped.errors.numbers).toMatchObject({ canaryRows: 90, canaryStepRows: 30 });
  });

  test('are the same after a trip through the store', () => {
    const { guard } = lookAt(start(), [window(0, windowOf(100, 60, 6), windowOf(50, 30, 3))]);
    expect(JSON.parse(JSON.stringify(guard))).toEqual(guard);
  });

  test('are not fooled by traffic that shifts to the canary while times get worse for both', () => {
    // 10 % errors while the canary is small, 30 % while it is large: pooled, the canary would look far worse.
    const random = seededRandom(4);
    const drawn = (rows: number, rate: number) => {
      let wrong = 0;
      for (let row = 0; row < rows; row++) if (random() < rate) wrong += 1;
      return windowOf(rows, rows, wrong);
    };
    const windows: GuardedWindow[] = [];
    let guard = start();
    for (let index = 0; index < 40; index++) {
      const early = index < 20;
      const rate = early ? 0.1 : 0.3;
      windows.push(window(index, drawn(early ? 190 : 100, rate), drawn(early ? 10 : 100, rate)));
      guard = lookAt(guard, windows).guard;
    }
    const { numbers, verdict } = lookAt(guard, windows).errors;
    expect(numbers.difference).toBeGreaterThan(0.08);
    expect(numbers.harmEvidencePeakLog).toBeLessThan(2);
    expect(verdict).not.toBe('fail');
  });
});

describe('the guards of a canary that ranks', () => {
  test('count what each ranking lost of the gain it could have had', () => {
    const ranking = testModel({ task: 'ranking', positive: undefined, groups: [] });
    const shape = sampleShape({ task: 'ranking', positive: null });
    const windowOf = (relevances: readonly string[]) => {
      const profile = createProfile(shape);
      const shown = JSON.stringify(['a', 'b', 'c']);
      for (const relevance of relevances) {
        const joined = { version: '1', role: 'champion', time: 0, prediction: shown, score: null, groups: {} } as const;
        foldOutcome(profile, { ...joined, label: null }, relevance);
      }
      return profile;
    };
    const right = JSON.stringify({ a: 1 });
    const last = JSON.stringify({ c: 1 });
    const input = {
      settings: ranking,
      rollout: canary,
      readFrom: 0,
      to: hour,
      candidateDigest: '',
      instances: [],
      at: 0,
      windows: [{ from: 0, champion: windowOf(Array(40).fill(right)), candidate: windowOf(Array(40).fill(last)) }],
    };
    const { gates } = look(startGuard(canary, [], ranking), input);
    const gate = gates.find(({ gate: name }) => name === 'canary_absolute_error');
    expect(gate).toMatchObject({ numbers: { championRows: 40, canaryRows: 40, championMean: 0 } });
    // The one good item in third place: 1 / log2(4) of the gain is left.
    expect(gate?.numbers.canaryMean).toBeCloseTo(0.5, 6);
    expect(gate?.reason).toMatch(/^gain lost by a ranking 0\.5/);
  });
});
