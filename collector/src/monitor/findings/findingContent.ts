import type { ModelSettings } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import {
  errorSizeMiddle,
  outcomeSizes,
  overallConfusion,
  type Profile,
  profileTotals,
  type Reference,
  type SignalShape,
  signalCounts,
  signalMoments,
  signalQuantile,
} from '../../profile/index.ts';
import type { Proportion } from '../../statistics/newcombeDifference.ts';
import { meanWithInterval } from '../../statistics/residualMetrics.ts';
import { total } from '../../statistics/total.ts';
import { type ArrivalCounts, arrivedIn, type OutcomeArrivals } from '../arrivals.ts';
import type { StreamDetector } from '../detectors/streamDetector.ts';
import { type GapStream, isClassification, signalNamed } from '../detectors/streams.ts';
import { bare, finite, share, suppressed } from '../figures/estimates.ts';
import { type AttributeStatistics, attributeStatistics } from '../figures/groupStatistics.ts';
import { performanceStatistics } from '../figures/performanceStatistics.ts';
import { signalStatistics } from '../figures/signalStatistics.ts';
import type { Estimate, Evidence, SignalKind } from '../finding.ts';
import { noRatings, type RatingCounts, type RatingType, ratingSums } from '../ratings.ts';
import {
  type GapChange,
  gapSentence,
  groupSentence,
  outcomeGapSentence,
  uncomparedGroupSentence,
} from '../sentences/groupSentences.ts';
import { isNotable } from '../sentences/phrases.ts';
import {
  type Change,
  categorySentence,
  errorRateSentence,
  errorSizeSentence,
  failuresSentence,
  hourSentence,
  numericSentence,
  rankingSentence,
  ratingSentence,
} from '../sentences/sentences.ts';
import { expectedErrorContent } from './expectedErrorContent.ts';
import { calibrationContent, exceedanceContent, scoreOrderContent } from './labelContent.ts';
import { leadingShare } from './leadingShare.ts';
import { duplicatesContent, qualityContent } from './qualityContent.ts';
import { isSampled, sampledErrorContent } from './sampledErrorContent.ts';
import { rareMover, topMovers } from './topMovers.ts';

/** What a finding says beside its evidence. */
export interface FindingContent {
  readonly kind: SignalKind;
  /** Rows of the signal in the window; with none there is nothing to say. */
  readonly rows: number;
  readonly statistics: Readonly<Record<string, Estimate>>;
  readonly sentence: string;
}

export interface ContentInput {
  readonly settings: ModelSettings;
  readonly reference: Reference;
  readonly profile: Profile;
  /** Labels since the last window. A window that closes has few labels of its own: outcomes take their time. */
  readonly arrivals: OutcomeArrivals;
  /** Windows whose outcomes became due. */
  readonly due: Profile | null;
  /** The first ratings of the version. */
  readonly firstRatings: Readonly<Partial<Record<RatingType, RatingCounts>>>;
  /** Groups of an attribute in the window and in the reference. */
  readonly groupsOf: (attribute: string) => GroupsThenAndNow;
}

export interface GroupsThenAndNow {
  readonly now: AttributeStatistics;
  readonly past: AttributeStatistics;
}

/** Computes the groups of each attribute at most once, for all findings of a window. */
export function groupsThenAndNow(
  settings: ModelSettings,
  reference: Reference,
  profile: Profile,
): ContentInput['groupsOf'] {
  const known = new Map<string, GroupsThenAndNow>();
  return (attribute) => {
    let groups = known.get(attribute);
    if (groups === undefined) {
      groups = {
        now: attributeStatistics(settings, profile, reference.profile, attribute),
        past: attributeStatistics(settings, reference.profile, reference.profile, attribute),
      };
      known.set(attribute, groups);
    }
    return groups;
  };
}

/** The numbers and the sentence for one stream in one window. `counts`: what its detector was fed with. */
export function findingContent(
  input: ContentInput,
  watched: StreamDetector,
  counts: ArrayLike<number>,
  evidence: Evidence,
): FindingContent {
  const { stream } = watched;
  switch (stream.kind) {
    case 'distribution':
      return distributionContent(input, watched, stream.signal, counts, evidence);
    case 'data_quality':
      return qualityContent(input, stream.signal, evidence);
    case 'failures':
      return failuresContent(input, evidence);
    case 'duplicates':
      return duplicatesContent(input, evidence);
    case 'performance':
      return isSampled(watched)
        ? sampledErrorContent(performanceContent(input, evidence), input, watched, counts, evidence)
        : performanceContent(input, evidence);
    case 'calibration':
      return calibrationContent(input.arrivals, watched, evidence);
    case 'score_order':
      return scoreOrderContent(input.arrivals, watched, evidence);
    case 'quantile_exceedance':
      return exceedanceContent(input.arrivals, watched, stream.quantile, evidence);
    case 'expected_error':
      return expectedErrorContent(watched, counts, evidence);
    case 'outcome_sizes':
      return outcomeContent(input, evidence);
    case 'pace':
      throw new PlumblineError('INTERNAL', `${stream.id} has no detector of this kind`);
    case 'ratings': {
      const now = input.arrivals.ratings?.[stream.rating] ?? noRatings;
      return ratingContent(stream.rating, input.firstRatings[stream.rating] ?? null, now, evidence);
    }
    case 'fairness':
      return groupContent(input, stream.attribute, stream.group, evidence);
    case 'fairness_gap':
      return gapContent(input, stream, evidence);
  }
}

