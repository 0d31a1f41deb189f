import { type DetectorEvidence, scoreMoments } from '../../statistics/evidence/index.ts';
import type { StreamDetector } from '../detectors/streamDetector.ts';
import { type Evidence, highestLevel } from '../finding.ts';

/** How far the evidence of a stream is on its way to an alarm, and what an alarm rests on. `from`: start of the window. */
export function describeEvidence(
  watched: StreamDetector,
  counts: ArrayLike<number>,
  { log, leading }: DetectorEvidence,
  level: number,
  from: number,
): Evidence {
  const evidence = evidenceAt(log, level, leading);
  // One score alone leads nothing, and is what its alarm rests on.
  const { tables } = watched.detector;
  const reason = leading ?? (tables.length === 1 ? tables[0]! : null);
  return evidence.alarm && reason !== null
    ? { ...evidence, certificate: certificateOf(watched, counts, reason, from) }
    : evidence;
}

/** `log`: of the wealth; `level`: the log at which it alarms. */
export function evidenceAt(log: number, level: number, leading: Evidence['leading']): Evidence {
  const alarm = log >= level;
  return {
    log: Math.max(lowestLog, Math.min(highestLog, log)),
    alarmLog: level,
    level: level > 0 ? Math.max(0, Math.min(highestLevel, log / level)) : alarm ? highestLevel : 0,
    alarm,
    leading,
  };
}

/** What an alarm rests on, so that it can be argued with. */
function certificateOf(
  { detector, detectorAt, scores, referenceCountsAt }: StreamDetector,
  counts: ArrayLike<number>,
  leading: NonNullable<Evidence['leading']>,
  from: number,
): NonNullable<Evidence['certificate']> {
  const table = (detectorAt(from) ?? detector).tables.find(
    ({ score, direction }) => score === leading.score && direction === leading.direction,
  );
  const score = scores.find(({ name }) => name === leading.score);
  const observed = score === undefined ? null : scoreMoments(score, counts);
  const reference = score === undefined ? null : scoreMoments(score, referenceCountsAt(from));
  // Where bets go by the hour of each event there is a bound for each hour.
  const isOneBound =
    table?.oriented.considered.every((isBetted, cell) => isBetted === score?.considered[cell]) === true;
  // The table of a score that goes down watches its mirror image.
  const turned = leading.direction === 'up' ? (mean: number) => mean : mirror(score?.kind === 'share' ? 1 : 0);
  return {
    observedMean: observed?.mean ?? null,
    observedEvents: observed?.n ?? 0,
    referenceMean: reference?.mean ?? null,
    referenceEvents: reference?.n ?? 0,
    nullBound: isOneBound ? turned(table!.nullMean) : null,
    designEffect: table?.designEffect ?? null,
  };
}

function mirror(sum: number): (mean: number) => number {
  return (mean) => sum - mean;
}

/** Numbers that JSON can hold, far beyond what any decision needs. */
const lowestLog = -1e6;
const highestLog = 1e9;
