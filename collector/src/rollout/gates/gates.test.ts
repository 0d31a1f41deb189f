import { describe, expect, test } from 'vitest';
import { seededRandom } from '../evaluation/bootstrap.ts';
import { type GateResult, gatesNotPassed, worstVerdict } from '../gate.ts';
import { assessCanaryAbsoluteError } from './canaryAbsoluteError.ts';
import { assessCanaryFairness, type GroupComparison } from './canaryFairness.ts';
import { assessCanaryRate, type CanaryRateInput } from './canaryRate.ts';
import { assessFreshness } from './freshness.ts';
import { assessIntegrity } from './integrity.ts';
import { assessLatencyRatio, slowestAllowedMs } from './latencyRatio.ts';
import { type Moments, noMeanEvidence } from './meanDifference.ts';
import { assessObservedSplit } from './observedSplit.ts';
import { assessOfflinePerformance } from './offlinePerformance.ts';
import { rateEvidenceLog } from './oneRate.ts';
import { pairedDifference } from './paired.ts';
import { assessShadowDivergence } from './shadowDivergence.ts';
import { initialEvidence } from './twoRates.ts';
import { assessWorstGroup } from './worstGroup.ts';

const said = ({ verdict, code }: GateResult) => `${verdict} ${code}`;
const losses = (wrong: number, rows: number) => Float64Array.from({ length: rows }, (_, row) => (row < wrong ? 1 : 0));

describe('several gates together', () => {
  const gate = (verdict: GateResult['verdict']): GateResult => ({
    gate: 'integrity',
    verdict,
    code: 'NOT_LOADED',
    reason: '',
    numbers: {},
    at: 0,
  });

  test('are as good as the worst, and no gate at all is not a pass', () => {
    expect(worstVerdict([])).toBe('inconclusive');
    expect(worstVerdict([gate('pass'), gate('inconclusive')])).toBe('inconclusive');
    expect(worstVerdict([gate('inconclusive'), gate('error')])).toBe('error');
    expect(worstVerdict([gate('error'), gate('fail'), gate('pass')])).toBe('fail');
    expect(worstVerdict([gate('pass')])).toBe('pass');
  });

  test('are not passed when one was never looked at', () => {
    expect(gatesNotPassed(['integrity', 'canary_error_rate'], [gate('pass')])).toEqual(['canary_error_rate']);
  });
});

describe('the rate of bad rows of a canary', () => {
  const none = initialEvidence();
  const input = (changes: Partial<CanaryRateInput> = {}): CanaryRateInput => ({
    gate: 'canary_error_rate',
    what: 'wrong predictions',
    rowName: 'labelled row',
    candidateName: 'canary',
    champion: { n: 900, k: 90 },
    canary: { n: 300, k: 30 },
    championStepRows: 900,
    canaryStepRows: 300,
    canaryRowsSeen: 400,
    harm: none,
    absence: none,
    margin: 0.01,
    minimumRows: 200,
    alpha: 0.05,
    passWhen: 'no_harm_seen',
    at: 5,
    ...changes,
  });

  test.each<[string, Partial<CanaryRateInput>, string]>([
    ['passes with enough rows and no sign of harm', {}, 'pass NO_HARM_SEEN'],
    ['passes by proof', { absence: { ...none, peakLog: 3.1 }, passWhen: 'proven' }, 'pass NOT_WORSE'],
    ['waits for proof where it is demanded', { passWhen: 'proven' }, 'inconclusive NOT_SHOWN'],
    ['waits while it looks worse', { canary: { n: 300, k: 40 } }, 'inconclusive NOT_SHOWN'],
    ['waits for rows of the canary in this step', { canaryStepRows: 199 }, 'inconclusive TOO_FEW_ROWS'],
    ['waits for rows of the champion in this step', { championStepRows: 10 }, 'inconclusive TOO_FEW_ROWS'],
    ['waits for the first row', { canary: { n: 0, k: 0 }, canaryRowsSeen: 0 }, 'inconclusive TOO_FEW_ROWS'],
    ['says when labels are missing', { canary: { n: 0, k: 0 } }, 'inconclusive NO_LABELS'],
    ['fails by evidence', { harm: { ...none, peakLog: Math.log(20) } }, 'fail WORSE_THAN_ALLOWED'],
    [
      'fails by evidence even when there is evidence of the opposite by now',
      { harm: { ...none, peakLog: 3 }, absence: { ...none, peakLog: 99 } },
      'fail WORSE_THAN_ALLOWED',
    ],
  ])('%s', (_, changes, expected) => {
    expect(said(assessCanaryRate(input(changes)))).toBe(expected);
  });

  test('says its numbers, and none of them is undefined', () => {
    const { reason, numbers, at } = assessCanaryRate(input({ canary: { n: 300, k: 33 } }));
    expect(reason).toContain('11.0 % wrong predictions against 10.0 % of the champion');
    expect(numbers).toMatchObject({ championRate: 0.1, canaryRate: 0.11, margin: 0.01, harmEvidenceLog: 0 });
    expect(at).toBe(5);
    const empty = assessCanaryRate(input({ canary: { n: 0, k: 0 }, champion: { n: 0, k: 0 } }));
    expect(empty.numbers).toMatchObject({ championRate: null, canaryRate: null, difference: null });
    expect(JSON.parse(JSON.stringify(empty))).toEqual(empty);
  });
});

