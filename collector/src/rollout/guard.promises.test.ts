import { describe, expect, test, vi } from 'vitest';
import type { ModelSettings } from '../config/settings.ts';
import { hourMs, testModel } from '../main/testing/traffic.ts';
import { createProfile, foldInferences, foldOutcome, type Profile } from '../profile/index.ts';
import { batchOf } from '../profile/sampleBatch.ts';
import { sampleShape } from '../profile/sampleShape.ts';
import { seededRandom } from './evaluation/bootstrap.ts';
import type { GateName, GateResult } from './gate.ts';
import { look, startGuard } from './guard.ts';
import type { Guard } from './guardState.ts';
import { testCanary } from './testing/testCanary.ts';

/**
 * What the guards promise, through the very code that decides: 300 canaries, each looked at after every one of 60 windows
 * of 200 rows in both versions.
 */

/** Seconds alone on a machine, a minute on one that does a dozen other things. */
vi.setConfig({ testTimeout: 180_000 });

const looks = 60;
const rows = 200;
const runs = 300;

const canary = testCanary({ weightBasisPoints: 5_000, steps: [5_000], earlierWeightBasisPoints: 0 });

const groupsOfSex = [{ attribute: 'sex', groups: ['f', 'm'] }];
const binary = sampleShape({ groups: groupsOfSex });

interface Behaviour {
  /** Share of wrong predictions, by group. */
  readonly errors: (group: 'f' | 'm') => number;
  /** Share of favourable decisions, by group. */
  readonly chosen: (group: 'f' | 'm') => number;
  readonly failures: number;
  /** Latencies are log-normal around it, milliseconds. */
  readonly latencyMs: number;
}

const usual: Behaviour = { errors: () => 0.05, chosen: () => 0.5, failures: 0.01, latencyMs: 40 };

const parts = new Map<string, Profile>();

/** Rows of one group, `chosen` of them predicted yes, `wrong` of them wrong: built once, since only counts matter. */
function part(group: 'f' | 'm', chosen: number, wrong: number): Profile {
  const key = `${group} ${chosen} ${wrong}`;
  const known = parts.get(key);
  if (known !== undefined) return known;
  const profile = createProfile(binary);
  const size = rows / 2;
  const predictions = Array.from({ length: size }, (_, row) => (row < chosen ? 'yes' : 'no'));
  const batch = batchOf(predictions.map((prediction, row) => ({ id: `${row}`, prediction, groups: { sex: group } })));
  foldInferences(
    profile,
    batch,
    Int32Array.from({ length: size }, (_, row) => row),
  );
  predictions.forEach((prediction, row) => {
    const joined = {
      version: '1',
      role: 'champion',
      time: 0,
      prediction,
      score: null,
      groups: { sex: group },
    } as const;
    const isWrong = row < wrong;
    foldOutcome(profile, { ...joined, label: null }, isWrong === (prediction === 'yes') ? 'no' : 'yes');
  });
  parts.set(key, profile);
  return profile;
}

function draw(random: () => number, n: number, rate: number): number {
  let events = 0;
  for (let row = 0; row < n; row++) if (random() < rate) events += 1;
  return events;
}

function windowOf(random: () => number, role: 'champion' | 'canary', behaviour: Behaviour): Profile {
  const profile = createProfile(binary);
  for (const group of ['f', 'm'] as const) {
    const size = rows / 2;
    const { counts } = part(
      group,
      draw(random, size, behaviour.chosen(group)),
      draw(random, size, behaviour.errors(group)),
    );
    // Guards read counts alone; merging everything else would take most of the time.
    for (let cell = 0; cell < counts.length; cell++) profile.counts[cell] = profile.counts[cell]! + counts[cell]!;
  }
  // Totals by their place: rows, champion, canary, shadow, failures.
  profile.counts[1] = role === 'champion' ? rows : 0;
  profile.counts[2] = role === 'canary' ? rows : 0;
  profile.counts[4] = draw(random, rows, behaviour.failures);
  const known = latencies(behaviour.latencyMs);
  profile.latencies.set(known[Math.floor(random() * known.length)]!);
  return profile;
}

const latencyPools = new Map<number, Float64Array[]>();

/** Histograms of windows to draw from: logarithms and cosines for every row would take more time than what is tested. */
function latencies(medianMs: number): readonly Float64Array[] {
  const known = latencyPools.get(medianMs);
  if (known !== undefined) return known;
  const random = seededRandom(medianMs);
  const pool = Array.from({ length: 200 }, () => {
    const histogram = new Float64Array(createProfile(binary).latencies.length);
    for (let row = 0; row < rows; row++) {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const cell = Math.floor((Math.log2(medianMs) + 0.6 * normal + 4) * 8) + 1;
      histogram[cell] = histogram[cell]! + 1;
    }
    return histogram;
  });
  latencyPools.set(medianMs, pool);
  return pool;
}

