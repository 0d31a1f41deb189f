import { describe, expect, it } from 'vitest';
import { testAlert } from '../alert/testing/test-alert.ts';
import type { RetrainJob } from './job.ts';
import { assessOutcome, type VersionFate } from './outcome.ts';
import { testJob } from './testing/test-job.ts';

const job = testJob({
  result: { version: '2', digest: 'sha256:0' },
  outcome: { verdict: 'pending', windows: 2, at: 0, text: '' },
});
const alert = testAlert({ version: '2' });
const fate = (change: Partial<VersionFate> = {}): VersionFate => ({
  version: '2',
  state: 'champion',
  served: true,
  alerts: [],
  enoughWindows: 4,
  now: 9,
  ...change,
});

describe('what became of a retrain', () => {
  it('is that it helped, once its version served long enough without the alarm', () => {
    const third = assessOutcome(job, fate());
    expect(third).toMatchObject({ verdict: 'pending', windows: 3 });
    expect(assessOutcome({ ...job, outcome: third }, fate())).toMatchObject({ verdict: 'helped', windows: 4, at: 9 });
  });

  it('is that it did not, when the alarm comes again with the new version, or the version was not taken', () => {
    expect(assessOutcome(job, fate({ alerts: [alert] }))).toMatchObject({ verdict: 'did_not_help', windows: 3 });
    for (const state of ['rejected', 'rolled_back', 'quarantined']) {
      expect(assessOutcome(job, fate({ state, served: false }))?.verdict).toBe('did_not_help');
    }
  });

  it('is not decided by alarms of the old version, of another kind, or while another version serves', () => {
    expect(assessOutcome(job, fate({ alerts: [{ ...alert, version: '1' }] }))?.verdict).toBe('pending');
    expect(assessOutcome(job, fate({ alerts: [{ ...alert, kind: 'data_quality' }] }))?.verdict).toBe('pending');
    expect(assessOutcome(job, fate({ served: false, state: 'canary' }))).toBeNull();
  });

  it('is decided once, and only for jobs that succeeded', () => {
    const helped = { verdict: 'helped', windows: 4, at: 1, text: '' } as const;
    expect(assessOutcome({ ...job, outcome: helped }, fate({ alerts: [alert] }))).toBeNull();
    expect(assessOutcome({ ...job, state: 'failed', outcome: null }, fate())).toBeNull();
  });

  it('of a job that a person asked for is about wrong and unfair decisions', () => {
    const manual: RetrainJob = { ...job, trigger: { kind: 'manual', alert: null, reason: 'seen' } };
    expect(assessOutcome(manual, fate({ alerts: [alert] }))?.verdict).toBe('pending');
    expect(assessOutcome(manual, fate({ alerts: [{ ...alert, kind: 'fairness' }] }))?.verdict).toBe('did_not_help');
  });
});