describe('the mean absolute error of a canary', () => {
  const mean = (rows: number, error: number): Moments => [rows, rows * error, rows * error ** 2];
  const assess = (canaryMean: number, peakLog = 0) =>
    assessCanaryAbsoluteError({
      what: 'mean absolute error',
      champion: mean(900, 2),
      canary: mean(300, canaryMean),
      championStepRows: 900,
      canaryStepRows: 300,
      canaryRowsSeen: 400,
      harm: { ...noMeanEvidence, peakLog },
      absence: noMeanEvidence,
      margin: 0.1,
      minimumRows: 200,
      alpha: 0.05,
      passWhen: 'no_harm_seen',
      at: 5,
    });

  test('may be larger by a part of that of the champion, in sight of the same evidence', () => {
    expect([2.19, 2.21].map((error) => said(assess(error)))).toEqual(['pass NO_HARM_SEEN', 'inconclusive NOT_SHOWN']);
    expect(said(assess(2, 3))).toBe('fail WORSE_THAN_ALLOWED');
    expect(assess(2.21, 3).reason).toBe(
      'mean absolute error 2.210 against 2.000 of the champion: worse by more than 10.0 %',
    );
  });
});

describe('the groups of a canary', () => {
  const comparison: GroupComparison = {
    attribute: 'sex',
    group: 'f',
    what: 'gap',
    champion: 0.05,
    canary: 0.06,
    canaryRows: 500,
    championRows: 500,
    margin: 0.02,
    evidencePeakLog: 0,
    sides: 2,
  };
  const assess = (change: Partial<GroupComparison>) =>
    assessCanaryFairness({ comparisons: [comparison, { ...comparison, group: 'm', ...change }], ...levels });
  const levels = { minimumRows: 100, alpha: 0.05, at: 0 };

  test('pass while none is worse off by more than the margin', () => {
    expect(assess({})).toMatchObject({ verdict: 'pass', code: 'NO_HARM_SEEN' });
  });

  test('do not pass with one that looks worse off, though it may be chance', () => {
    const result = assess({ canary: 0.1 });
    expect(result).toMatchObject({ verdict: 'inconclusive', code: 'NOT_SHOWN' });
    expect(result.reason).toMatch(/^sex = m is 10.* from the reference group/);
  });

  test('fail at the level that all of their tests share', () => {
    // Two gaps that may grow to either side: four tests.
    const levelLog = Math.log(4 / 0.05);
    expect(assess({ evidencePeakLog: levelLog + 1e-9 })).toMatchObject({ verdict: 'fail', numbers: { levelLog } });
    expect(assess({ evidencePeakLog: levelLog - 1e-9 }).verdict).toBe('pass');
  });

  test('are not judged by few rows, and nothing passes where all are like that', () => {
    expect(assess({ canary: 0.5, championRows: 99 })).toMatchObject({ verdict: 'pass', numbers: { judged: 1 } });
    const few = assessCanaryFairness({ comparisons: [{ ...comparison, canaryRows: 99 }], ...levels });
    expect(few).toMatchObject({ verdict: 'inconclusive', code: 'GROUPS_TOO_SMALL' });
  });
});

