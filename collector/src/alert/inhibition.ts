import { type Alert, type AlertKind, isOpen } from './alert.ts';

/**
 * Which alert explains which: broken data explains drift, and a model that nothing is heard of explains whatever was open
 * before. Wrong and unfair decisions are told of in any case but silence: whatever explains them, they hurt somebody.
 */
const explains: Readonly<Partial<Record<AlertKind, readonly AlertKind[]>>> = {
  traffic: ['drift', 'performance', 'fairness', 'data_quality'],
  data_quality: ['drift'],
};

/** The open alert of the same model that explains this one; `null` when none does. */
export function inhibitorOf(alert: Alert, alerts: readonly Alert[]): Alert | null {
  return (
    alerts.find(
      (other) =>
        other.model === alert.model &&
        other.environment === alert.environment &&
        isOpen(other) &&
        (explains[other.kind]?.includes(alert.kind) ?? false),
    ) ?? null
  );
}