function distributionContent(
  { reference, profile }: ContentInput,
  { scores, referenceCounts }: StreamDetector,
  id: string,
  counted: ArrayLike<number>,
  evidence: Evidence,
): FindingContent {
  const shape = signalNamed(reference.shape, id);
  const statistics = signalStatistics(reference, shape, profile);
  const counts = signalCounts(profile, id);
  // Where no row has a value there is nothing to compare.
  const rows = hasValues(shape, counts) ? total(counts) : 0;
  const { leading } = evidence;
  const score = scores.find(({ name }) => name === leading?.score);
  const moved = {
    name: shape.name,
    leading: leadingShare(shape, score, referenceCounts, counted),
    totalVariation: statistics.totalVariation?.value ?? null,
  };
  if (shape.type === 'category') {
    const sentenceOf = shape.cycle === undefined ? categorySentence : hourSentence;
    const isSaid = leading !== null && isNotable(evidence);
    const mover = isSaid ? rareMover(leading, scores, topMovers(reference, shape, profile)) : null;
    return { kind: shape.kind, rows, statistics, sentence: sentenceOf({ ...moved, mover }, evidence) };
  }
  // Numbers near the largest double overflow; then there is nothing to say about them.
  const change = (of: (profile: Profile) => number | null): Change => ({
    before: bare(of(reference.profile), rows).value,
    after: bare(of(profile), rows).value,
  });
  const median = change((side) => signalQuantile(side, id, 0.5));
  const standardDeviation = change((side) => signalMoments(side, id).standardDeviation);
  const sentence = numericSentence({ ...moved, median, standardDeviation }, evidence);
  return { kind: shape.kind, rows, statistics, sentence };
}

function failuresContent({ reference, profile }: ContentInput, evidence: Evidence): FindingContent {
  const past = profileTotals(reference.profile);
  const { rows, errors } = profileTotals(profile);
  const failures = { before: ratio(past.errors, past.rows), after: ratio(errors, rows) };
  return {
    kind: 'data_quality',
    rows,
    statistics: { failureRate: share({ events: errors, n: rows }) },
    sentence: failuresSentence({ failures, rows }, evidence),
  };
}

function performanceContent(
  { settings, reference, profile, arrivals }: ContentInput,
  evidence: Evidence,
): FindingContent {
  const errorRate = arrivedErrorRate(arrivals.overall);
  const statistics = { ...performanceStatistics(profile, settings), errorRate };
  const { right, wrong } = overallConfusion(reference.profile);
  const sentence = errorRateSentence({ before: ratio(wrong, right + wrong), errorRate }, evidence);
  return { kind: 'performance', rows: errorRate.n, statistics, sentence };
}

/** Errors of numbers by their median, rankings by their mean quality; both of what has arrived. */
function outcomeContent({ settings, reference, profile, arrivals }: ContentInput, evidence: Evidence): FindingContent {
  const statistics = performanceStatistics(profile, settings);
  const past = outcomeSizes(reference.profile)?.counts(reference.profile) ?? new Float64Array(0);
  const now = Float64Array.from(past, (_, cell) => arrivals.sizes?.[cell] ?? 0);
  const rows = total(now);
  const isRanking = reference.shape.task === 'ranking';
  const typical = (counts: Float64Array): number | null => {
    if (isRanking) return meanCell(counts, (cell) => (cell + 0.5) / counts.length);
    const cell = medianCell(counts);
    return cell === null ? null : errorSizeMiddle(cell) * reference.shape.residualScale;
  };
  const change = { before: typical(past), after: typical(now) };
  const sentence = isRanking
    ? rankingSentence({ change, rows }, evidence)
    : errorSizeSentence({ change, rows }, evidence);
  return { kind: 'performance', rows, statistics, sentence };
}

/** `first`: what later ratings are compared with; `null` where they are not compared. */
export function ratingContent(
  type: RatingType,
  first: RatingCounts | null,
  now: RatingCounts,
  evidence: Evidence | null,
): FindingContent {
  const meanOf = (counts: RatingCounts): Estimate => {
    const { n, sum, squareSum } = ratingSums(counts);
    return n === 0 ? suppressed(0, `no ${type}`) : finite(meanWithInterval(sum, squareSum, n));
  };
  const mean = meanOf(now);
  const before = first === null ? null : meanOf(first).value;
  const sentence = ratingSentence({ type, change: { before, after: mean.value }, rows: now.n }, evidence);
  return { kind: 'performance', rows: now.n, statistics: { meanRating: mean }, sentence };
}