describe('rows with weights', () => {
  test('are told in whole numbers: what they are worth need not be whole', () => {
    const shadow = { agreements: 2_000 / 3, disagreements: 1_000 / 3, minimumRows: 500, limit: 0.02, at: 0 };
    expect(assessShadowDivergence(shadow).reason).toBe('disagreed on 333 of 1,000 rows (33.3 %), 2.0 % is allowed');
    const flow = { championRows: 4_000 / 3, candidateRows: 4 / 3, windows: 3, at: 0 };
    expect(assessFreshness(flow).reason).toBe('1 row of the version and 1,333 of the champion in the last 3 windows');
    const { n, k } = { n: 4_000 / 3, k: 40 };
    const step = { championStepRows: n, canaryStepRows: 4 / 3, canaryRowsSeen: 4 / 3, minimumRows: 200 };
    expect(
      assessCanaryRate({
        gate: 'inference_error_rate',
        what: 'failed inferences',
        rowName: 'row',
        candidateName: 'canary',
        champion: { n, k },
        canary: { n: 4 / 3, k: 0 },
        ...step,
        harm: initialEvidence(),
        absence: initialEvidence(),
        margin: 0.01,
        alpha: 0.05,
        passWhen: 'no_harm_seen',
        at: 5,
      }).reason,
    ).toBe('1 row of the canary in this step, 1,333 of the champion; 200 of each are needed');
  });
});

describe('shadow divergence', () => {
  const assess = (agreements: number, disagreements: number, limit = 0.25) =>
    said(assessShadowDivergence({ agreements, disagreements, minimumRows: 500, limit, at: 0 }));

  test.each([
    [0, 0, 'inconclusive TOO_FEW_ROWS'],
    [400, 10, 'inconclusive TOO_FEW_ROWS'],
    [480, 20, 'pass AGREES'],
    [375, 125, 'inconclusive NOT_SHOWN'],
    [300, 200, 'fail DISAGREES'],
    [10, 40, 'fail DISAGREES'],
  ])('of %i agreements and %i disagreements: %s', (agreements, disagreements, expected) => {
    expect(assess(agreements, disagreements)).toBe(expected);
  });

  test('allows no disagreement where the limit is zero, and any where it is one', () => {
    expect(assess(600, 1, 0)).toBe('fail DISAGREES');
    expect(assess(600, 600, 1)).not.toMatch(/^fail/);
  });

  test('has evidence that is worth nothing on average at the limit: E[e] <= 1', () => {
    for (const limit of [0.05, 0.25, 0.6]) {
      for (const direction of ['above', 'below'] as const) {
        const n = 40;
        let mean = 0;
        let probability = (1 - limit) ** n;
        for (let k = 0; k <= n; k++) {
          mean += probability * Math.exp(rateEvidenceLog({ n, k }, limit, direction));
          probability *= ((n - k) / (k + 1)) * (limit / (1 - limit));
        }
        expect(mean).toBeCloseTo(1, 9);
      }
    }
  });
});

