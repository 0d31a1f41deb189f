import { describe, expect, test } from 'vitest';
import { type BudgetSettings, budgetSettings, type ModelSettings, modelSettings } from '../config/settings.ts';
import {
  allRows,
  buildReference,
  createProfile,
  foldInferences,
  type Profile,
  type Reference,
} from '../profile/index.ts';
import { seededRandom } from '../statistics/simulate.ts';
import { noArrivals } from './arrivals.ts';
import { countStreams, type StreamCounts } from './budget.ts';
import { evaluateWindow } from './evaluateWindow.ts';
import type { Finding } from './finding.ts';
import {
  hourMs,
  sampleReference,
  sampleSettings,
  sampleTraffic,
  sampleWindow,
  type Traffic,
  unlabelledReference,
} from './sampleTraffic.ts';
import { decodeMonitorState, encodeMonitorState, type MonitorState } from './state.ts';

const month = budgetSettings.parse({});

interface Run {
  readonly settings?: ModelSettings;
  readonly budget?: BudgetSettings;
  readonly streams?: StreamCounts;
  readonly state?: MonitorState | null;
}

/** Feeds windows of one hour and returns the findings of each. */
function watch(reference: Reference, windows: readonly (readonly [Traffic, number])[], run: Run = {}) {
  const { settings = sampleSettings, budget = month } = run;
  const streams = run.streams ?? countStreams([{ settings, reference }]);
  let state = run.state ?? null;
  const findings = windows.map(([traffic, seed], index) => {
    const { profile, arrivals } = sampleWindow(reference.shape, traffic, seed);
    const [from, to] = [index * hourMs, (index + 1) * hourMs];
    const step = evaluateWindow({
      settings,
      budget,
      streams,
      version: '1',
      reference,
      profile,
      arrivals,
      state,
      from,
      to,
    });
    state = step.state;
    return step.findings;
  });
  return { findings, state };
}

function repeated(traffic: Traffic, windows: number, seed: number): [Traffic, number][] {
  return Array.from({ length: windows }, (_, window) => [traffic, seed * 10_000 + window]);
}

function alarms(findings: readonly (readonly Finding[])[]): string[] {
  return findings.flatMap((window, index) =>
    window.filter(({ verdict }) => verdict === 'alarm').map(({ signal }) => `${index}: ${signal}`),
  );
}

function of(findings: readonly Finding[] | undefined, signal: string): Finding {
  const found = findings?.find((finding) => finding.signal === signal);
  if (found === undefined)
    throw new Error(`no finding of ${signal} among ${findings?.map((finding) => finding.signal)}`);
  return found;
}

const clean: Traffic = { rows: 500, features: 10 };
const reference = sampleReference(clean, 20, 1);

describe('labels that come after their window has closed', () => {
  const judge = (labelled: number, wrong: number, state: MonitorState | null = null) => {
    return evaluateWindow({
      settings: sampleSettings,
      budget: month,
      streams: countStreams([{ settings: sampleSettings, reference }]),
      version: '1',
      reference,
      profile: createProfile(reference.shape),
      arrivals: { overall: { labelled, wrong }, groups: {} },
      state,
      from: 0,
      to: hourMs,
    });
  };

  test('are what the error rate is judged by', () => {
    const finding = of(judge(400, 40).findings, 'performance:error_rate');
    expect(finding).toMatchObject({ rows: 400, statistics: { errorRate: { value: 0.1, n: 400 } } });
    expect(finding.verdict).not.toBe('insufficient_data');
  });

  test('alarm when too many predictions prove wrong, and say how many', () => {
    let state: MonitorState | null = null;
    const findings = Array.from({ length: 20 }, () => {
      const step = judge(400, 240, state);
      state = step.state;
      return of(step.findings, 'performance:error_rate');
    });
    const alarm = findings.find((finding) => finding.verdict === 'alarm');
    expect(alarm?.sentence).toMatch(/error rate rose: .* 60 % of 400 labelled rows/);
  });

  test('say nothing when none came', () => {
    expect(of(judge(0, 0).findings, 'performance:error_rate').verdict).toBe('insufficient_data');
  });
});

