import type { Finding } from '../monitor/finding.ts';
import { whatChanged } from '../statistics/multiplicity/index.ts';
import { type Alert, type AlertKind, severityOf } from './alert.ts';

/** Levels are shares of the alarm level on the evidence gauge, see `Evidence.level`. */
export interface AlertPolicy {
  /** Evidence from here on is worth showing. */
  readonly pendingLevel: number;
  /** Evidence below this is quiet. Lower than `pendingLevel`, so that hovering does not flap. */
  readonly quietLevel: number;
  /** Quiet windows in a row until a firing alert is recovering. */
  readonly recoverAfterWindows: number;
  /** Quiet windows in a row until a recovering alert is resolved. */
  readonly resolveAfterWindows: number;
}

/**
 * A detector starts again from nothing after its alarm, so under steady drift its level falls and climbs again: only
 * several quiet windows in a row mean that the drift is over.
 */
export const defaultAlertPolicy: AlertPolicy = {
  pendingLevel: 0.5,
  quietLevel: 0.4,
  recoverAfterWindows: 3,
  resolveAfterWindows: 6,
};

/** What one closed window says about one kind of trouble. */
export interface AlertObservation {
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly kind: AlertKind;
  readonly version: string;
  /** Findings of this kind in the window. */
  readonly findings: readonly Finding[];
  /** End of the window, event time. */
  readonly at: number;
  /** Wall-clock time. */
  readonly now: number;
}

export type AlertTransition = 'pending' | 'fired' | 'refired' | 'recovering' | 'resolved' | 'dropped' | null;

export interface AlertAssessment {
  /** `null`: there is nothing to remember. */
  readonly alert: Alert | null;
  readonly transition: AlertTransition;
}

const shownFindings = 20;

/** The next state of an alert, from its last state and what a window says. Pure. */
export function assessAlert(
  previous: Alert | null,
  observation: AlertObservation,
  policy: AlertPolicy = defaultAlertPolicy,
): AlertAssessment {
  const measured = observation.findings.filter((finding) => finding.verdict !== 'insufficient_data');
  // Missing data is not recovery: the alert stays as it is until somebody can tell.
  if (measured.length === 0) return { alert: previous, transition: null };

  const ranked = [...measured].sort(byStrength);
  const alarms = ranked.filter((finding) => finding.verdict === 'alarm');
  const level = Math.max(0, ...ranked.map(levelOf));
  const sameVersion = previous !== null && previous.version === observation.version;
  const open = previous !== null && previous.state !== 'resolved' ? previous : null;

  if (alarms.length > 0) return fire(open, observation, ranked, sameVersion);
  if (open === null || open.state === 'pending') {
    return level >= policy.pendingLevel || (open !== null && level >= policy.quietLevel)
      ? watch(open, observation, ranked)
      : { alert: open === null ? previous : null, transition: open === null ? null : 'dropped' };
  }
  return calmDown(open, observation, level, policy);
}

function fire(
  open: Alert | null,
  observation: AlertObservation,
  ranked: readonly Finding[],
  sameVersion: boolean,
): AlertAssessment {
  const alarmed = ranked.filter((finding) => finding.verdict === 'alarm');
  const changed = changedWith(ranked);
  if (open !== null && (open.state === 'firing' || open.state === 'recovering')) {
    // Keeps everything that alarmed since it fired, with the newest numbers first.
    const seen = new Set(changed.map((finding) => finding.signal));
    const kept = sameVersion ? open.findings.filter((finding) => !seen.has(finding.signal)) : [];
    return {
      alert: {
        ...open,
        state: 'firing',
        version: observation.version,
        since: open.state === 'firing' ? open.since : observation.at,
        changedAt: open.state === 'firing' ? open.changedAt : observation.now,
        quietWindows: 0,
        firingWindows: sameVersion ? open.firingWindows + 1 : 1,
        sentence: sentenceOf(alarmed),
        findings: [...changed, ...kept].slice(0, shownFindings),
      },
      transition: open.state === 'recovering' ? 'refired' : null,
    };
  }
  return {
    alert: {
      ...identity(observation),
      state: 'firing',
      since: observation.at,
      firedAt: observation.at,
      resolvedAt: null,
      changedAt: observation.now,
      quietWindows: 0,
      firingWindows: 1,
      sentence: sentenceOf(alarmed),
      findings: changed.slice(0, shownFindings),
      acknowledgement: null,
    },
    transition: 'fired',
  };
}

