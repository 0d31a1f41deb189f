import type { ModelSettings } from '../config/settings.ts';
import { effectiveProfile, type Reference } from '../profile/index.ts';
import {
  advance,
  certifyStep,
  evidenceOf,
  initialState,
  resetAfterAlarm,
  sharedRoom,
} from '../statistics/evidence/index.ts';
import { effectiveArrivals, type OutcomeArrivals } from './arrivals.ts';
import { auditGroups } from './audits.ts';
import {
  alarmLog,
  countStreams,
  lifetimeStreamWeight,
  type StreamClass,
  streamWeight,
  windowWeight,
} from './budget.ts';
import { ratingDetector, withRatings } from './detectors/ratingDetector.ts';
import { boundedStreams, streamDetectors } from './detectors/streamDetector.ts';
import { isClassification, streamsOf } from './detectors/streams.ts';
import { type Evidence, type Finding, watchLevel } from './finding.ts';
import { arrivalFindings } from './findings/arrivalFindings.ts';
import { describeEvidence } from './findings/describeEvidence.ts';
import { explainDrift } from './findings/explainDrift.ts';
import { findingContent, groupsThenAndNow } from './findings/findingContent.ts';
import { namedReason } from './findings/leading.ts';
import { countedSince, statisticsSinceReference } from './findings/sinceReference.ts';
import { tellEmbeddings } from './findings/tellEmbeddings.ts';
import { unwatched, unwatchedRatings, withoutReference } from './findings/unwatched.ts';
import { type WindowInput, windowFinding } from './findings/windowFinding.ts';
import { ratingTypes } from './ratings.ts';
import { initialMonitorState, type MonitorState } from './state.ts';

export interface WindowEvaluation {
  readonly findings: readonly Finding[];
  /** For the next window; `null` as long as there is no reference. */
  readonly state: MonitorState | null;
}

/**
 * What the monitors say about one closed window of one version: a finding for each stream, and what their detectors
 * remember for the next window. Pure: the same input gives the same findings, bit for bit, on any machine.
 *
 * Only accumulated evidence alarms. A detector that alarmed starts again from nothing.
 */