describe('traffic like the reference', () => {
  test('does not alarm in hundreds of windows, over all signals', () => {
    const { findings } = watch(reference, repeated(clean, 250, 2));
    expect(alarms(findings)).toEqual([]);
  });

  test('would alarm if the reference were taken as the truth: the null bounds are not just wide', () => {
    // A reference 1/20 as large, whose sampling error is what the bounds must cover.
    const small = sampleReference(clean, 1, 3);
    const untolerant = {
      ...sampleSettings,
      tolerance: { ...sampleSettings.tolerance, standardDeviations: 0, relativeShare: 0, errorRate: 0, fairnessGap: 0 },
    };
    const { findings } = watch(small, repeated({ ...clean, rows: 4_000 }, 25, 4), { settings: untolerant });
    expect(alarms(findings)).toEqual([]);
    const claimed: Reference = {
      ...small,
      id: 'sha256:claims-to-be-larger',
      profile: { ...small.profile, counts: small.profile.counts.map((count) => count * 10_000) },
    };
    const certain = watch(claimed, repeated({ ...clean, rows: 4_000 }, 25, 4), { settings: untolerant });
    expect(alarms(certain.findings).length).toBeGreaterThan(5);
  });

  test('gives every signal a finding with numbers, evidence and a sentence', () => {
    const { findings } = watch(reference, repeated(clean, 1, 5));
    expect(findings[0]?.map(({ signal }) => signal)).toEqual(
      [
        ...Array.from({ length: 10 }, (_, index) => [`feature:x${index}`, `data_quality:x${index}`]).flat(),
        'feature:city',
        'data_quality:city',
        'score',
        'prediction',
        'latency',
        'data_quality:failures',
        'data_quality:duplicates',
        'data_quality:schema',
        'data_quality:volume',
        'performance:error_rate',
        'fairness:sex=male',
        'fairness:sex=female',
        'fairness_gap:sex=female',
      ].sort((a, b) => order(findings[0], a) - order(findings[0], b)),
    );
    const { statistics, sentence, evidence } = of(findings[0], 'feature:x0');
    expect(Object.keys(statistics)).toEqual(
      expect.arrayContaining([
        'populationStabilityIndex',
        'wassersteinNormalised',
        'jensenShannonDistance',
        'missingRate',
      ]),
    );
    expect(statistics.populationStabilityIndex?.value).toBeLessThan(statistics.populationStabilityIndex?.high ?? 0);
    expect(evidence?.alarm).toBe(false);
    expect(sentence).toMatch(/^x0 is as in the reference: median .* → .*; evidence \d+ % of the alarm level$/);
  });

  test('is watched for the same with nothing declared but the name of the model', () => {
    const settings = modelSettings.parse({ name: 'credit-risk' });
    const past = Array.from({ length: 12 }, (_, window) => sampleTraffic(clean, 60 + window, window * hourMs));
    const learned = buildReference(
      past.map(({ batch }) => batch),
      past.flatMap(({ batch, labels }) => batch.ids.map((id, row) => ({ inferenceId: id, label: labels[row] ?? '' }))),
      { task: settings.task, windowMs: hourMs },
    );
    const signals = (findings: readonly (readonly Finding[])[]) => findings[0]?.map(({ signal }) => signal).sort();
    const { findings } = watch(learned, repeated(clean, 1, 5), { settings });
    expect(signals(findings)).toEqual(signals(watch(reference, repeated(clean, 1, 5)).findings));
    expect(learned.shape).toMatchObject({ positive: '1', groups: [{ attribute: 'sex', groups: ['male', 'female'] }] });
  });
});

function order(findings: readonly Finding[] | undefined, signal: string): number {
  return findings?.findIndex((finding) => finding.signal === signal) ?? -1;
}

