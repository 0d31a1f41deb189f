import type { Alert } from '../alert/index.ts';
import type { RetrainSettings } from '../config/settings.ts';
import { finalRetrainStates, type RetrainJob } from './job.ts';
import type { TrainingData } from './training-data.ts';

/** One condition of a retrain. Only `pass` and `off` let it go: what is not known is not a pass. */
export interface RetrainGuard {
  readonly code:
    | 'labelled_rows'
    | 'rows_per_class'
    | 'rows_per_group'
    | 'data_quality'
    | 'single_principal'
    | 'rollout_active'
    | 'job_in_flight'
    | 'cooldown'
    | 'daily_cap'
    | 'retraining_does_not_help';
  readonly verdict: 'pass' | 'fail' | 'unknown' | 'off';
  readonly text: string;
  readonly value: number | null;
  readonly limit: number | null;
}

/** Everything the guards look at. Times are event time in milliseconds. */
export interface GuardedSituation {
  readonly policy: RetrainSettings;
  /** Alerts of the model. */
  readonly alerts: readonly Alert[];
  /** Jobs of the model, in any order. */
  readonly jobs: readonly RetrainJob[];
  readonly data: TrainingData;
  readonly rolloutActive: boolean;
  readonly now: number;
}

const dayMs = 86_400_000;
/** After this many retrains in a row that did not help, another would not either: somebody has to look. */
export const fruitlessLimit = 2;

/** Every guard with what it saw. Pure. */
export function assessGuards(situation: GuardedSituation): readonly RetrainGuard[] {
  const { policy, alerts, jobs, data, rolloutActive, now } = situation;
  const times = jobs.filter(({ state }) => state !== 'cancelled').map((job) => job.requestedAt);
  const latest = Math.max(Number.NEGATIVE_INFINITY, ...times);
  const today = times.filter((at) => now - at < dayMs).length;
  const flying = jobs.find((job) => !finalRetrainStates.has(job.state));
  const broken = alerts.find((alert) => alert.kind === 'data_quality' && alert.state === 'firing');
  const fruitless = fruitlessInARow(jobs);
  return [
    atLeast('labelled_rows', data.labelledRows, policy.minimumLabelledRows, 'labelled rows to learn from'),
    fewest('rows_per_class', data.classes, policy.minimumRowsPerClass, 'class'),
    fewest('rows_per_group', data.groups, policy.minimumRowsPerGroup, 'group'),
    guard(
      'data_quality',
      broken === undefined,
      broken?.sentence ?? 'no alarm says that the data are broken',
      broken === undefined ? 0 : 1,
      0,
    ),
    principalGuard(policy, data),
    guard(
      'rollout_active',
      !rolloutActive,
      rolloutActive ? 'another version is on its way' : 'no rollout is under way',
    ),
    guard(
      'job_in_flight',
      flying === undefined,
      flying === undefined ? 'no job is under way' : `job ${flying.id} is ${flying.state.replaceAll('_', ' ')}`,
    ),
    guard(
      'cooldown',
      now - latest >= policy.cooldown,
      `${hours(policy.cooldown)} between two requests`,
      Number.isFinite(latest) ? now - latest : null,
      policy.cooldown,
    ),
    guard(
      'daily_cap',
      today < policy.dailyCap,
      `${today} of ${policy.dailyCap} requests in a day`,
      today,
      policy.dailyCap,
    ),
    guard(
      'retraining_does_not_help',
      fruitless < fruitlessLimit,
      fruitless === 0
        ? 'the last retrain did not fail'
        : `${fruitless} retrains in a row did not help: somebody has to look at why`,
      fruitless,
      fruitlessLimit,
    ),
  ];
}

export function passes({ verdict }: RetrainGuard): boolean {
  return verdict === 'pass' || verdict === 'off';
}

/** Jobs that were tried one after the other without success, or whose version did not cure what was wrong. */
export function fruitlessInARow(jobs: readonly RetrainJob[]): number {
  const tried = jobs
    .filter(({ state }) => finalRetrainStates.has(state) && state !== 'cancelled' && state !== 'dead_lettered')
    .sort((a, b) => b.requestedAt - a.requestedAt);
  const helped = tried.findIndex(
    ({ state, outcome }) => state === 'succeeded' && (outcome === null || outcome.verdict !== 'did_not_help'),
  );
  return helped < 0 ? tried.length : helped;
}

function principalGuard({ principal, maximumPrincipalShare }: RetrainSettings, { principalShare }: TrainingData) {
  if (principal === undefined) return { ...unset('single_principal'), text: 'the settings name no principal' };
  if (principalShare === null) {
    return { ...unset('single_principal'), verdict: 'unknown' as const, text: `${principal} is not known of any row` };
  }
  return guard(
    'single_principal',
    principalShare <= maximumPrincipalShare,
    `one ${principal} sent ${(100 * principalShare).toFixed(0)} % of the rows`,
    principalShare,
    maximumPrincipalShare,
  );
}

/** `138450.7` -> `138,450`: rows with weights stand for parts of rows too. */
function whole(count: number): string {
  return Math.floor(count).toLocaleString('en-US');
}

function atLeast(code: RetrainGuard['code'], value: number, limit: number, what: string): RetrainGuard {
  if (limit === 0) return { ...unset(code), text: 'the settings do not ask for it' };
  return guard(code, value >= limit, `${whole(value)} ${what}, at least ${whole(limit)}`, value, limit);
}

function fewest(
  code: RetrainGuard['code'],
  counts: TrainingData['classes'],
  limit: number,
  what: string,
): RetrainGuard {
  if (limit === 0 || counts.length === 0) return { ...unset(code), text: `there is no ${what} to count` };
  const least = counts.reduce((a, b) => (b.rows < a.rows ? b : a));
  return guard(
    code,
    least.rows >= limit,
    `${what} ${least.name}: ${whole(least.rows)} labelled rows, at least ${whole(limit)}`,
    least.rows,
    limit,
  );
}

function guard(
  code: RetrainGuard['code'],
  ok: boolean,
  text: string,
  value: number | null = null,
  limit: number | null = null,
): RetrainGuard {
  return { code, verdict: ok ? 'pass' : 'fail', text, value, limit };
}

function unset(code: RetrainGuard['code']) {
  return { code, verdict: 'off' as const, value: null, limit: null };
}

function hours(ms: number): string {
  return `${Math.round((10 * ms) / 3_600_000) / 10} h`;
}
