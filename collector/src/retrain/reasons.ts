import type { Alert } from '../alert/index.ts';
import type { RetrainSettings } from '../config/settings.ts';
import { isRetrainKind, type RetrainTrigger } from './job.ts';

/** Why a model should be trained again. */
export interface RetrainReason {
  readonly code: 'drift' | 'performance' | 'fairness' | 'age' | 'manual';
  /** [0, 1]: how much it alone speaks for a retrain. */
  readonly score: number;
  readonly text: string;
}

/**
 * What a reason is worth once its alarm has lasted: wrong and unfair decisions are what a retrain is for, drift may be
 * harmless. Not estimated from data; for ranking, and to be read.
 */
const worth = { performance: 0.9, fairness: 0.8, drift: 0.5, age: 0.4 } as const;

export interface Cause {
  readonly reason: RetrainReason;
  readonly trigger: RetrainTrigger;
}

/** What speaks for training a model again, strongest first. Pure; times are event time. */
export function causesOf(situation: {
  readonly policy: RetrainSettings;
  readonly alerts: readonly Alert[];
  /** When the last retrain was asked for, or the champion began to serve; `null`: not known. */
  readonly trainedAt: number | null;
  readonly now: number;
}): readonly Cause[] {
  const { policy, alerts, trainedAt, now } = situation;
  const causes: Cause[] = [];
  for (const alert of alerts) {
    const { kind, firingWindows } = alert;
    const counts = alert.state === 'firing' && isRetrainKind(kind) && policy.on.includes(kind);
    // One window may be chance, or a bad hour.
    if (!counts || firingWindows < policy.consecutiveWindows) continue;
    const lasted = Math.min(1, firingWindows / (2 * policy.consecutiveWindows));
    causes.push({
      reason: {
        code: kind,
        score: worth[kind] * lasted,
        text: `${alert.sentence} (${firingWindows} windows since the alarm; ${policy.consecutiveWindows} are asked for)`,
      },
      trigger: { kind, alert: alert.id, reason: alert.sentence },
    });
  }
  if (policy.schedule !== undefined && trainedAt !== null && now - trainedAt >= policy.schedule) {
    const days = Math.floor((now - trainedAt) / 86_400_000);
    const text = `Trained ${days} days ago; the schedule says every ${Math.round(policy.schedule / 86_400_000)}`;
    causes.push({
      reason: { code: 'age', score: worth.age, text },
      trigger: { kind: 'schedule', alert: null, reason: text },
    });
  }
  return causes.sort((a, b) => b.reason.score - a.reason.score);
}

/** All reasons together: what is left of doubt when each is independent of the others. */
export function scoreOf(reasons: readonly RetrainReason[]): number {
  return 1 - reasons.reduce((doubt, { score }) => doubt * (1 - score), 1);
}
