import type { BudgetSettings, ModelSettings } from '../config/settings.ts';
import { effectiveProfile, groupConfusions, type Profile, profileTotals, type Reference } from '../profile/index.ts';
import {
  advance,
  certifyStep,
  type DetectorEvidence,
  evidenceOf,
  initialState,
  resetAfterAlarm,
  scoreMoments,
  sharedRoom,
} from '../statistics/evidence/index.ts';
import { afterAlarm, type Pace, type PaceName, paceOf, paces, stepPace } from './arrivalPace.ts';
import { effectiveArrivals, type OutcomeArrivals } from './arrivals.ts';
import { auditGroups } from './audits.ts';
import {
  alarmLog,
  countStreams,
  lifetimeStreamWeight,
  type StreamClass,
  type StreamCounts,
  streamWeight,
  windowWeight,
} from './budget.ts';
import { explainDrift } from './explainDrift.ts';
import { type Evidence, type Finding, highestLevel, type Verdict } from './finding.ts';
import {
  type ContentInput,
  type FindingContent,
  findingContent,
  groupsThenAndNow,
  ratingContent,
  uncomparedGroupContent,
  unwatchedGroupContent,
} from './findingContent.ts';
import { namedReason } from './leading.ts';
import { performanceStatistics } from './performanceStatistics.ts';
import { schemaContent, volumeContent } from './qualityContent.ts';
import { ratingDetector, withRatings } from './ratingDetector.ts';
import { ratingTypes } from './ratings.ts';
import { freshnessSentence, volumeEvidenceSentence } from './sentences.ts';
import { countedSince, statisticsSinceReference } from './sinceReference.ts';
import { initialMonitorState, type MonitorState } from './state.ts';
import { boundedStreams, type StreamDetector, streamDetectors } from './streamDetector.ts';
import {
  fairnessSignal,
  gapSignal,
  isClassification,
  outcomeSignal,
  paceSignal,
  ratingSignal,
  referenceGroupOf,
  schemaSignal,
  streamsOf,
  volumeSignal,
} from './streams.ts';
import { countText } from './text.ts';