describe('a shift', () => {
  // Table of median windows to the alarm at A K = 2e6, reference 10,000 rows, windows of 1,000, default tolerance.
  const large = sampleReference({ rows: 500 }, 20, 6);
  const oneStream = { ...countStreams([]), inputs: 1, total: 1 };
  const budget = budgetSettings.parse({ hours: 2_000_000 });

  test.each<{ what: string; shifted: Partial<Traffic>; earliest: number; latest: number }>([
    { what: 'of half a standard deviation', shifted: { shift: 0.5 }, earliest: 1, latest: 1 },
    { what: 'of a fifth of a standard deviation', shifted: { shift: 0.2 }, earliest: 3, latest: 8 },
    { what: 'to a quarter more spread', shifted: { scale: 1.25 }, earliest: 2, latest: 5 },
  ])('$what alarms within windows $earliest to $latest', ({ shifted, earliest, latest }) => {
    const delays = Array.from({ length: 7 }, (_, run) => {
      const windows = repeated({ rows: 1_000, ...shifted }, 15, 100 + run);
      const { findings } = watch(large, windows, { streams: oneStream, budget });
      return 1 + findings.findIndex((window) => of(window, 'feature:x0').verdict === 'alarm');
    }).sort((a, b) => a - b);
    expect(delays[0], `delays ${delays}`).toBeGreaterThan(0);
    expect(delays[3], `delays ${delays}`).toBeGreaterThanOrEqual(earliest);
    expect(delays[3], `delays ${delays}`).toBeLessThanOrEqual(latest);
  });

  test('smaller than the tolerance never alarms', () => {
    const { findings } = watch(large, repeated({ rows: 1_000, shift: 0.03 }, 150, 7));
    expect(alarms(findings)).toEqual([]);
  });

  test('says which way it went, from what to what, and how sure that is', () => {
    const { findings } = watch(large, repeated({ rows: 1_000, shift: 0.5 }, 2, 8));
    const { sentence, evidence } =
      findings.map((window) => of(window, 'feature:x0')).find(({ verdict }) => verdict === 'alarm') ?? {};
    expect(evidence?.leading).toEqual({ score: 'location', direction: 'up' });
    expect(evidence?.level).toBeGreaterThanOrEqual(1);
    expect(sentence).toMatch(
      /^x0 moved up: median -?[\d.e-]+ → 0\.[45]\d*, \d+ % of traffic would have to move; evidence \d{3} % of the alarm level$/,
    );
  });
});

describe('each kind of trouble is found where it is, and nowhere else', () => {
  const cases: readonly (readonly [string, Partial<Traffic>, readonly string[], RegExp])[] = [
    [
      'values that stop coming',
      { missing: 0.2 },
      ['data_quality:x0'],
      /x0 is missing more often: 1(\.\d)? % → [12]\d % of 500 rows/,
    ],
    [
      'a category that grows',
      { graz: 0.8 },
      ['feature:city'],
      /city is "(Graz|Wien)" (more|less) often: \d\d % → \d\d % of rows/,
    ],
    [
      'categories that were never there',
      { unseen: 0.2 },
      // One cause, one alert: the drift it makes is explained by it.
      ['data_quality:city'],
      /city has values the reference never had: 0 % → \d\d % of 500 rows, most often "Atlantis"/,
    ],
    [
      'inferences that fail',
      { failures: 0.08 },
      ['data_quality:failures'],
      /inferences fail more often: 0\.\d+ % → [\d.]+ % of 500 rows/,
    ],
    [
      'predictions that are wrong for one group',
      { errors: { female: 0.4, male: 0.1 } },
      ['fairness:sex=female', 'fairness_gap:sex=female', 'performance:error_rate'],
      /sex=female is (judged wrongly|wrongly denied) more often than male: \d\d % against \d+(\.\d)? %|error rate rose: 9\.9 % → [12]\d % of 500 labelled rows \(95 % interval [12]\d-[23]\d %\)|sex=female is judged wrongly more often: (9\.\d|1\d) % → \d\d % of \d+ labelled rows/,
    ],
    [
      'decisions that turn against one group',
      { approved: { female: 0.25, male: 0.5 } },
      ['fairness:sex=female', 'fairness_gap:sex=female', 'score'],
      /sex=female falls behind male in favourable decisions: \d\d % against \d\d %, a difference of [-\d.]+ points \([-\d.]+ points in the reference\)|sex=female gets the favourable decision less often than before: .* % of \d+ rows, against \d\d % of male \(ratio 0\.\d\d, four-fifths rule broken\)|score (is|moved) /,
    ],
  ];

  test.each(cases)('%s', (_, trouble, expected, sentence) => {
    const { findings } = watch(reference, repeated({ ...clean, ...trouble }, 12, 9));
    const fired = findings.flat().filter(({ verdict }) => verdict === 'alarm');
    expect([...new Set(fired.map(({ signal }) => signal))].sort()).toEqual([...expected].sort());
    for (const finding of fired) expect(finding.sentence).toMatch(sentence);
  });
});

