import type { ModelSettings } from '../config/settings.ts';
import { effectiveProfile, type Reference } from '../profile/index.ts';
import { sharedRoom } from '../statistics/evidence/index.ts';
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
import type { Finding } from './finding.ts';
import { arrivalFindings } from './findings/arrivalFindings.ts';
import { explainDrift } from './findings/explainDrift.ts';
import { groupsThenAndNow } from './findings/findingContent.ts';
import { tellEmbeddings } from './findings/tellEmbeddings.ts';
import { unwatched, unwatchedRatings, withoutReference } from './findings/unwatched.ts';
import { type WindowInput, windowFinding } from './findings/windowFinding.ts';
import { judgeStream } from './judgeStream.ts';
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
  const content = {
    settings,
    reference,
    profile,
    due,
    groupsOf: groupsThenAndNow(settings, reference, profile),
    arrivals: input.arrivals,
    firstRatings: previous.firstRatings,
  };

  const streams = boundedStreams(settings, streamsOf(settings, reference).length);
  const ofRatings = ratingDetectors(settings, previous, streams);
  const detectors = [...streamDetectors(settings, reference), ...ofRatings];
  const roomFor = sharedRoom(detectors.reduce((sum, { detector }) => sum + detector.components, 0));
  const window = { input, reference, previous, windows, weight, levelOf, content };
  const judged = detectors.map((watched) => judgeStream(window, watched, roomFor(watched.detector.components)));
  const findings = judged.map(({ finding }) => finding);
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
      detectors: new Map(judged.map(({ finding, wealth }) => [finding.signal, wealth])),
      audits: new Map(audited.map(({ signal, audit }) => [signal, audit])),
      firstRatings: firstRatings(previous, input.arrivals),
      paces: arrivals.paces,
      counted: new Map(
        judged.flatMap(({ finding, counted }) => (counted === undefined ? [] : [[finding.signal, counted] as const])),
      ),
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
