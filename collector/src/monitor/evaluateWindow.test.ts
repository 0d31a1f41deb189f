import { describe, expect, test } from 'vitest';
import { budgetSettings, modelSettings } from '../config/settings.ts';
import { buildReference, createProfile, type Reference } from '../profile/index.ts';
import { countStreams } from './budget.ts';
import type { Finding } from './finding.ts';
import { hourMs, sampleReference, sampleSettings, sampleTraffic, type Traffic } from './sampleTraffic.ts';
import { alarms, findingOf, watchTraffic, watchWindows } from './watchWindows.ts';

const clean: Traffic = { rows: 500, features: 10 };
const reference = sampleReference(clean, 20, 1);

describe('labels that come after their window has closed', () => {
  const judge = (labelled: number, wrong: number, windows = 1) => {
    const window = { profile: createProfile(reference.shape), arrivals: { overall: { labelled, wrong }, groups: {} } };
    const { findings } = watchWindows(reference, Array(windows).fill(window));
    return findings.map((found) => findingOf(found, 'performance:error_rate'));
  };

  test('are what the error rate is judged by', () => {
    const [finding] = judge(400, 40);
    expect(finding).toMatchObject({ rows: 400, statistics: { errorRate: { value: 0.1, n: 400 } } });
    expect(finding?.verdict).not.toBe('insufficient_data');
  });

  test('alarm when too many predictions prove wrong, and say how many', () => {
    const alarm = judge(400, 240, 20).find(({ verdict }) => verdict === 'alarm');
    expect(alarm?.sentence).toMatch(/error rate rose: .* 60 % of 400 labelled rows/);
  });

  test('say nothing when none came', () => {
    expect(judge(0, 0)[0]?.verdict).toBe('insufficient_data');
  });
});

