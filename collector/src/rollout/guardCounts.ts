import type { ModelSettings } from '../config/settings.ts';
import {
  effectiveProfile,
  favourableDecision,
  firstCellFrom,
  groupConfusions,
  groupResiduals,
  latencyEdge,
  overallConfusion,
  overallResiduals,
  type Profile,
  profileTotals,
  rankingSumsOf,
  scoreDistribution,
  signalMoments,
  signalQuantile,
  signalShareBelow,
} from '../profile/index.ts';
import { slowestAllowedMs } from './gates/latencyRatio.ts';
import { type Moments, noMoments } from './gates/meanDifference.ts';

/**
 * What guards count in the windows of both versions. Every counter has a name and three numbers: rows, the sum of what is
 * counted, and of its squares. Of zeros and ones the last two are equal.
 */
export type Counts = Readonly<Record<string, Moments>>;

/** Limits by which rows are counted, fixed before the rows that they judge. */
export interface CountLimits {
  /** Cells of the latency histogram: the champion's rows from `base` on and the canary's from `allowed` on are slow. */
  readonly latency: { readonly base: number; readonly allowed: number } | null;
  /** Scores, or predictions in regression; empty while unknown. */
  readonly scores: readonly number[];
}

/** `champion` and `candidate` are held to different latencies. */
export type ArmName = 'champion' | 'candidate';

export const failed = 'failed';
export const wrong = 'wrong';
/** Of numbers; of rankings what they lost of their gain. */
export const absoluteError = 'absolute error';
export const slow = 'slow';
export const scoreAt = (index: number): string => `score ${index}`;
export const lossOf = (attribute: string, group: string): string => `loss ${attribute} = ${group}`;
export const chosenOf = (attribute: string, group: string): string => `chosen ${attribute} = ${group}`;

/** Thresholds of probabilities at which score distributions are compared. */
const probabilityThresholds: readonly number[] = [0.1, 0.25, 0.5, 0.75, 0.9];
const predictionQuantiles: readonly number[] = [0.1, 0.25, 0.5, 0.75, 0.9];
/** In [0, 1], 1 is best. */
const rankingMeasure = 'normalisedDiscountedGain';
/** Latencies of the champion that say where its 95th percentile is. */
const enoughLatencies = 100;

export function countsOf(
  came: Profile | null,
  arm: ArmName,
  settings: ModelSettings,
  limits: CountLimits,
): Record<string, Moments> {
  if (came === null) return {};
  const profile = effectiveProfile(came);
  const counts: Record<string, Moments> = {};
  const rate = (name: string, n: number, k: number) => {
    counts[name] = [n, k, k];
  };
  const { rows, errors } = profileTotals(profile);
  rate(failed, rows, errors);
  const residuals = overallResiduals(profile);
  const ranked = rankingSumsOf(profile)?.[rankingMeasure];
  if (ranked !== undefined) {
    // What a ranking lost of the gain it could have had.
    const { n, sum, squareSum } = ranked;
    counts[absoluteError] = [n, n - sum, n - 2 * sum + squareSum];
  } else if (residuals === null) {
    const all = overallConfusion(profile);
    rate(wrong, all.wrong + all.right, all.wrong);
  } else {
    counts[absoluteError] = [residuals.n, residuals.absoluteSum, residuals.squareSum];
  }
  if (limits.latency !== null) {
    const from = arm === 'champion' ? limits.latency.base : limits.latency.allowed;
    rate(slow, latencyRows(profile), latencyRows(profile, from));
  }
  limits.scores.forEach((threshold, index) => {
    const [n, atLeast] = scoresFrom(profile, threshold);
    if (n > 0) rate(scoreAt(index), n, atLeast);
  });
  for (const { attribute } of settings.groups) countGroups(counts, profile, attribute);
  return counts;
}