interface Ended {
  /** The first gate that failed, and at which look; `null` when none did. */
  readonly failed: { readonly gate: GateName; readonly look: number } | null;
  readonly guard: Guard;
  readonly gates: readonly GateResult[];
}

function runCanary(
  seed: number,
  settings: ModelSettings,
  champion: (look: number) => Behaviour,
  candidate: (look: number) => Behaviour,
): Ended {
  const random = seededRandom(seed);
  const before = Array.from({ length: 3 }, () => windowOf(random, 'champion', champion(0)));
  let guard = startGuard(canary, before, settings);
  let gates: readonly GateResult[] = [];
  for (let index = 1; index <= looks; index++) {
    const from = (index - 1) * hourMs;
    const looked = look(guard, {
      settings,
      rollout: canary,
      readFrom: from,
      to: from + hourMs,
      candidateDigest: '',
      instances: [],
      at: index,
      windows: [
        {
          from,
          champion: windowOf(random, 'champion', champion(index)),
          candidate: windowOf(random, 'canary', candidate(index)),
        },
      ],
    });
    guard = looked.guard;
    gates = looked.gates;
    const failed = gates.find(({ verdict }) => verdict === 'fail');
    if (failed !== undefined) return { failed: { gate: failed.gate, look: index }, guard, gates };
  }
  return { failed: null, guard, gates };
}

const modelOf = (gates: Record<string, unknown> = {}) =>
  testModel({ groups: [{ attribute: 'sex' }], rollout: { gates: { canaryRows: 100, ...gates } } });

function manyCanaries(
  settings: ModelSettings,
  champion: (look: number) => Behaviour,
  candidate: (look: number) => Behaviour,
  count = runs,
): { readonly ended: readonly Ended[]; readonly stopped: number; readonly medianLook: number | null } {
  const ended = Array.from({ length: count }, (_, run) => runCanary(run + 1, settings, champion, candidate));
  const at = ended.flatMap(({ failed }) => failed?.look ?? []).toSorted((a, b) => a - b);
  return { ended, stopped: at.length / count, medianLook: at[at.length >> 1] ?? null };
}

const byGate = (ended: readonly Ended[], gate: GateName) =>
  ended.filter(({ failed }) => failed?.gate === gate).length / ended.length;

describe('a canary that is as good as the champion', () => {
  test('is rolled back in at most 5 % of runs by all guards together, even without any margin', () => {
    const { stopped } = manyCanaries(
      modelOf({ canaryErrorMargin: 0 }),
      () => usual,
      () => usual,
    );
    expect(stopped).toBeLessThanOrEqual(0.05);
  });

  test('is not rolled back because everything gets worse for both', () => {
    const worsening = (index: number): Behaviour => ({
      errors: () => 0.05 + index / 300,
      chosen: () => 0.5 - index / 300,
      failures: 0.01 + index / 1_000,
      latencyMs: 40 * (1 + index / 20),
    });
    const { stopped } = manyCanaries(modelOf({ canaryErrorMargin: 0 }), worsening, worsening);
    expect(stopped).toBeLessThanOrEqual(0.05);
  });
});

describe('a canary that does harm', () => {
  test('is found in at least 95 % of runs when 5 % wrong predictions became 8 %', () => {
    const { ended, medianLook } = manyCanaries(
      modelOf(),
      () => usual,
      () => ({ ...usual, errors: () => 0.08 }),
    );
    expect(ended.filter(({ failed }) => failed !== null).length / runs).toBeGreaterThanOrEqual(0.95);
    expect(byGate(ended, 'canary_error_rate')).toBeGreaterThan(0.9);
    expect(medianLook).toBeLessThanOrEqual(30);
  });

  test('is found when it fails more often', () => {
    const { ended } = manyCanaries(
      modelOf(),
      () => usual,
      () => ({ ...usual, failures: 0.04 }),
      60,
    );
    expect(byGate(ended, 'inference_error_rate')).toBeGreaterThanOrEqual(0.95);
  });

  test('is found when it is twice as slow', () => {
    const { ended } = manyCanaries(
      modelOf(),
      () => usual,
      () => ({ ...usual, latencyMs: 80 }),
      60,
    );
    expect(byGate(ended, 'latency_ratio')).toBeGreaterThanOrEqual(0.95);
  });

  test('is found when it decides against one group, though it is right as often as before', () => {
    const against = { ...usual, chosen: (group: 'f' | 'm') => (group === 'f' ? 0.35 : 0.5) };
    const { ended, medianLook } = manyCanaries(
      modelOf(),
      () => usual,
      () => against,
      60,
    );
    expect(byGate(ended, 'canary_fairness')).toBeGreaterThanOrEqual(0.95);
    expect(medianLook).toBeLessThanOrEqual(35);
  });

  test('is found when only one group gets worse', () => {
    const worseFor = { ...usual, errors: (group: 'f' | 'm') => (group === 'f' ? 0.15 : 0.05) };
    const { ended } = manyCanaries(
      modelOf({ canaryErrorMargin: 0.1 }),
      () => usual,
      () => worseFor,
      60,
    );
    expect(byGate(ended, 'canary_fairness')).toBeGreaterThanOrEqual(0.95);
  });
});

