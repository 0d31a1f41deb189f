import type { Alert } from '../alert/index.ts';
import type { RetrainSettings } from '../config/settings.ts';
import { finalRetrainStates, isRetrainKind, type RetrainJob } from './job.ts';

/** Everything the decision depends on. Times are event time in milliseconds. */
export interface RetrainSituation {
  readonly policy: RetrainSettings;
  readonly alert: Alert;
  /** Jobs of this model, in any order. */
  readonly jobs: readonly RetrainJob[];
  /** Labelled rows of the champion that a trainer could use. */
  readonly labelledRows: number;
  readonly rolloutActive: boolean;
  /** A firing data-quality alert of the same model: the plumbing is broken, not the world. */
  readonly dataQualityFiring: boolean;
  readonly now: number;
}

/** Why no job is asked for. A closed vocabulary, shown as is. */
export type RetrainRefusal =
  | 'not_firing'
  | 'kind_not_in_policy'
  | 'too_few_windows'
  | 'too_few_labelled_rows'
  | 'job_in_flight'
  | 'rollout_active'
  | 'data_quality'
  | 'cooldown'
  | 'daily_cap'
  | 'retraining_does_not_help';

export type RetrainDecision = { readonly request: true } | { readonly request: false; readonly reason: RetrainRefusal };

const dayMs = 86_400_000;
/** After this many failed retrains in a row for one alert, another would not help either: somebody has to look. */
const fruitlessLimit = 2;

/** Whether an alert asks for a retrain now. Pure: called at every window while the alert fires. */
export function decideRetrain(situation: RetrainSituation): RetrainDecision {
  const { policy, alert, jobs, now } = situation;
  if (alert.state !== 'firing') return refuse('not_firing');
  if (!isRetrainKind(alert.kind) || !policy.on.includes(alert.kind)) return refuse('kind_not_in_policy');
  if (alert.firingWindows < policy.consecutiveWindows) return refuse('too_few_windows');
  if (situation.dataQualityFiring) return refuse('data_quality');
  if (jobs.some((job) => !finalRetrainStates.has(job.state))) return refuse('job_in_flight');
  if (situation.rolloutActive) return refuse('rollout_active');
  if (situation.labelledRows < policy.minimumLabelledRows) return refuse('too_few_labelled_rows');
  const times = jobs.map((job) => job.requestedAt);
  if (times.some((at) => now - at < policy.cooldown)) return refuse('cooldown');
  if (times.filter((at) => now - at < dayMs).length >= policy.dailyCap) return refuse('daily_cap');
  const lastJobs = [...jobs].sort((left, right) => right.requestedAt - left.requestedAt).slice(0, fruitlessLimit);
  const fruitless = lastJobs.filter((job) => job.state === 'failed' && job.trigger.alert === alert.id);
  if (fruitless.length === fruitlessLimit) return refuse('retraining_does_not_help');
  return { request: true };
}

function refuse(reason: RetrainRefusal): RetrainDecision {
  return { request: false, reason };
}