export interface WindowInput {
  readonly settings: ModelSettings;
  readonly budget: BudgetSettings;
  /** Everything that shares the budget: `countStreams` over all models and versions. */
  readonly streams: StreamCounts;
  readonly version: string;
  /** `channel=web`: only these rows; absent for the whole. */
  readonly segment?: string | undefined;
  readonly reference: Reference | null;
  /** The window, together with rows that came late for earlier ones: detectors count by arrival. */
  readonly profile: Profile;
  readonly arrivals: OutcomeArrivals;
  /** As the last window left it; `null` before the first. */
  readonly state: MonitorState | null;
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

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
    ...{ settings, reference, profile, groupsOf },
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
    const counts = watched.countsOf(profile, input.arrivals, windows);
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
    const said = findingContent(content, watched, evidence);
    // How many of a hidden group came is not told by its evidence either.
    const isHidden = said.kind === 'fairness' && said.rows === 0;
    // Nor by what a sum grew by: such a window does not enter it.
    const countedBefore = previous.counted.get(stream.id);
    const sums = isHidden ? countedBefore : countedSince(watched, countedBefore, counts);
    if (sums !== undefined) counted.set(stream.id, sums);
    const running = isHidden ? {} : statisticsSinceReference(watched, sums, settings.minimumGroupRows);
    const withRunning = { ...said, statistics: { ...said.statistics, ...running } };
    return finding(input, stream.id, withRunning, isHidden ? withoutCertificate(evidence) : evidence);
  });
  const arrivals = watchArrivals(came, reference, previous, weight, levelOf('inputs'));
  const audited = isClassification(reference.shape.task) ? auditGroups({ ...input, audits: previous.audits }) : [];
  const unaudited = audited.flatMap(({ signal, sentence }) =>
    sentence === null ? [] : [finding(input, signal, { kind: 'fairness', rows: 0, statistics: {}, sentence }, null)],
  );
  return {
    findings: [
      ...explainDrift(findings, reference, profile),
      ...facts(came, reference, arrivals),
      ...unwatched(input, content),
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

function describeEvidence(
  watched: StreamDetector,
  counts: ArrayLike<number>,
  { log, leading }: DetectorEvidence,
  level: number,
  from: number,
): Evidence {
  const evidence = evidenceAt(log, level, leading);
  return evidence.alarm && leading !== null
    ? { ...evidence, certificate: certificateOf(watched, counts, leading, from) }
    : evidence;
}

function evidenceAt(log: number, level: number, leading: Evidence['leading']): Evidence {
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
  // The table of a score that goes down watches its mirror image.
  const turned = leading.direction === 'up' ? (mean: number) => mean : mirror(score?.kind === 'share' ? 1 : 0);
  return {
    observedMean: observed?.mean ?? null,
    observedEvents: observed?.n ?? 0,
    referenceMean: reference?.mean ?? null,
    referenceEvents: reference?.n ?? 0,
    nullBound: table === undefined ? null : turned(table.nullMean),
    designEffect: table?.designEffect ?? null,
  };
}

function mirror(sum: number): (mean: number) => number {
  return (mean) => sum - mean;
}

/** Numbers that JSON can hold, far beyond what any decision needs. */
const lowestLog = -1e6;
const highestLog = 1e9;
const watchLevel = 0.5;

function verdictOf({ rows }: FindingContent, evidence: Evidence | null): Verdict {
  if (evidence?.alarm === true) return 'alarm';
  if (rows === 0 || evidence === null) return 'insufficient_data';
  return evidence.level >= watchLevel ? 'watch' : 'clear';
}

function finding(input: WindowInput, signal: string, content: FindingContent, evidence: Evidence | null): Finding {
  const { settings, version, segment, reference, from, to } = input;
  return {
    model: settings.name,
    environment: settings.environment,
    version,
    ...(segment === undefined ? {} : { segment }),
    reference: reference?.id ?? null,
    signal,
    kind: content.kind,
    from,
    to,
    rows: content.rows,
    statistics: content.statistics,
    evidence,
    verdict: verdictOf(content, evidence),
    sentence: segment === undefined ? content.sentence : `${segment}: ${content.sentence}`,
  };
}

/** What is known of the data without a detector. */
function facts(input: WindowInput, reference: Reference, arrivals: Arrivals): Finding[] {
  const schema = schemaContent(reference, input.profile);
  const volume = volumeContent(reference, input.profile, input);
  const { expectedRows: expected, secondsSinceLastRow: last } = volume.statistics;
  const known = { volume: arrivals.evidence.volume ?? null, freshness: arrivals.evidence.freshness ?? null };
  const schemaFinding = { ...finding(input, schemaSignal, schema, null), verdict: schema.verdict };
  const volumeFinding =
    known.volume === null
      ? { ...finding(input, volumeSignal, volume, null), verdict: volume.verdict }
      : finding(
          input,
          volumeSignal,
          { ...volume, sentence: volumeEvidenceSentence(volume.rows, expected?.value ?? null, known.volume) },
          known.volume,
        );
  if (input.settings.arrivals === 'shown') return [schemaFinding, volumeFinding];
  const freshness: FindingContent = {
    kind: 'data_quality',
    rows: volume.rows,
    statistics: last === undefined ? {} : { secondsSinceLastRow: last },
    sentence: freshnessSentence(last?.value ?? null, known.freshness),
  };
  return [schemaFinding, volumeFinding, finding(input, paceSignal('freshness'), freshness, known.freshness)];
}

interface Arrivals {
  readonly paces: MonitorState['paces'];
  readonly evidence: Readonly<Partial<Record<PaceName, Evidence>>>;
}

/** Evidence about the pace of arrivals, where it is watched; none while the first windows are learned. */
function watchArrivals(
  input: WindowInput,
  reference: Reference,
  previous: MonitorState,
  weight: number,
  level: number,
): Arrivals {
  if (input.settings.arrivals === 'shown') return { paces: {}, evidence: {} };
  const known: Partial<Record<PaceName, Pace>> = { ...previous.paces };
  const evidence: Partial<Record<PaceName, Evidence>> = {};
  for (const name of paces) {
    const statistic = paceOf(name, { ...input, reference });
    if (statistic === null) continue;
    const seed = `${name} ${previous.windows}`;
    const { pace, log } = stepPace(previous.paces[name], statistic, weight, seed);
    const found = log === null ? null : evidenceAt(log, level, null);
    known[name] = found?.alarm === true ? afterAlarm(pace) : pace;
    if (found !== null) evidence[name] = found;
  }
  return { paces: known, evidence };
}

/** What cannot be watched against this reference is said, not left out: no data is never a pass. */
function unwatched(input: WindowInput, content: ContentInput): Finding[] {
  const { settings, reference, profile } = content;
  const { task } = reference.shape;
  const watched = new Set(streamDetectors(settings, reference).map(({ stream }) => stream.id));
  const hasGroups = isClassification(task);
  const groups = reference.shape.groups.flatMap(({ attribute }) => {
    // Of answers that are not right or wrong only gaps are watched, and the reference group has none.
    const signalOf = hasGroups ? fairnessSignal : gapSignal;
    const compared = hasGroups ? null : referenceGroupOf(settings, reference.profile, attribute);
    return groupConfusions(reference.profile, attribute).flatMap(({ group, isOther }) => {
      if (group === null || isOther || group === compared) return [];
      const signal = signalOf(attribute, group);
      if (watched.has(signal)) return [];
      const said = hasGroups
        ? unwatchedGroupContent(content, attribute, group)
        : uncomparedGroupContent(attribute, group, compared);
      return [finding(input, signal, said, null)];
    });
  });
  const signal = outcomeSignal(task);
  if (watched.has(signal)) return groups;
  const statistics = performanceStatistics(profile, settings);
  const unlabelled: FindingContent = {
    kind: 'performance',
    rows: profileTotals(profile).labelled,
    statistics,
    sentence: `the reference has too few labels to compare the ${hasGroups ? 'error rate' : 'errors'} with`,
  };
  return [...groups, finding(input, signal, unlabelled, null)];
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

/** Ratings that came, of types that have no detector: numbers to read. */
function unwatchedRatings(input: WindowInput, watched: readonly StreamDetector[]): Finding[] {
  return ratingTypes.flatMap((type) => {
    const counts = input.arrivals.ratings?.[type];
    const signal = ratingSignal(type);
    if (counts === undefined || watched.some(({ stream }) => stream.id === signal)) return [];
    return [finding(input, signal, ratingContent(type, null, counts, null), null)];
  });
}

function withoutReference(input: WindowInput): Finding[] {
  const { settings, profile } = input;
  const { rows } = profileTotals(profile);
  const wait =
    'rows' in settings.reference
      ? `the first ${countText(settings.reference.rows)} rows will make it`
      : 'its file has not been read';
  const sentence = `no reference to compare ${countText(rows)} rows with yet: ${wait}`;
  const content = (kind: FindingContent['kind']): FindingContent => ({ kind, rows, statistics: {}, sentence });
  return [
    ...settings.features.map(({ name }) => finding(input, `feature:${name}`, content('feature'), null)),
    finding(input, 'prediction', content('prediction'), null),
    finding(input, outcomeSignal(settings.task), content('performance'), null),
  ];
}
