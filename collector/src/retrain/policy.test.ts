import { describe, expect, it } from 'vitest';
import type { Alert } from '../alert/index.ts';
import { retrainSettings } from '../config/settings.ts';
import type { RetrainJob } from './job.ts';
import { decideRetrain, type RetrainSituation } from './policy.ts';

const hour = 3_600_000;

const firing: Alert = {
  id: 'alert-1',
  model: 'credit-risk',
  environment: 'production',
  kind: 'drift',
  severity: 'ticket',
  state: 'firing',
  version: '1',
  since: 0,
  firedAt: 0,
  resolvedAt: null,
  changedAt: 0,
  quietWindows: 0,
  firingWindows: 3,
  sentence: 'income moved up',
  findings: [],
  acknowledgement: null,
  ...{ heldState: null, firedWallAt: 0, alarms: 1, climb: 0, windowsSinceAlarm: 0, expected: null },
};

const job: RetrainJob = {
  id: 'rt_1',
  model: 'credit-risk',
  environment: 'production',
  version: '1',
  state: 'succeeded',
  trigger: { kind: 'drift', alert: 'alert-1', reason: 'income moved up' },
  requestedBy: 'system:policy',
  requestedAt: 0,
  changedAt: 0,
  progress: null,
  result: null,
  error: null,
};

function situation(change: Partial<RetrainSituation> = {}): RetrainSituation {
  return {
    policy: retrainSettings.parse({ on: ['drift'] }),
    alert: firing,
    jobs: [],
    labelledRows: 1_000,
    rolloutActive: false,
    dataQualityFiring: false,
    now: 100 * hour,
    ...change,
  };
}

const jobAt = (requestedAt: number, state: RetrainJob['state'] = 'succeeded'): RetrainJob => ({
  ...job,
  requestedAt,
  state,
});

describe('the retrain policy', () => {
  it('asks for a retrain when an alert it names has fired for enough windows', () => {
    expect(decideRetrain(situation())).toEqual({ request: true });
  });

  it.each<[string, Partial<RetrainSituation>]>([
    ['not_firing', { alert: { ...firing, state: 'recovering' } }],
    ['kind_not_in_policy', { policy: retrainSettings.parse({}) }],
    ['kind_not_in_policy', { alert: { ...firing, kind: 'data_quality' } }],
    ['too_few_windows', { alert: { ...firing, firingWindows: 2 } }],
    ['data_quality', { dataQualityFiring: true }],
    ['job_in_flight', { jobs: [jobAt(0, 'running')] }],
    ['rollout_active', { rolloutActive: true }],
    ['too_few_labelled_rows', { labelledRows: 999 }],
    ['cooldown', { jobs: [jobAt(80 * hour)] }],
    [
      'daily_cap',
      { policy: retrainSettings.parse({ on: ['drift'], cooldown: '1h' }), jobs: [jobAt(90 * hour), jobAt(95 * hour)] },
    ],
    ['retraining_does_not_help', { jobs: [jobAt(10 * hour, 'failed'), jobAt(40 * hour, 'failed')] }],
  ])('refuses with %s', (reason, change) => {
    expect(decideRetrain(situation(change))).toEqual({ request: false, reason });
  });
});
