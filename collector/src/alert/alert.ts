import type { Finding } from '../monitor/finding.ts';

/** One alert a cause: all findings of one kind about one model. It keeps its id when it fires again. */

export type AlertKind = 'drift' | 'performance' | 'fairness' | 'data_quality' | 'traffic';

/** Kinds that the findings of a window decide; `traffic` is about windows that do not come. */
export const alertKinds: readonly AlertKind[] = ['drift', 'performance', 'fairness', 'data_quality'];

export type AlertState = 'pending' | 'firing' | 'recovering' | 'resolved' | 'no_data' | 'error';

export type AlertSeverity = 'page' | 'ticket';

/** Somebody is on it. Silences repeats, not an increase in severity; ends by itself. */
export interface Acknowledgement {
  readonly by: string;
  readonly at: number;
  readonly until: number;
  readonly comment: string;
}

/** Somebody said that it is as it should be: the version is compared with a new reference since. */
export interface Expected {
  readonly by: string;
  readonly at: number;
  readonly reason: string;
  /** Id of the new reference. */
  readonly reference: string;
}

export interface Alert {
  /** Fingerprint of model, environment and kind. Neither version nor score is part of it. */
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly state: AlertState;
  /** In `no_data` and `error`: the state it comes back to when data does; `null` for an alert about just that. */
  readonly heldState: AlertState | null;
  /** The version that alarmed: what the findings are about. A successor may serve by now. */
  readonly version: string;
  /** Start of the current state, event time. */
  readonly since: number;
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
  /** Wall-clock time of the last change of state. */
  readonly changedAt: number;
  /** Wall-clock time when it fired: what changed is looked for around it. */
  readonly firedWallAt: number | null;
  /** Alarms while pending; it fires with as many as its policy asks for. */
  readonly alarms: number;
  /** Windows that the evidence took to gather before an alarm, at most so far. */
  readonly climb: number;
  /** Windows since its last alarm. */
  readonly windowsSinceAlarm: number;
  /** Windows in a row that were quiet while firing or recovering, or pending after an alarm. */
  readonly quietWindows: number;
  /** Windows closed since the version that serves first alarmed, that one included; 0 while it has not. */
  readonly firingWindows: number;
  readonly sentence: string;
  readonly findings: readonly Finding[];
  readonly acknowledgement: Acknowledgement | null;
  readonly expected: Expected | null;
}

export function alertKindOf(finding: Finding): AlertKind {
  switch (finding.kind) {
    case 'performance':
    case 'fairness':
    case 'data_quality':
      return finding.kind;
    default:
      return 'drift';
  }
}

/** Whether somebody has to know of it: it fired and has not been resolved, whether or not data comes. */
export function isOpen({ state, heldState, kind }: Pick<Alert, 'state' | 'heldState' | 'kind'>): boolean {
  const own = state === 'no_data' || state === 'error' ? heldState : state;
  return own === 'firing' || own === 'recovering' || (kind === 'traffic' && state !== 'resolved');
}

export const severityRank: Readonly<Record<AlertSeverity, number>> = { ticket: 0, page: 1 };
