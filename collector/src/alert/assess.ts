import type { Finding } from '../monitor/finding.ts';
import { embeddingOf } from '../profile/index.ts';
import { whatChanged } from '../statistics/multiplicity/index.ts';
import type { Alert, AlertKind, AlertSeverity } from './alert.ts';

/** Levels are shares of the alarm level on the evidence gauge, see `Evidence.level`. */
export interface AlertPolicy {
  /** Alarms it takes to fire. 1: evidence has waited long enough; more wait for the restarted detector to alarm again. */
  readonly alarmsToFire: number;
  /** Evidence from here on is worth showing. */
  readonly pendingLevel: number;
  /** Evidence below this is quiet. Lower than `pendingLevel`, so that hovering does not flap. */
  readonly quietLevel: number;
  /** Quiet windows in a row until a firing alert is recovering. */
  readonly recoverAfterWindows: number;
  /** Quiet windows in a row until a recovering alert is resolved, at least. */
  readonly resolveAfterWindows: number;
  /** At most so many more, for evidence that took long to gather. */
  readonly longestClimb: number;
}

/**
 * A detector starts again from nothing after its alarm, so under steady drift its level falls and climbs again: only
 * several quiet windows in a row mean that the drift is over. Drift that was slow to prove is slow to prove again, so as
 * many more windows are waited for as the last proof took.
 */
export const defaultAlertPolicy: AlertPolicy = {
  alarmsToFire: 1,
  pendingLevel: 0.5,
  quietLevel: 0.4,
  recoverAfterWindows: 3,
  resolveAfterWindows: 6,
  longestClimb: 48,
};

/** What one closed window says about one kind of trouble. */
export interface AlertObservation {
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly kind: AlertKind;
  readonly version: string;
  /** Default: a ticket, until it is known what fires beside it. */
  readonly severity?: AlertSeverity;
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

  const isQuiet = alarms.length === 0 && level < policy.quietLevel;

  if (alarms.length > 0) {
    return confirmed(open, policy)
      ? fire(open, observation, ranked, sameVersion, policy)
      : { alert: alarmedOnce(open, observation, ranked), transition: open === null ? 'pending' : null };
  }
  if (open === null || open.state === 'pending')
    return wait(open, previous, observation, ranked, level, isQuiet, policy);
  return calmDown(open, observation, isQuiet, policy);
}

/** Of an embedding whichever projection tells in a window. */
function subjectOf({ segment = '', signal }: Finding): string {
  return `${segment} ${embeddingOf(signal) ?? signal}`;
}

/** Whether this alarm is the one it takes. */
function confirmed(open: Alert | null, { alarmsToFire }: AlertPolicy): boolean {
  return (open !== null && open.state !== 'pending') || (open?.alarms ?? 0) + 1 >= alarmsToFire;
}

function alarmedOnce(open: Alert | null, observation: AlertObservation, ranked: readonly Finding[]): Alert {
  const alarmed = ranked.filter((finding) => finding.verdict === 'alarm');
  return {
    ...pending(open, observation, alarmed, (open?.climb ?? 0) + 1),
    alarms: (open?.alarms ?? 0) + 1,
    quietWindows: 0,
  };
}

function fire(
  open: Alert | null,
  observation: AlertObservation,
  ranked: readonly Finding[],
  sameVersion: boolean,
  policy: AlertPolicy,
): AlertAssessment {
  const alarmed = ranked.filter((finding) => finding.verdict === 'alarm');
  const changed = changedWith(ranked);
  if (open !== null && (open.state === 'firing' || open.state === 'recovering')) {
    // Keeps everything that alarmed since it fired, with the newest numbers first.
    const seen = new Set(changed.map(subjectOf));
    const kept = sameVersion ? open.findings.filter((finding) => !seen.has(subjectOf(finding))) : [];
    return {
      alert: {
        ...open,
        state: 'firing',
        version: observation.version,
        since: open.state === 'firing' ? open.since : observation.at,
        changedAt: open.state === 'firing' ? open.changedAt : observation.now,
        climb: Math.min(policy.longestClimb, Math.max(open.climb, open.windowsSinceAlarm + 1)),
        windowsSinceAlarm: 0,
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
      heldState: null,
      since: observation.at,
      firedAt: observation.at,
      resolvedAt: null,
      changedAt: observation.now,
      firedWallAt: observation.now,
      alarms: Math.min(policy.alarmsToFire, (open?.alarms ?? 0) + 1),
      climb: Math.min(policy.longestClimb, open?.climb ?? 0),
      windowsSinceAlarm: 0,
      quietWindows: 0,
      firingWindows: 1,
      sentence: sentenceOf(alarmed),
      findings: changed.slice(0, shownFindings),
      acknowledgement: null,
      expected: null,
    },
    transition: 'fired',
  };
}

/** No alarm, and none before that counts: worth showing, or forgotten. */
function wait(
  open: Alert | null,
  previous: Alert | null,
  observation: AlertObservation,
  ranked: readonly Finding[],
  level: number,
  isQuiet: boolean,
  policy: AlertPolicy,
): AlertAssessment {
  if (open === null) {
    return level >= policy.pendingLevel
      ? { alert: pending(null, observation, watchedOf(ranked), 1), transition: 'pending' }
      : { alert: previous, transition: null };
  }
  const quietWindows = isQuiet ? open.quietWindows + 1 : 0;
  // Between two alarms the level falls: what alarmed waits as long as it would if it had fired.
  const isOver = isQuiet && (open.alarms === 0 || quietWindows >= policy.resolveAfterWindows);
  if (isOver) return { alert: null, transition: 'dropped' };
  const shown = open.alarms === 0 ? watchedOf(ranked) : open.findings;
  return { alert: { ...pending(open, observation, shown, open.climb + 1), quietWindows }, transition: null };
}

function watchedOf(ranked: readonly Finding[]): readonly Finding[] {
  const watched = ranked.filter((finding) => finding.verdict === 'watch');
  return watched.length > 0 ? watched : ranked.slice(0, 1);
}

function pending(open: Alert | null, observation: AlertObservation, shown: readonly Finding[], climb: number): Alert {
  return {
    ...identity(observation),
    state: 'pending',
    heldState: null,
    since: open?.since ?? observation.at,
    firedAt: null,
    resolvedAt: null,
    changedAt: open?.changedAt ?? observation.now,
    firedWallAt: null,
    alarms: open?.alarms ?? 0,
    climb,
    windowsSinceAlarm: 0,
    quietWindows: 0,
    firingWindows: 0,
    sentence: sentenceOf(shown),
    findings: shown.slice(0, shownFindings),
    acknowledgement: null,
    expected: null,
  };
}

function calmDown(open: Alert, observation: AlertObservation, isQuiet: boolean, policy: AlertPolicy): AlertAssessment {
  const quietWindows = isQuiet ? open.quietWindows + 1 : 0;
  // A new version has a clean record until it alarms itself.
  const alarmedBefore = open.version === observation.version && open.firingWindows > 0;
  const counted: Alert = {
    ...open,
    quietWindows,
    windowsSinceAlarm: open.windowsSinceAlarm + 1,
    firingWindows: alarmedBefore ? open.firingWindows + 1 : 0,
  };
  const waited = policy.resolveAfterWindows + Math.min(open.climb, policy.longestClimb);
  if (quietWindows >= waited) {
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
    severity: observation.severity ?? 'ticket',
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

/** What another finding tells of, as broken data does, is no trouble of its own. */
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