function watch(open: Alert | null, observation: AlertObservation, ranked: readonly Finding[]): AlertAssessment {
  const watched = ranked.filter((finding) => finding.verdict === 'watch');
  const shown = watched.length > 0 ? watched : ranked.slice(0, 1);
  return {
    alert: {
      ...identity(observation),
      state: 'pending',
      since: open?.since ?? observation.at,
      firedAt: null,
      resolvedAt: null,
      changedAt: open?.changedAt ?? observation.now,
      quietWindows: 0,
      firingWindows: 0,
      sentence: sentenceOf(shown),
      findings: shown.slice(0, shownFindings),
      acknowledgement: null,
    },
    transition: open === null ? 'pending' : null,
  };
}

function calmDown(open: Alert, observation: AlertObservation, level: number, policy: AlertPolicy): AlertAssessment {
  const quietWindows = level < policy.quietLevel ? open.quietWindows + 1 : 0;
  // A new version has a clean record until it alarms itself.
  const alarmedBefore = open.version === observation.version && open.firingWindows > 0;
  const counted: Alert = {
    ...open,
    quietWindows,
    firingWindows: alarmedBefore ? open.firingWindows + 1 : 0,
  };
  if (quietWindows >= policy.resolveAfterWindows) {
    return {
      alert: {
        ...counted,
        state: 'resolved',
        since: observation.at,
        resolvedAt: observation.at,
        changedAt: observation.now,
        acknowledgement: null,
      },
      transition: 'resolved',
    };
  }
  if (open.state === 'firing' && quietWindows >= policy.recoverAfterWindows) {
    return {
      alert: { ...counted, state: 'recovering', since: observation.at, changedAt: observation.now },
      transition: 'recovering',
    };
  }
  return { alert: counted, transition: null };
}

function identity(observation: AlertObservation) {
  return {
    id: observation.id,
    model: observation.model,
    environment: observation.environment,
    kind: observation.kind,
    severity: severityOf[observation.kind],
    version: observation.version,
  };
}

/**
 * What changed, once something alarmed: all that alarms on its own, and with it what comes close together (a list to read
 * may hold more than what a page is worth, see `whatChanged`).
 */
function changedWith(ranked: readonly Finding[]): Finding[] {
  const excess = ranked.map(({ evidence, verdict, explainedBy }) => {
    if (verdict === 'alarm') return Math.max(0, (evidence?.log ?? 0) - (evidence?.alarmLog ?? 0));
    return evidence === null || explainedBy !== undefined ? Number.NEGATIVE_INFINITY : evidence.log - evidence.alarmLog;
  });
  return whatChanged(excess).map((index) => ranked[index]!);
}

/** What broken data explains is no trouble of its own. */
function levelOf(finding: Finding): number {
  return finding.explainedBy === undefined ? (finding.evidence?.level ?? 0) : 0;
}

function byStrength(left: Finding, right: Finding): number {
  const alarm = Number(right.verdict === 'alarm') - Number(left.verdict === 'alarm');
  return alarm !== 0 ? alarm : levelOf(right) - levelOf(left);
}

function sentenceOf(findings: readonly Finding[]): string {
  const [first, ...rest] = findings;
  if (first === undefined) return '';
  return rest.length === 0 ? first.sentence : `${first.sentence} (and ${rest.length} more)`;
}