export function evaluateWindow(came: WindowInput): WindowEvaluation {
  // Rows with weights are evidence of fewer rows than they stand for; only how many there were is told from all of them.
  const input = { ...came, profile: effectiveProfile(came.profile), arrivals: effectiveArrivals(came.arrivals) };
  const due = came.due === undefined || came.due === null ? null : effectiveProfile(came.due);
  const { reference, profile, settings } = input;
  if (reference === null || profile.shape.id !== reference.shape.id) {
    return { findings: withoutReference(input), state: input.state };
  }
  const previous = input.state?.reference === reference.id ? input.state : initialMonitorState(reference);
  const windows = previous.windows + 1;
  const weight = windowWeight(input.budget, input.to - input.from, windows);
  const levelOf = alarmLevels(input, reference);
  const states = new Map<string, Float64Array>();
  const counted = new Map<string, readonly number[]>();
  const groupsOf = groupsThenAndNow(settings, reference, profile);
  const content = {
    settings,
    reference,
    profile,
    due,
    groupsOf,
    arrivals: input.arrivals,
    firstRatings: previous.firstRatings,
  };

  const ofRatings = ratingDetectors(
    settings,
    previous,
    boundedStreams(settings, streamsOf(settings, reference).length),
  );
  const detectors = [...streamDetectors(settings, reference), ...ofRatings];
  const roomFor = sharedRoom(detectors.reduce((sum, { detector }) => sum + detector.components, 0));
  const findings = detectors.map((watched) => {
    const { stream, detector } = watched;
    const known = previous.detectors.get(stream.id);
    // Settings may have changed the number of bets; their evidence then starts again.
    const before =
      known?.length === detector.components ? { wealth: known, scale: 0, steps: 0 } : initialState(detector);
    const counts = watched.countsOf(profile, input.arrivals, windows, due);
    const atHour = watched.detectorAt(input.from);
    // Of an hour that the reference does not know nothing is learned.
    const seen = atHour === null ? new Float64Array(counts.length) : counts;
    const after = advance(atHour ?? detector, before, seen, weight, roomFor(detector.components));
    const level = levelOf(stream.class);
    const { log, leading } = evidenceOf(detector, after);
    const passed = log >= level ? level : level * watchLevel;
    const reason = namedReason(detector, after, leading, passed);
    const described = describeEvidence(watched, counts, { log, leading: reason }, level, input.from);
    const evidence = described.alarm
      ? {
          ...described,
          proof: certifyStep(atHour ?? detector, before, {
            subject: subjectOf(input, reference, stream.id),
            step: windows,
            weight,
            alarmLog: level,
            counts: seen,
            log,
          }),
        }
      : described;
    states.set(stream.id, (evidence.alarm ? resetAfterAlarm(detector, after) : after).wealth);
    const said = findingContent(content, watched, counts, evidence);
    // How many of a hidden group came is not told by its evidence either.
    const isHidden = said.kind === 'fairness' && said.rows === 0;
    // Nor by what a sum grew by: such a window does not enter it.
    const countedBefore = previous.counted.get(stream.id);
    const sums = isHidden ? countedBefore : countedSince(watched, countedBefore, counts);
    if (sums !== undefined) counted.set(stream.id, sums);
    const running = isHidden ? {} : statisticsSinceReference(watched, sums, settings.minimumGroupRows);
    const withRunning = { ...said, statistics: { ...said.statistics, ...running } };
    return windowFinding(input, stream.id, withRunning, isHidden ? withoutCertificate(evidence) : evidence);
  });
  const arrivals = arrivalFindings(came, reference, previous, weight, levelOf('inputs'));
  const audited = isClassification(reference.shape.task) ? auditGroups({ ...input, audits: previous.audits }) : [];
  const unaudited = audited.flatMap(({ signal, sentence }) =>
    sentence === null
      ? []
      : [windowFinding(input, signal, { kind: 'fairness', rows: 0, statistics: {}, sentence }, null)],
  );
  return {
    findings: [
      ...tellEmbeddings(explainDrift(findings, reference, profile), reference, profile),
      ...arrivals.findings,
      ...unwatched(input, content, detectors),
      ...unaudited,
      ...unwatchedRatings(input, ofRatings),
    ],
    state: {
      reference: reference.id,
      windows,
      detectors: states,
      audits: new Map(audited.map(({ signal, audit }) => [signal, audit])),
      firstRatings: firstRatings(previous, input.arrivals),
      paces: arrivals.paces,
      counted,
    },
  };
}

/** Evidence at which a stream of a class alarms. A lifetime belongs to one version; calendar time is shared by everything that runs in it. */
function alarmLevels(input: WindowInput, reference: Reference): (streamClass: StreamClass) => number {
  const { settings, budget, streams, segment } = input;
  if (budget.mode === 'calendar') return (name) => alarmLog(budget, streamWeight(streams, name, segment));
  const own = countStreams([{ settings, reference }]);
  return (name) => alarmLog(budget, lifetimeStreamWeight(settings, own, name, segment));
}

function withoutCertificate({ certificate: _, ...evidence }: Evidence): Evidence {
  return evidence;
}

function subjectOf({ settings, version, segment, from, to }: WindowInput, reference: Reference, stream: string) {
  const { name, environment } = settings;
  const slice = segment === undefined ? {} : { segment };
  return { model: name, environment, version, ...slice, reference: reference.id, stream, from, to };
}

/** Of the types that shall be watched and of which enough came to compare with. */
function ratingDetectors(settings: ModelSettings, { firstRatings: first }: MonitorState, streams: number) {
  return settings.ratings.flatMap((type) => ratingDetector(settings, type, first[type], streams) ?? []);
}

function firstRatings(
  { firstRatings: first }: MonitorState,
  { ratings }: OutcomeArrivals,
): MonitorState['firstRatings'] {
  return Object.fromEntries(
    ratingTypes.flatMap((type) => {
      const sum = withRatings(first[type], ratings?.[type]);
      return sum === undefined ? [] : [[type, sum] as const];
    }),
  );
}
