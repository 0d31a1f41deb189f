import { type Alert, type AlertKind, type AlertSeverity, isOpen } from './alert.ts';

/** Keeps people from being told of the alerts it matches, until its end. What is `null` matches everything. */
export interface Silence {
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly kind: AlertKind | null;
  /** A signal, or its beginning with `*` behind it. */
  readonly signal: string | null;
  readonly severity: AlertSeverity | null;
  /** Wall-clock times. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdAt: number;
  readonly by: string;
  readonly reason: string;
  /** Who ended it early. */
  readonly endedBy: string | null;
}

export type SilenceState = 'waiting' | 'active' | 'ended';

export function silenceState({ startsAt, endsAt }: Silence, now: number): SilenceState {
  if (now >= endsAt) return 'ended';
  return now >= startsAt ? 'active' : 'waiting';
}

/** The active silence that matches an alert and lasts longest; `null` when there is none. */
export function silenceOf(alert: Alert, silences: readonly Silence[], now: number): Silence | null {
  const active = silences.filter((silence) => silenceState(silence, now) === 'active' && matches(silence, alert));
  return active.reduce<Silence | null>(
    (longest, silence) => (longest === null || silence.endsAt > longest.endsAt ? silence : longest),
    null,
  );
}

function matches({ model, environment, kind, signal, severity }: Silence, alert: Alert): boolean {
  return (
    model === alert.model &&
    environment === alert.environment &&
    (kind === null || kind === alert.kind) &&
    // A silence for tickets ends where a ticket becomes a page.
    (severity === null || severity === alert.severity) &&
    (signal === null || allSignalsMatch(signal, alert))
  );
}

/** A silence for one signal does not hide another one that alarms beside it. */
function allSignalsMatch(pattern: string, alert: Alert): boolean {
  const alarmed = alert.findings.filter(({ verdict }) => verdict === 'alarm');
  const shown = alarmed.length > 0 || isOpen(alert) ? alarmed : alert.findings;
  return shown.length > 0 && shown.every(({ signal }) => matchesPattern(pattern, signal));
}

function matchesPattern(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