describe('a detector that alarmed', () => {
  test('starts again from nothing, and alarms again while the shift lasts', () => {
    const { findings } = watch(reference, repeated({ ...clean, shift: 0.4 }, 12, 10));
    const levels = findings.map((window) => of(window, 'feature:x0'));
    const fired = levels.flatMap(({ verdict }, index) => (verdict === 'alarm' ? [index] : []));
    expect(fired.length).toBeGreaterThanOrEqual(2);
    const [first = 0] = fired;
    const { state } = watch(reference, repeated({ ...clean, shift: 0.4 }, first + 1, 10));
    expect([...(state?.detectors.get('feature:x0') ?? [])].every((wealth) => wealth === 0)).toBe(true);
    expect([...(state?.detectors.get('feature:x1') ?? [])].some((wealth) => wealth > 0)).toBe(true);
  });

  test('leaves a certificate of what it rests on', () => {
    const { findings } = watch(reference, repeated({ ...clean, shift: -0.8 }, 6, 11));
    const { evidence } =
      findings.map((window) => of(window, 'feature:x0')).find(({ verdict }) => verdict === 'alarm') ?? {};
    const { certificate } = evidence ?? {};
    expect(evidence?.leading?.direction).toBe('down');
    expect(certificate?.referenceEvents).toBeGreaterThan(9_000);
    expect(certificate?.observedEvents).toBeGreaterThan(400);
    expect(certificate?.observedMean).toBeLessThan(certificate?.nullBound ?? 0);
    expect(certificate?.nullBound).toBeLessThan(certificate?.referenceMean ?? 0);
    expect(of(findings[5], 'feature:x1').evidence?.certificate).toBeUndefined();
  });
});

describe('the budget', () => {
  const step = (budget: BudgetSettings, streams?: StreamCounts) =>
    of(
      watch(reference, repeated(clean, 1, 12), { budget, ...(streams === undefined ? {} : { streams }) }).findings[0],
      'feature:x0',
    );

  test('of more hours raises the alarm level by their logarithm, and of more streams as well', () => {
    const one = step(budgetSettings.parse({ hours: 100 }));
    expect(step(budgetSettings.parse({ hours: 1_000 })).evidence?.alarmLog).toBeCloseTo(
      (one.evidence?.alarmLog ?? 0) + Math.log(10),
      9,
    );
    const streams = countStreams([{ settings: sampleSettings, reference }]);
    const doubled = {
      risk: streams.risk * 2,
      fairness: streams.fairness * 2,
      inputs: streams.inputs * 2,
      segments: streams.segments,
      total: streams.total * 2,
    };
    expect(step(budgetSettings.parse({ hours: 100 }), doubled).evidence?.alarmLog).toBeCloseTo(
      (one.evidence?.alarmLog ?? 0) + Math.log(2),
      9,
    );
  });

  test('counts event time: a window of a day brings 24 times the weight of one of an hour', () => {
    const { profile } = sampleWindow(reference.shape, { rows: 0 }, 1);
    const streams = countStreams([{ settings: sampleSettings, reference }]);
    const logs = [1, 24].map((hours) => {
      const { findings } = evaluateWindow({
        settings: sampleSettings,
        budget: month,
        streams,
        version: '1',
        reference,
        profile,
        arrivals: noArrivals,
        state: null,
        from: 0,
        to: hours * hourMs,
      });
      return of(findings, 'feature:x0').evidence?.log ?? Number.NaN;
    });
    expect(logs[0]).toBeCloseTo(0, 9);
    expect(logs[1]).toBeCloseTo(Math.log(24), 9);
  });

  test('of a lifetime ignores how many other models there are, and how long windows are', () => {
    const lifetime = budgetSettings.parse({ mode: 'lifetime', alpha: 0.05 });
    const alone = step(lifetime);
    const streams = countStreams([{ settings: sampleSettings, reference }]);
    const crowd = { ...streams, risk: 500, fairness: 500, inputs: 5_000, total: 6_000 };
    expect(step(lifetime, crowd)).toEqual(alone);
    expect(alone.evidence?.alarmLog).toBeCloseTo(Math.log(20 * 4 * streams.inputs), 9);
    expect(alarms(watch(reference, repeated(clean, 100, 13), { budget: lifetime }).findings)).toEqual([]);
    expect(
      alarms(watch(reference, repeated({ ...clean, shift: 0.6 }, 10, 14), { budget: lifetime }).findings).length,
    ).toBeGreaterThan(0);
  });
});