describe('the latency of a canary', () => {
  const assess = (championSlow: number, canarySlow: number, rows = 500, harmPeakLog = 0) =>
    said(
      assessLatencyRatio({
        championP95Ms: 10,
        canaryP95Ms: 14,
        baseMs: 10,
        allowedMs: 15,
        championRows: 500,
        canaryRows: rows,
        championSlowRows: championSlow,
        canarySlowRows: canarySlow,
        harmPeakLog,
        minimumRows: 300,
        alpha: 0.02,
        at: 0,
      }),
    );

  test('may be a ratio or five milliseconds above the champion, whichever is more', () => {
    expect(slowestAllowedMs(100, 1.5)).toBe(150);
    expect(slowestAllowedMs(0.2, 1.5)).toBeCloseTo(5.2, 12);
  });

  test.each<[number, number, number, number, string]>([
    [25, 10, 200, 0, 'inconclusive TOO_FEW_ROWS'],
    [25, 20, 500, 0, 'pass WITHIN_LIMIT'],
    [25, 200, 500, 9, 'fail OVER_LIMIT'],
    [25, 20, 500, 9, 'fail OVER_LIMIT'],
    [25, 26, 500, 0, 'inconclusive NOT_SHOWN'],
  ])(
    'with %i slow rows of the champion and %i of the canary in %i, evidence %d: %s',
    (champion, canary, rows, evidence, expected) => {
      expect(assess(champion, canary, rows, evidence)).toBe(expected);
    },
  );

  test('is not known before both were measured', () => {
    const unknown = { championP95Ms: null, canaryP95Ms: null, baseMs: null, allowedMs: null };
    const none = { championRows: 0, championSlowRows: 0, canaryRows: 0, canarySlowRows: 0, harmPeakLog: 0 };
    const result = assessLatencyRatio({ ...unknown, ...none, minimumRows: 300, alpha: 0.02, at: 0 });
    expect(said(result)).toBe('inconclusive TOO_FEW_ROWS');
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

describe('the observed split of the traffic', () => {
  const assess = (settled: [number, number], settling: [number, number] = [0, 0], before = 0) =>
    said(
      assessObservedSplit({
        settled: { n: settled[0], k: settled[1] },
        settling: { n: settling[0], k: settling[1] },
        desired: 0.2,
        before,
        tolerance: 0.1,
        minimumRows: 200,
        at: 0,
      }),
    );

  test.each<[[number, number], string]>([
    [[0, 0], 'inconclusive TOO_FEW_ROWS'],
    [[100, 20], 'inconclusive TOO_FEW_ROWS'],
    [[1_000, 205], 'pass SPLIT_AS_DESIRED'],
    [[1_000, 180], 'pass SPLIT_AS_DESIRED'],
    [[5_000, 500], 'fail SPLIT_MISMATCH'],
    [[5_000, 1_500], 'fail SPLIT_MISMATCH'],
    [[150, 140], 'fail SPLIT_MISMATCH'],
  ])('of %j settled rows: %s', (settled, expected) => {
    expect(assess(settled)).toBe(expected);
  });

  test('may be anything between the shares before and after in the window in which the step began', () => {
    expect(assess([0, 0], [5_000, 500])).toBe('pass SPLIT_AS_DESIRED');
    expect(assess([0, 0], [5_000, 1_500])).toBe('fail SPLIT_MISMATCH');
    expect(assess([0, 0], [5_000, 1_500], 0.4)).toBe('pass SPLIT_AS_DESIRED');
  });

  test('is held back by chance in at most 1 % of rollouts looked at 60 times', () => {
    let held = 0;
    for (let run = 0; run < 300; run++) {
      const random = seededRandom(run + 9);
      let [rows, canary] = [0, 0];
      for (let look = 0; look < 60; look++) {
        for (let row = 0; row < 100; row++) if (random() < 0.2) canary += 1;
        rows += 100;
        if (assess([rows, canary]).startsWith('fail')) {
          held += 1;
          break;
        }
      }
    }
    expect(held).toBeLessThanOrEqual(3);
  });
});

describe('freshness', () => {
  test.each([
    [10, 10, 'pass TRAFFIC_FLOWS'],
    [10, 0, 'inconclusive NO_TRAFFIC'],
    [0, 10, 'inconclusive NO_TRAFFIC'],
  ])('with %i rows of the champion and %i of the version: %s', (championRows, candidateRows, expected) => {
    expect(said(assessFreshness({ championRows, candidateRows, windows: 3, at: 0 }))).toBe(expected);
  });
});

describe('integrity', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const instance = (name: string, version: string, loaded: string) => ({
    instance: name,
    loaded: [{ version, digest: loaded }],
  });
  const assess = (...instances: Parameters<typeof assessIntegrity>[0]['instances'][number][]) =>
    assessIntegrity({ version: '2', digest, instances, at: 0 });

  test('needs an instance that loaded the version', () => {
    expect(said(assess())).toBe('inconclusive NOT_LOADED');
    expect(said(assess(instance('a', '1', digest)))).toBe('inconclusive NOT_LOADED');
    expect(said(assess(instance('a', '2', digest)))).toBe('pass DIGESTS_MATCH');
  });

  test('is broken by one instance with something else', () => {
    const result = assess(instance('a', '2', digest), instance('b', '2', ''));
    expect(said(result)).toBe('fail DIGEST_MISMATCH');
    expect(result.reason).toContain('instance b loaded an artefact without a digest as version 2');
    expect(result.numbers).toEqual({ instances: 2, loaded: 2, mismatched: 1 });
  });
});

describe('offline performance', () => {
  const assess = (candidateWrong: number, championWrong: number, rows: number) =>
    said(
      assessOfflinePerformance({
        loss: 'error rate',
        candidateLoss: candidateWrong / rows,
        championLoss: championWrong / rows,
        paired: pairedDifference(losses(candidateWrong, rows), losses(championWrong, rows)),
        margin: 0.01,
        at: 0,
      }),
    );

  test.each([
    [10, 10, 50, 'inconclusive TOO_FEW_ROWS'],
    [10, 10, 100, 'inconclusive NOT_SHOWN'],
    [50, 50, 500, 'pass NOT_WORSE'],
    [40, 60, 500, 'pass NOT_WORSE'],
    [53, 50, 500, 'inconclusive NOT_SHOWN'],
    [56, 50, 500, 'fail WORSE_THAN_ALLOWED'],
  ])('of %i wrong against %i of %i rows: %s', (candidate, champion, rows, expected) => {
    expect(assess(candidate, champion, rows)).toBe(expected);
  });

  test('says on how many rows only one of the two is wrong, and whether chance explains it', () => {
    // 6 rows only the candidate is wrong about, none only the champion: 2 / 2^6.
    const { reason, numbers } = assessOfflinePerformance({
      loss: 'error rate',
      candidateLoss: 0.11,
      championLoss: 0.1,
      margin: 0.02,
      at: 0,
      paired: pairedDifference(losses(66, 600), losses(60, 600)),
    });
    expect(numbers).toMatchObject({ onlyCandidateWrong: 6, onlyChampionWrong: 0 });
    expect(numbers.chanceTail).toBeCloseTo(1 / 32, 12);
    expect(reason).toContain(
      'error rate 11.0 % against 10.0 % of the champion on the same 600 rows, 6 wrong only by the candidate and 0 only by the champion',
    );
    const errors = pairedDifference(Float64Array.of(0.2, 3), Float64Array.of(0.1, 4));
    expect(errors.disagreements).toBeNull();
  });

  test('counts no disagreement at all as little certainty from few rows', () => {
    expect(pairedDifference(losses(0, 10), losses(0, 10)).standardError).toBeGreaterThan(0.08);
    expect(pairedDifference(new Float64Array(), new Float64Array()).standardError).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the worst group', () => {
  const group = (name: string, candidateWrong: number, championWrong: number, rows: number) => ({
    attribute: 'sex',
    group: name,
    paired: pairedDifference(losses(candidateWrong, rows), losses(championWrong, rows)),
  });
  const assess = (groups: ReturnType<typeof group>[], missingAttributes: string[] = []) =>
    assessWorstGroup({ loss: 'error rate', groups, missingAttributes, margin: 0.03, minimumRows: 30, at: 0 });

  test.each<[string, ReturnType<typeof group>[], string]>([
    ['nobody', [], 'inconclusive TOO_FEW_ROWS'],
    ['only small groups', [group('f', 5, 0, 29)], 'inconclusive TOO_FEW_ROWS'],
    ['no group hurt', [group('f', 10, 10, 100), group('m', 5, 9, 100)], 'pass NO_HARM_SEEN'],
    ['a group surely hurt', [group('f', 30, 10, 100), group('m', 0, 50, 900)], 'fail WORSE_THAN_ALLOWED'],
    ['a group hurt perhaps by chance', [group('f', 4, 2, 40)], 'inconclusive NOT_SHOWN'],
    ['a small group beside large ones', [group('x', 9, 0, 9), group('m', 5, 9, 100)], 'pass NO_HARM_SEEN'],
  ])('with %s', (_, groups, expected) => {
    expect(said(assess(groups))).toBe(expected);
  });

  test('cannot be found without the column', () => {
    expect(said(assess([group('m', 0, 0, 900)], ['age']))).toBe('error MISSING_DATA');
  });
});