describe('a canary that is worse by just what is allowed', () => {
  test('is promoted by proof in at most 5 % of runs', () => {
    const settings = modelOf({ canaryPass: 'proven' });
    const random = (run: number) =>
      runCanary(
        run + 1,
        settings,
        () => usual,
        () => ({ ...usual, errors: () => 0.06 }),
      );
    const promoted = Array.from({ length: runs }, (_, run) => random(run)).filter(
      ({ failed, gates }) =>
        failed === null && gates.find(({ gate }) => gate === 'canary_error_rate')?.verdict === 'pass',
    );
    expect(promoted.length / runs).toBeLessThanOrEqual(0.05);
  });

  test('is not called unfair more often than 5 % when its gap is wider by just the tolerance', () => {
    const wider = { ...usual, chosen: (group: 'f' | 'm') => (group === 'f' ? 0.45 : 0.5) };
    const { ended } = manyCanaries(
      modelOf(),
      () => usual,
      () => wider,
    );
    expect(byGate(ended, 'canary_fairness')).toBeLessThanOrEqual(0.05);
  });
});

describe('a canary of a regression', () => {
  const regression = sampleShape({ task: 'regression', positive: null, groups: groupsOfSex });
  const settings = testModel({
    task: 'regression',
    positive: undefined,
    groups: [{ attribute: 'sex' }],
    rollout: { gates: { canaryRows: 100, canaryErrorMargin: 0.05, worstGroupMargin: 0.1 } },
  });
  const size = 80;

  function regressionWindow(random: () => number, role: 'champion' | 'canary', spread: (group: string) => number) {
    const profile = createProfile(regression);
    const numbers = Array.from({ length: size }, (_, row) => row);
    const sex = (row: number) => (row % 2 === 0 ? 'f' : 'm');
    const batch = batchOf(numbers.map((row) => ({ id: `${row}`, prediction: 10, groups: { sex: sex(row) } })));
    foldInferences(profile, batch, Int32Array.from(numbers));
    for (const row of numbers) {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const joined = { version: '1', role: 'champion', time: 0, prediction: 10, score: null } as const;
      foldOutcome(profile, { ...joined, groups: { sex: sex(row) }, label: null }, 10 + spread(sex(row)) * normal);
    }
    profile.counts[1] = role === 'champion' ? size : 0;
    profile.counts[2] = role === 'canary' ? size : 0;
    return profile;
  }

  function runs(count: number, spread: (group: string) => number): (GateResult | null)[] {
    return Array.from({ length: count }, (_, run) => {
      const random = seededRandom(run + 71);
      let guard = startGuard(canary, [], settings);
      for (let index = 0; index < 40; index++) {
        const from = index * hourMs;
        const looked = look(guard, {
          settings,
          rollout: canary,
          readFrom: from,
          to: from + hourMs,
          candidateDigest: '',
          instances: [],
          at: 0,
          windows: [
            {
              from,
              champion: regressionWindow(random, 'champion', () => 2),
              candidate: regressionWindow(random, 'canary', spread),
            },
          ],
        });
        guard = looked.guard;
        const failed = looked.gates.find(({ verdict }) => verdict === 'fail');
        if (failed !== undefined) return failed;
      }
      return null;
    });
  }

  test('is rolled back in at most 5 % of runs when it errs as much', () => {
    expect(runs(100, () => 2).filter((failed) => failed !== null).length).toBeLessThanOrEqual(5);
  });

  test('is rolled back in at most 5 % of runs when it errs more by just the margin', () => {
    expect(runs(100, () => 2.1).filter((failed) => failed !== null).length).toBeLessThanOrEqual(5);
  });

  test('is found when it errs a third more', () => {
    const found = runs(40, () => 2.7).filter((failed) => failed?.gate === 'canary_absolute_error');
    expect(found.length).toBeGreaterThanOrEqual(38);
    expect(found[0]?.reason).toMatch(
      /^mean absolute error [\d.]+ against [\d.]+ of the champion: worse by more than 5\.0 %/,
    );
  });

  test('is found when it errs more for one group', () => {
    const found = runs(40, (group) => (group === 'f' ? 3 : 1.6)).filter((failed) => failed?.gate === 'canary_fairness');
    expect(found.length).toBeGreaterThanOrEqual(38);
  });
});