function medianCell(counts: Float64Array): number | null {
  const half = total(counts) / 2;
  let passed = 0;
  const cell = counts.findIndex((count) => {
    passed += count;
    return passed > half;
  });
  return cell < 0 ? null : cell;
}

function meanCell(counts: Float64Array, value: (cell: number) => number): number | null {
  const n = total(counts);
  return n === 0 ? null : counts.reduce((sum, count, cell) => sum + count * value(cell), 0) / n;
}

function arrivedErrorRate({ labelled, wrong }: ArrivalCounts): Estimate {
  return labelled === 0 ? suppressed(0, 'no labels') : share({ events: wrong, n: labelled });
}

function groupContent(
  { arrivals, groupsOf }: ContentInput,
  attribute: string,
  group: string,
  evidence: Evidence | null,
): FindingContent {
  const { now, past } = groupsOf(attribute);
  const own = now.groups.find((candidate) => candidate.group === group);
  const before = past.groups.find((candidate) => candidate.group === group);
  const base = now.groups.find((candidate) => candidate.group === now.referenceGroup);
  const isHidden = own === undefined || own.suppressed !== null;
  const arrived = isHidden ? undefined : arrivedIn(arrivals.groups, attribute, group);
  const sentence = groupSentence(
    {
      attribute,
      group,
      referenceGroup: now.referenceGroup,
      selectionRate: own?.rates.selectionRate ?? null,
      selectionRateBefore: before?.rates.selectionRate?.value ?? null,
      referenceGroupSelectionRate: base?.rates.selectionRate?.value ?? null,
      errorRate: arrived === undefined ? null : arrivedErrorRate(arrived),
      errorRateBefore: complement(before?.rates.accuracy?.value ?? null),
      disparateImpactRatio: own?.statistics.disparateImpactRatio ?? null,
    },
    evidence,
  );
  return { kind: 'fairness', rows: own?.rows ?? 0, statistics: { ...own?.rates, ...own?.statistics }, sentence };
}

function gapContent(
  { reference, arrivals, groupsOf }: ContentInput,
  { attribute, group, referenceGroup }: GapStream,
  evidence: Evidence,
): FindingContent {
  const { now, past } = groupsOf(attribute);
  const find = ({ groups }: AttributeStatistics, name: string) => groups.find((candidate) => candidate.group === name);
  const [own, base] = [find(now, group), find(now, referenceGroup)];
  const isHidden = own === undefined || base === undefined || own.suppressed !== null || base.suppressed !== null;
  if (!isClassification(reference.shape.task)) {
    const sentence = outcomeGapSentence({ attribute, group, referenceGroup, own, base }, evidence);
    return {
      kind: 'fairness',
      rows: isHidden ? 0 : (own.rows ?? 0),
      statistics: { ...own?.rates, ...own?.statistics },
      sentence,
    };
  }
  const arrived = (rate: (counts: ArrivalCounts) => Proportion): GapChange['errorRate'] => {
    const [a, b] = [group, referenceGroup].map((name) => arrivedIn(arrivals.groups, attribute, name));
    return isHidden || a === undefined || b === undefined ? null : { own: share(rate(a)), base: share(rate(b)) };
  };
  const [selected, selectedOfBase] = [own?.rates.selectionRate, base?.rates.selectionRate];
  const sentence = gapSentence(
    {
      attribute,
      group,
      referenceGroup,
      selectionRate:
        selected === undefined || selectedOfBase === undefined ? null : { own: selected, base: selectedOfBase },
      wronglyDenied: arrived(({ deserving = 0, denied = 0 }) => ({ events: denied, n: deserving })),
      wronglyGranted: arrived(({ labelled, deserving = 0, granted = 0 }) => ({
        events: granted,
        n: labelled - deserving,
      })),
      errorRate: arrived(({ labelled, wrong }) => ({ events: wrong, n: labelled })),
      gapBefore: find(past, group)?.statistics.statisticalParityDifference?.value ?? null,
    },
    evidence,
  );
  return { kind: 'fairness', rows: isHidden ? 0 : (own.rows ?? 0), statistics: { ...own?.statistics }, sentence };
}

/** The content of a finding about a group that the reference knows too little of to watch. */
export function unwatchedGroupContent(input: ContentInput, attribute: string, group: string): FindingContent {
  return groupContent(input, attribute, group, null);
}

/** The same where answers are not right or wrong. */
export function uncomparedGroupContent(
  attribute: string,
  group: string,
  referenceGroup: string | null,
): FindingContent {
  const sentence = uncomparedGroupSentence({ attribute, group, referenceGroup });
  return { kind: 'fairness', rows: 0, statistics: {}, sentence };
}

function complement(share: number | null): number | null {
  return share === null ? null : 1 - share;
}

function hasValues({ type }: SignalShape, counts: Float64Array): boolean {
  return total(counts.subarray(0, counts.length - (type === 'number' ? 2 : 1))) > 0;
}

function ratio(events: number, n: number): number | null {
  return n === 0 ? null : events / n;
}
