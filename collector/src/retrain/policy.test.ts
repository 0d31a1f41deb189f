import { describe, expect, it } from 'vitest';
import type { Alert } from '../alert/index.ts';
import { testAlert } from '../alert/testing/test-alert.ts';
import { retrainSettings } from '../config/settings.ts';
import type { RetrainGuard } from './guards.ts';
import type { RetrainJob } from './job.ts';
import { type RetrainSituation, recommendRetrain } from './policy.ts';
import { testJob } from './testing/test-job.ts';

const hour = 3_600_000;
const day = 24 * hour;

const firing = testAlert({ firingWindows: 3 });

const data: RetrainSituation['data'] = {
  labelledRows: 5_000,
  classes: [
    { name: 'yes', rows: 1_000 },
    { name: 'no', rows: 4_000 },
  ],
  groups: [
    { name: 'sex=f', rows: 2_400 },
    { name: 'sex=m', rows: 2_600 },
  ],
  principalShare: 0.2,
};

function recommend(change: Partial<RetrainSituation> = {}, policy: Record<string, unknown> = {}) {
  return recommendRetrain({
    policy: retrainSettings.parse({ on: ['drift'], principal: 'branch', ...policy }),
    alerts: [firing],
    jobs: [],
    data,
    rolloutActive: false,
    servesSince: 0,
    now: 100 * hour,
    ...change,
  });
}

const jobAt = (requestedAt: number, change: Partial<RetrainJob> = {}) => testJob({ requestedAt, ...change });
const failing = (guards: readonly RetrainGuard[]) =>
  guards.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown').map(({ code }) => code);

describe('a retrain', () => {
  it('is recommended after enough windows of an alarm that the policy names, with its reason and score', () => {
    const { verdict, reasons, trigger, guards, score } = recommend();
    expect([verdict, failing(guards)]).toEqual(['recommended', []]);
    expect(reasons).toEqual([
      { code: 'drift', score: 0.25, text: expect.stringContaining('income moved up (3 windows') },
    ]);
    expect(score).toBe(0.25);
    expect(trigger).toEqual({ kind: 'drift', alert: 'alert-1', reason: 'income moved up' });
  });

  it.each<[string, Partial<Alert>]>([
    ['a pending alert', { state: 'pending' }],
    ['a recovering alert', { state: 'recovering' }],
    ['an alert without data', { state: 'no_data' }],
    ['a kind that the policy does not name', { kind: 'performance' }],
    ['broken data', { kind: 'data_quality' }],
    ['too few windows', { firingWindows: 2 }],
  ])('has no reason in %s', (_, change) => {
    expect(recommend({ alerts: [{ ...firing, ...change }] })).toMatchObject({
      verdict: 'none',
      score: 0,
      trigger: null,
    });
  });

  it('ranks wrong decisions before unfair ones before drift, and adds their weight up', () => {
    const alerts = (['drift', 'fairness', 'performance'] as const).map((kind) => ({
      ...firing,
      kind,
      firingWindows: 6,
    }));
    const { reasons, score, trigger } = recommend({ alerts }, { on: ['drift', 'performance', 'fairness'] });
    expect(reasons.map(({ code, score: each }) => [code, each])).toEqual([
      ['performance', 0.9],
      ['fairness', 0.8],
      ['drift', 0.5],
    ]);
    expect(score).toBeCloseTo(1 - 0.1 * 0.2 * 0.5, 12);
    expect(trigger?.kind).toBe('performance');
  });

  it('is recommended by age alone, counted from the last one, or from when the version began to serve', () => {
    const old = (change: Partial<RetrainSituation>) => recommend({ alerts: [], ...change }, { schedule: '30d' });
    expect(old({ now: 30 * day - 1 }).verdict).toBe('none');
    expect(old({ now: 30 * day })).toMatchObject({
      verdict: 'recommended',
      trigger: { kind: 'schedule', alert: null },
    });
    expect(old({ now: 30 * day, jobs: [jobAt(20 * day)] }).verdict).toBe('none');
    expect(old({ now: 30 * day, servesSince: null }).verdict).toBe('none');
  });

  it.each<[RetrainGuard['code'], Partial<RetrainSituation>, Record<string, unknown>?]>([
    ['labelled_rows', { data: { ...data, labelledRows: 999 } }],
    ['rows_per_class', { data: { ...data, classes: [...data.classes, { name: 'maybe', rows: 49 }] } }],
    ['rows_per_group', { data: { ...data, groups: [...data.groups, { name: 'sex=x', rows: 29 }] } }],
    ['data_quality', { alerts: [firing, { ...firing, id: 'dq', kind: 'data_quality' }] }],
    ['single_principal', { data: { ...data, principalShare: 0.51 } }],
    ['single_principal', { data: { ...data, principalShare: null } }],
    ['rollout_active', { rolloutActive: true }],
    ['cooldown', { jobs: [jobAt(77 * hour)] }],
    ['daily_cap', { jobs: [jobAt(80 * hour), jobAt(79 * hour)] }, { cooldown: '1h' }],
    [
      'retraining_does_not_help',
      { jobs: [jobAt(10 * hour, { state: 'failed' }), jobAt(40 * hour, { state: 'timed_out' })] },
    ],
  ])('is held back by the guard %s', (code, change, policy) => {
    const { verdict, guards } = recommend(change, policy);
    expect([verdict, failing(guards)]).toEqual(['blocked', [code]]);
    expect(guards.find((guard) => guard.code === code)?.text.length).toBeGreaterThan(10);
  });

  it('is not held back by data that were broken once', () => {
    const over: Alert = { ...firing, id: 'dq', kind: 'data_quality', state: 'resolved' };
    expect(recommend({ alerts: [firing, over] }).verdict).toBe('recommended');
  });

  it('is one at a time', () => {
    const { verdict, job: flying, guards } = recommend({ jobs: [jobAt(10 * hour, { id: 'rt_9', state: 'running' })] });
    expect([verdict, flying, failing(guards)]).toEqual(['in_flight', 'rt_9', ['job_in_flight']]);
  });

  it('counts what did not help until something helped, and leaves out what people called off', () => {
    const didNotHelp = { outcome: { verdict: 'did_not_help', windows: 3, at: 0, text: '' } } as const;
    const helped = { outcome: { verdict: 'helped', windows: 24, at: 0, text: '' } } as const;
    const blocked = (jobs: readonly RetrainJob[]) => recommend({ jobs }).verdict;
    expect(blocked([jobAt(1, didNotHelp), jobAt(2, didNotHelp)])).toBe('blocked');
    expect(blocked([jobAt(1, didNotHelp), jobAt(2, { state: 'cancelled' }), jobAt(3, didNotHelp)])).toBe('blocked');
    expect(blocked([jobAt(1, didNotHelp), jobAt(2, helped), jobAt(3, didNotHelp)])).toBe('recommended');
  });

  it('says when it will be possible again', () => {
    expect(recommend().possibleAt).toBeNull();
    expect(recommend({ jobs: [jobAt(90 * hour)] }).possibleAt).toBe(114 * hour);
    expect(recommend({ jobs: [jobAt(90 * hour), jobAt(95 * hour)] }, { cooldown: '1h' }).possibleAt).toBe(114 * hour);
  });

  it('does not ask for what the settings switch off', () => {
    const bare = { labelledRows: 0, classes: [], groups: [], principalShare: null };
    const off = { minimumLabelledRows: 0, minimumRowsPerClass: 0, minimumRowsPerGroup: 0, principal: undefined };
    expect(recommend({ data: bare }, off).verdict).toBe('recommended');
  });
});
