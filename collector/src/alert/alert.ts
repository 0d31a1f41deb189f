import type { Finding } from '../monitor/finding.ts';

/** One alert a cause: all findings of one kind about one model. It keeps its id when it fires again. */

export type AlertKind = 'drift' | 'performance' | 'fairness' | 'data_quality';

export const alertKinds: readonly AlertKind[] = ['drift', 'performance', 'fairness', 'data_quality'];

export type AlertState = 'pending' | 'firing' | 'recovering' | 'resolved' | 'no_data' | 'error';

/** Somebody is on it. Silences repeats, not an increase in severity; ends by itself. */
export interface Acknowledgement {
  readonly by: string;
  readonly at: number;
  readonly until: number;
  readonly comment: string;
}

export interface Alert {
  /** Fingerprint of model, environment and kind. Neither version nor score is part of it. */
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly kind: AlertKind;
  readonly severity: 'page' | 'ticket';
  readonly state: AlertState;
  /** The version that alarmed: what the findings are about. A successor may serve by now. */
  readonly version: string;
  /** Start of the current state, event time. */
  readonly since: number;
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
  /** Wall-clock time of the last change of state. */
  readonly changedAt: number;
  /** Windows in a row that were quiet while firing or recovering. */
  readonly quietWindows: number;
  /** Windows closed since the version that serves first alarmed, that one included; 0 while it has not. */
  readonly firingWindows: number;
  readonly sentence: string;
  readonly findings: readonly Finding[];
  readonly acknowledgement: Acknowledgement | null;
}

/** Drift alone never pages: it may be harmless. Wrong or unfair decisions hurt somebody now. */
export const severityOf: Readonly<Record<AlertKind, Alert['severity']>> = {
  drift: 'ticket',
  data_quality: 'ticket',
  performance: 'page',
  fairness: 'page',
};

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
