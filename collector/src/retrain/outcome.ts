import type { Alert } from '../alert/index.ts';
import type { RetrainJob, RetrainOutcome } from './job.ts';

/** What became of the version that a job made. */
export interface VersionFate {
  readonly version: string;
  /** Its state in version control; `null`: not known there. */
  readonly state: string | null;
  /** Whether the window that was just closed is its, as the version that serves people. */
  readonly served: boolean;
  /** Alerts of the model. */
  readonly alerts: readonly Alert[];
  /** Windows without the alarm that show that it helped. */
  readonly enoughWindows: number;
  /** Wall-clock time. */
  readonly now: number;
}

/** States of a version that will not serve. */
const lost: ReadonlySet<string> = new Set(['rejected', 'rolled_back', 'quarantined']);

/**
 * Whether a retrain helped: its version was promoted and served long enough without the alarm that asked for it. Pure;
 * `null` when nothing new is known.
 */
export function assessOutcome(job: RetrainJob, fate: VersionFate): RetrainOutcome | null {
  const { outcome, trigger } = job;
  if (job.state !== 'succeeded' || outcome === null || outcome.verdict !== 'pending') return null;
  const decided = (verdict: RetrainOutcome['verdict'], text: string, windows = outcome.windows): RetrainOutcome => ({
    verdict,
    text,
    windows,
    at: fate.now,
  });
  if (fate.state !== null && lost.has(fate.state)) {
    return decided('did_not_help', `version ${fate.version} was not taken: it is ${fate.state.replaceAll('_', ' ')}`);
  }
  if (!fate.served) return null;
  const about = trigger.kind === 'manual' || trigger.kind === 'schedule' ? ['performance', 'fairness'] : [trigger.kind];
  const again = fate.alerts.find(
    (alert) => about.includes(alert.kind) && alert.state === 'firing' && alert.version === fate.version,
  );
  const windows = outcome.windows + 1;
  if (again !== undefined) {
    return decided(
      'did_not_help',
      `${again.kind} alarms again with version ${fate.version}: ${again.sentence}`,
      windows,
    );
  }
  return windows >= fate.enoughWindows
    ? decided('helped', `version ${fate.version} served ${windows} windows without the alarm`, windows)
    : decided('pending', `version ${fate.version} has served ${windows} of ${fate.enoughWindows} windows`, windows);
}