function countGroups(counts: Record<string, Moments>, profile: Profile, attribute: string): void {
  for (const { group, n, absoluteSum, squareSum } of groupResiduals(profile, attribute)) {
    counts[lossOf(attribute, group)] = [n, absoluteSum, squareSum];
  }
  if (profile.shape.task === 'regression') return;
  const good = favourableDecision(profile.shape);
  for (const row of groupConfusions(profile, attribute)) {
    if (row.group === null || row.isOther) continue;
    counts[lossOf(attribute, row.group)] = [row.wrong + row.right, row.wrong, row.wrong];
    if (profile.shape.positive === null) continue;
    const positive = row.truePositive + row.falsePositive + row.unlabelledPositive;
    const negative = row.trueNegative + row.falseNegative + row.unlabelledNegative;
    const chosen = good === 1 ? positive : negative;
    counts[chosenOf(attribute, row.group)] = [positive + negative, chosen, chosen];
  }
}

/** Limits from the champion's rows so far; what is known already stays. */
export function limitsFrom(known: CountLimits, champion: readonly Profile[], settings: ModelSettings): CountLimits {
  return {
    latency: known.latency ?? latencyLimits(champion, settings.rollout.gates.latencyRatio),
    scores: known.scores.length > 0 ? known.scores : scoreThresholds(champion, settings),
  };
}

function latencyLimits(champion: readonly Profile[], ratio: number): CountLimits['latency'] {
  const rows = champion.reduce((sum, profile) => sum + latencyRows(profile), 0);
  if (rows < enoughLatencies) return null;
  const base = quantileCell(champion, 0.95);
  return { base, allowed: firstCellFrom(slowestAllowedMs(latencyEdge(base), ratio)) };
}

function scoreThresholds(champion: readonly Profile[], settings: ModelSettings): readonly number[] {
  if (settings.task !== 'regression') return probabilityThresholds;
  const known = champion.findLast(hasPredictions);
  if (known === undefined) return [];
  return predictionQuantiles.flatMap((share) => signalQuantile(known, 'prediction', share) ?? []);
}

function hasPredictions({ shape }: Profile): boolean {
  return shape.signals.some(({ kind, type }) => kind === 'prediction' && type === 'number');
}

/** Rows with a score, and those with one at or above the threshold. */
function scoresFrom(profile: Profile, threshold: number): readonly [rows: number, atLeast: number] {
  if (profile.shape.task === 'regression') {
    if (!hasPredictions(profile)) return [0, 0];
    const { n } = signalMoments(profile, 'prediction');
    return [n, Math.max(0, n - Math.round(n * signalShareBelow(profile, 'prediction', threshold)))];
  }
  const scores = scoreDistribution(profile);
  // Only probabilities have the same bins in every version.
  if (scores === null || profile.shape.scoreBins?.kind !== 'logit') return [0, 0];
  let rows = 0;
  let atLeast = 0;
  for (let bin = 0; bin < scores.positives.length; bin++) {
    const inBin = scores.positives[bin]! + scores.negatives[bin]! + scores.unlabelled[bin]!;
    rows += inBin;
    if (scores.edges[bin]! >= threshold) atLeast += inBin;
  }
  return [rows, atLeast];
}

/** Rows with a latency in a cell or beyond. */
export function latencyRows({ latencies }: Profile, fromCell = 0): number {
  let rows = 0;
  for (let cell = fromCell; cell < latencies.length; cell++) rows += latencies[cell]!;
  return rows;
}

/** 95th percentile over several profiles, milliseconds, to an eighth of an octave; `null` when none measured latency. */
export function latencyP95(profiles: readonly Profile[]): number | null {
  const rows = profiles.reduce((sum, profile) => sum + latencyRows(profile), 0);
  return rows === 0 ? null : latencyEdge(quantileCell(profiles, 0.95) + 1);
}

/** The cell in which a quantile lies. */
function quantileCell(profiles: readonly Profile[], share: number): number {
  const cells = profiles[0]?.latencies.length ?? 0;
  const rows = profiles.reduce((sum, profile) => sum + latencyRows(profile), 0);
  let passed = 0;
  for (let cell = 0; cell < cells; cell++) {
    for (const { latencies } of profiles) passed += latencies[cell]!;
    if (passed >= share * rows) return cell;
  }
  return Math.max(0, cells - 1);
}

export function addCounts(all: readonly Counts[]): Counts {
  const total: Record<string, Moments> = {};
  for (const counts of all) {
    for (const [name, [n, sum, squares]] of Object.entries(counts)) {
      const [n0, sum0, squares0] = total[name] ?? noMoments;
      total[name] = [n0 + n, sum0 + sum, squares0 + squares];
    }
  }
  return total;
}