describe('traffic like the reference', () => {
  test('does not alarm in hundreds of windows, over all signals', () => {
    const { findings } = watchTraffic(reference, clean, 250, 20_000);
    expect(alarms(findings)).toEqual([]);
  });

  test('would alarm if the reference were taken as the truth: the null bounds are not just wide', () => {
    // A reference 1/20 as large, whose sampling error is what the bounds must cover.
    const small = sampleReference(clean, 1, 3);
    const untolerant = {
      ...sampleSettings,
      tolerance: { ...sampleSettings.tolerance, standardDeviations: 0, relativeShare: 0, errorRate: 0, fairnessGap: 0 },
    };
    const { findings } = watchTraffic(small, { ...clean, rows: 4_000 }, 25, 40_000, { settings: untolerant });
    expect(alarms(findings)).toEqual([]);
    const claimed: Reference = {
      ...small,
      id: 'sha256:claims-to-be-larger',
      profile: { ...small.profile, counts: small.profile.counts.map((count) => count * 10_000) },
    };
    const certain = watchTraffic(claimed, { ...clean, rows: 4_000 }, 25, 40_000, { settings: untolerant });
    expect(alarms(certain.findings).length).toBeGreaterThan(5);
  });

  test('gives every signal a finding with numbers, evidence and a sentence', () => {
    const { findings } = watchTraffic(reference, clean, 1, 50_000);
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
        'performance:expected_error',
        'performance:error_rate',
        'performance:auc',
        'fairness:sex=male',
        'fairness:sex=female',
        'fairness_gap:sex=female',
      ].sort((a, b) => order(findings[0], a) - order(findings[0], b)),
    );
    const { statistics, sentence, evidence } = findingOf(findings[0], 'feature:x0');
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
    const { findings } = watchTraffic(learned, clean, 1, 50_000, { settings });
    expect(signals(findings)).toEqual(signals(watchTraffic(reference, clean, 1, 50_000).findings));
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
      const traffic = { rows: 1_000, ...shifted };
      const { findings } = watchTraffic(large, traffic, 15, (100 + run) * 10_000, { streams: oneStream, budget });
      return 1 + findings.findIndex((window) => findingOf(window, 'feature:x0').verdict === 'alarm');
    }).sort((a, b) => a - b);
    expect(delays[0], `delays ${delays}`).toBeGreaterThan(0);
    expect(delays[3], `delays ${delays}`).toBeGreaterThanOrEqual(earliest);
    expect(delays[3], `delays ${delays}`).toBeLessThanOrEqual(latest);
  });

  test('smaller than the tolerance never alarms', () => {
    const { findings } = watchTraffic(large, { rows: 1_000, shift: 0.03 }, 150, 70_000);
    expect(alarms(findings)).toEqual([]);
  });

  test('says which way it went, from what to what, and how sure that is', () => {
    const { findings } = watchTraffic(large, { rows: 1_000, shift: 0.5 }, 2, 80_000);
    const { sentence, evidence } =
      findings.map((window) => findingOf(window, 'feature:x0')).find(({ verdict }) => verdict === 'alarm') ?? {};
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
      ['fairness:sex=female', 'fairness_gap:sex=female', 'performance:error_rate', 'performance:auc'],
      /^positives score above negatives less often than in the reference: |sex=female is (judged wrongly|wrongly denied) more often than male: \d\d % against \d+(\.\d)? %|error rate rose: 9\.9 % → [12]\d % of 500 labelled rows \(95 % interval [12]\d-[23]\d %\)|sex=female is judged wrongly more often: (9\.\d|1\d) % → \d\d % of \d+ labelled rows/,
    ],
    [
      'decisions that turn against one group',
      { approved: { female: 0.25, male: 0.5 } },
      ['fairness:sex=female', 'fairness_gap:sex=female', 'score'],
      /sex=female falls behind male in favourable decisions: \d\d % against \d\d %, a difference of [-\d.]+ points \([-\d.]+ points in the reference\)|sex=female gets the favourable decision less often than before: .* % of \d+ rows, against \d\d % of male \(ratio 0\.\d\d, four-fifths rule broken\)|score (is|moved) /,
    ],
  ];

  test.each(cases)('%s', (_, trouble, expected, sentence) => {
    const { findings } = watchTraffic(reference, { ...clean, ...trouble }, 12, 90_000);
    const fired = findings.flat().filter(({ verdict }) => verdict === 'alarm');
    expect([...new Set(fired.map(({ signal }) => signal))].sort()).toEqual([...expected].sort());
    for (const finding of fired) expect(finding.sentence).toMatch(sentence);
  });
});

describe('a detector that alarmed', () => {
  test('starts again from nothing, and alarms again while the shift lasts', () => {
    const { findings } = watchTraffic(reference, { ...clean, shift: 0.4 }, 12, 100_000);
    const levels = findings.map((window) => findingOf(window, 'feature:x0'));
    const fired = levels.flatMap(({ verdict }, index) => (verdict === 'alarm' ? [index] : []));
    expect(fired.length).toBeGreaterThanOrEqual(2);
    const [first = 0] = fired;
    const { state } = watchTraffic(reference, { ...clean, shift: 0.4 }, first + 1, 100_000);
    expect([...(state?.detectors.get('feature:x0') ?? [])].every((wealth) => wealth === 0)).toBe(true);
    expect([...(state?.detectors.get('feature:x1') ?? [])].some((wealth) => wealth > 0)).toBe(true);
  });

  test('leaves a certificate of what it rests on', () => {
    const { findings } = watchTraffic(reference, { ...clean, shift: -0.8 }, 6, 110_000);
    const { evidence } =
      findings.map((window) => findingOf(window, 'feature:x0')).find(({ verdict }) => verdict === 'alarm') ?? {};
    const { certificate } = evidence ?? {};
    expect(evidence?.leading?.direction).toBe('down');
    expect(certificate?.referenceEvents).toBeGreaterThan(9_000);
    expect(certificate?.observedEvents).toBeGreaterThan(400);
    expect(certificate?.observedMean).toBeLessThan(certificate?.nullBound ?? 0);
    expect(certificate?.nullBound).toBeLessThan(certificate?.referenceMean ?? 0);
    expect(findingOf(findings[5], 'feature:x1').evidence?.certificate).toBeUndefined();
  });
});