describe('state', () => {
  test('survives being stored: the findings are the same, bit for bit', () => {
    const first = watch(reference, repeated({ ...clean, shift: 0.1 }, 5, 15));
    if (first.state === null) throw new Error('no state');
    const stored = decodeMonitorState(encodeMonitorState(first.state));
    expect(stored).toEqual(first.state);
    const next = repeated({ ...clean, shift: 0.1 }, 5, 16);
    expect(watch(reference, next, { state: stored })).toEqual(watch(reference, next, { state: first.state }));
  });

  test('that was stored as logarithms is read as the wealth it was', () => {
    const { state } = watch(reference, repeated({ ...clean, shift: 0.1 }, 3, 15));
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
    const { state } = watch(reference, repeated({ ...clean, shift: 0.1 }, 5, 18));
    const window = repeated(clean, 1, 19);
    expect(watch(other, window, { state })).toEqual(watch(other, window));
  });

  test('that is damaged is refused', () => {
    const { state } = watch(reference, repeated(clean, 1, 20));
    const bytes = encodeMonitorState(
      state ?? {
        reference: '',
        windows: 0,
        detectors: new Map(),
        audits: new Map(),
        firstRatings: {},
        paces: {},
        counted: new Map(),
      },
    );
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

describe('when there is nothing to compare with', () => {
  test('a window before the reference says so and is never clear', () => {
    const { profile } = sampleWindow(reference.shape, clean, 21);
    const step = evaluateWindow({
      settings: sampleSettings,
      budget: month,
      streams: countStreams([]),
      version: '1',
      reference: null,
      profile,
      arrivals: noArrivals,
      state: null,
      from: 0,
      to: hourMs,
    });
    expect(step.state).toBeNull();
    expect(step.findings.length).toBeGreaterThan(0);
    for (const finding of step.findings) {
      expect(finding).toMatchObject({ verdict: 'insufficient_data', evidence: null, reference: null });
      expect(finding.sentence).toBe('no reference to compare 500 rows with yet: the first 5,000 rows will make it');
    }
  });

  test('an empty window is insufficient, not clear', () => {
    const { findings } = watch(reference, [[{ rows: 0 }, 1]]);
    expect(new Set(findings[0]?.map(({ verdict }) => verdict))).toEqual(new Set(['insufficient_data']));
  });

  test('a group that the reference hardly knows is named, suppressed and never alarms', () => {
    const settings = { ...sampleSettings, minimumGroupRows: 5_000 };
    const { findings } = watch(reference, repeated({ ...clean, errors: { female: 0.9, male: 0.1 } }, 3, 22), {
      settings,
    });
    for (const window of findings) {
      const female = of(window, 'fairness:sex=female');
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
    const { findings } = watch(unlabelled, repeated({ ...clean, errors: { female: 0.5, male: 0.5 } }, 3, 25));
    const performance = of(findings[2], 'performance:error_rate');
    expect(performance).toMatchObject({ verdict: 'insufficient_data', evidence: null });
    expect(performance.sentence).toBe('the reference has too few labels to compare the error rate with');
    expect(performance.statistics.errorRate?.value).toBeGreaterThan(0.4);
    expect(alarms(findings)).toEqual([]);
  });

  test('labels that do not come leave the error rate unsaid', () => {
    const profile = unlabelledWindow(clean, 26);
    const streams = countStreams([{ settings: sampleSettings, reference }]);
    const { findings } = evaluateWindow({
      settings: sampleSettings,
      budget: month,
      streams,
      version: '1',
      reference,
      profile,
      arrivals: noArrivals,
      state: null,
      from: 0,
      to: hourMs,
    });
    const performance = of(findings, 'performance:error_rate');
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

function unlabelledWindow(traffic: Traffic, seed: number): Profile {
  const profile = createProfile(reference.shape);
  const { batch } = sampleTraffic(traffic, seed);
  foldInferences(profile, batch, allRows(batch));
  return profile;
}

describe('rows that an app thinned, failed ones last', () => {
  const traffic: Traffic = { rows: 1_600, failures: 0.05 };
  const own = sampleReference({ ...traffic, rows: 400 }, 20, 77);
  const lifetime = budgetSettings.parse({ mode: 'lifetime', alpha: 0.05 });

  /** Of the same traffic: one row in eight with weight 8, what failed whole. */
  const thinned = (seed: number): { readonly weighted: Profile; readonly plain: Profile } => {
    const { batch } = sampleTraffic(traffic, seed);
    const random = seededRandom(seed);
    const hasFailed = (row: number) => batch.errors.codes[row] !== 0;
    const rows = allRows(batch).filter((row) => hasFailed(row) || random() < 1 / 8);
    const values = Float64Array.from({ length: batch.count }, (_, row) => (hasFailed(row) ? 1 : 8));
    const [weighted, plain] = [createProfile(own.shape), createProfile(own.shape)];
    foldInferences(weighted, { ...batch, weights: { type: 'number', values } }, rows);
    foldInferences(plain, batch, rows);
    return { weighted, plain };
  };
  const lives = Array.from({ length: 6 }, (_, life) =>
    Array.from({ length: 6 }, (_, window) => thinned(9_000 + life * 100 + window)),
  );

  /** Lives of a version with a false alarm, its share of failures, and the strongest evidence of any window. */
  const live = (profileOf: (window: (typeof lives)[number][number]) => Profile) => {
    const watched = lives.map((windows) => {
      let state: MonitorState | null = null;
      return windows.map((window, index) => {
        const step = evaluateWindow({
          ...{ settings: sampleSettings, budget: lifetime, version: '1', reference: own, state },
          ...{ streams: countStreams([{ settings: sampleSettings, reference: own }]), arrivals: noArrivals },
          ...{ profile: profileOf(window), from: index * hourMs, to: (index + 1) * hourMs },
        });
        state = step.state;
        return step.findings;
      });
    });
    const shares = watched.flat().map((found) => of(found, 'data_quality:failures').statistics.failureRate!.value!);
    return {
      alarmed: watched.filter((findings) => alarms(findings).length > 0).length,
      failures: shares.reduce((sum, share) => sum + share, 0) / shares.length,
      evidence: Math.max(...watched.flat(2).map(({ evidence }) => evidence?.log ?? Number.NEGATIVE_INFINITY)),
    };
  };

  test('neither look like more failures nor make more evidence than came', () => {
    const honest = live(({ weighted }) => weighted);
    expect(honest.alarmed).toBe(0);
    // 6 lives of 6 windows with 200 rows worth of evidence each.
    expect(Math.abs(honest.failures - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / (36 * 200)));
    const unweighted = live(({ plain }) => plain);
    expect(unweighted.alarmed).toBe(lives.length);
    const greedy = live(({ weighted }) => ({ ...weighted, provenance: new Float64Array(3) }));
    expect({ greedy: greedy.evidence, honest: honest.evidence }).toSatisfy(
      ({ greedy: more, honest: less }: Record<'greedy' | 'honest', number>) => more > less + 1,
    );
  });
});
