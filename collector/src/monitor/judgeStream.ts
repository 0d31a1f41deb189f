import type { Reference } from '../profile/index.ts';
import { advance, certifyStep, evidenceOf, initialState, resetAfterAlarm } from '../statistics/evidence/index.ts';
import type { StreamClass } from './budget.ts';
import type { StreamDetector } from './detectors/streamDetector.ts';
import { type Evidence, type Finding, watchLevel } from './finding.ts';
import { describeEvidence } from './findings/describeEvidence.ts';
import { type ContentInput, findingContent } from './findings/findingContent.ts';
import { namedReason } from './findings/leading.ts';
import { countedSince, statisticsSinceReference } from './findings/sinceReference.ts';
import { type WindowInput, windowFinding } from './findings/windowFinding.ts';
import type { MonitorState } from './state.ts';

/** A window as all of its streams see it. */
export interface JudgedWindow {
  readonly input: WindowInput;
  readonly reference: Reference;
  readonly previous: MonitorState;
  /** Windows evaluated so far, with this one. */
  readonly windows: number;
  /** What bets are given for it: `windowWeight`. */
  readonly weight: number;
  /** Evidence at which a stream of a class alarms. */
  readonly levelOf: (streamClass: StreamClass) => number;
  readonly content: ContentInput;
}

/** Of one stream: its finding, and what is remembered for the next window. */
export interface StreamJudgement {
  readonly finding: Finding;
  /** Of each bet. */
  readonly wealth: Float64Array;
  /** Of a stream with a running estimate: its counts by cell since the reference. */
  readonly counted: readonly number[] | undefined;
}

/** What a window is evidence of, and what is said about it. `room`: where the wealth of the stream's bets goes. */
export function judgeStream(window: JudgedWindow, watched: StreamDetector, room: Float64Array): StreamJudgement {
  const { input, previous, windows, content } = window;
  const { id } = watched.stream;
  const counts = watched.countsOf(content.profile, content.arrivals, windows, content.due);
  const { evidence, wealth } = bet(window, watched, counts, room);
  const said = findingContent(content, watched, counts, evidence);
  const before = previous.counted.get(id);
  // How many of a hidden group came is told neither by its evidence nor by what a sum grew by: such a window does not enter it.
  if (said.kind === 'fairness' && said.rows === 0) {
    const { certificate: _, ...hidden } = evidence;
    return { finding: windowFinding(input, id, said, hidden), wealth, counted: before };
  }
  const counted = countedSince(watched, before, counts);
  const running = statisticsSinceReference(watched, counted, content.settings.minimumGroupRows);
  const withRunning = { ...said, statistics: { ...said.statistics, ...running } };
  return { finding: windowFinding(input, id, withRunning, evidence), wealth, counted };
}

/** One step of a stream's detector, with the proof of an alarm; one that alarmed starts again from nothing. */
function bet(
  { input, reference, previous, windows, weight, levelOf }: JudgedWindow,
  watched: StreamDetector,
  counts: ArrayLike<number>,
  room: Float64Array,
): { readonly evidence: Evidence; readonly wealth: Float64Array } {
  const { stream, detector } = watched;
  const known = previous.detectors.get(stream.id);
  // Settings may have changed the number of bets; their evidence then starts again.
  const before = known?.length === detector.components ? { wealth: known, scale: 0, steps: 0 } : initialState(detector);
  const atHour = watched.detectorAt(input.from);
  // Of an hour that the reference does not know nothing is learned.
  const seen = atHour === null ? new Float64Array(counts.length) : counts;
  const after = advance(atHour ?? detector, before, seen, weight, room);
  const level = levelOf(stream.class);
  const { log, leading } = evidenceOf(detector, after);
  const passed = log >= level ? level : level * watchLevel;
  const reason = namedReason(detector, after, leading, passed);
  const evidence = describeEvidence(watched, counts, { log, leading: reason }, level, input.from);
  if (!evidence.alarm) return { evidence, wealth: after.wealth };
  const proof = certifyStep(atHour ?? detector, before, {
    subject: subjectOf(input, reference, stream.id),
    step: windows,
    weight,
    alarmLog: level,
    counts: seen,
    log,
  });
  return { evidence: { ...evidence, proof }, wealth: resetAfterAlarm(detector, after).wealth };
}

function subjectOf({ settings, version, segment, from, to }: WindowInput, reference: Reference, stream: string) {
  const { name, environment } = settings;
  const slice = segment === undefined ? {} : { segment };
  return { model: name, environment, version, ...slice, reference: reference.id, stream, from, to };
}
