import { effectiveProfile, heaviestOf, latencyEdge, type Profile, profileTotals, rowCounts } from '../profile/index.ts';
import type { GateName, GateResult } from './gate.ts';
import { assessCanaryAbsoluteError } from './gates/canaryAbsoluteError.ts';
import { assessCanaryFairness, type GroupComparison } from './gates/canaryFairness.ts';
import { assessCanaryRate } from './gates/canaryRate.ts';
import { assessFreshness } from './gates/freshness.ts';
import { assessIntegrity } from './gates/integrity.ts';
import { assessLatencyRatio } from './gates/latencyRatio.ts';
import { type Moments, noMoments } from './gates/meanDifference.ts';
import { assessObservedSplit } from './gates/observedSplit.ts';
import { assessScoreDistribution } from './gates/scoreDistribution.ts';
import { assessShadowDivergence } from './gates/shadowDivergence.ts';
import type { Arm } from './gates/twoRates.ts';
import { absoluteError, chosenOf, failed, latencyP95, lossOf, scoreAt, slow, wrong } from './guardCounts.ts';
import { absenceOf, armOf, failedMargin, gapOf, harmOf, meanEvidence, rateEvidence } from './guardEvidence.ts';
import {
  type ArmCounts,
  type Guard,
  type GuardLook,
  gapTo,
  groupsOf,
  largestGroup,
  stageCounts,
  stepCounts,
} from './guardState.ts';

/** What every gate of a stage makes of the counts and the evidence. */

/**
 * Chance that each guard stops a harmless canary, over the whole stage and however often it looks: 5 % together. What is
 * hardest to see gets most.
 */
const alphas = { errors: 0.02, failures: 0.01, latency: 0.01, fairness: 0.005, scores: 0.005 } as const;
/** Windows in which a version must have had a row. */
const freshWindows = 3;

export function assessGates(required: readonly GateName[], guard: Guard, input: GuardLook): GateResult[] {
  const stage = stageCounts(guard);
  const assess: Partial<Record<GateName, () => GateResult>> = {
    shadow_divergence: () => shadowDivergence(input),
    canary_error_rate: () => rateGate('canary_error_rate', guard, stage, input),
    canary_absolute_error: () => absoluteErrorGate(guard, stage, input),
    inference_error_rate: () => rateGate('inference_error_rate', guard, stage, input),
    canary_fairness: () => fairnessGate(guard, stage, input),
    score_distribution: () => scoreGate(guard, stage, input),
    latency_ratio: () => latencyGate(guard, stage, input),
    observed_split: () => splitGate(input),
    freshness: () => freshnessGate(input),
    integrity: () =>
      assessIntegrity({
        version: input.rollout.version,
        digest: input.candidateDigest,
        instances: input.instances,
        at: input.at,
      }),
  };
  return required.flatMap((name) => assess[name]?.() ?? []);
}

function rateGate(
  gate: 'canary_error_rate' | 'inference_error_rate',
  guard: Guard,
  stage: ArmCounts,
  input: GuardLook,
): GateResult {
  const { rollout, settings } = input;
  const { gates } = settings.rollout;
  const labels = gate === 'canary_error_rate';
  const name = labels ? wrong : failed;
  const step = stepCounts(guard, rollout);
  return assessCanaryRate({
    gate,
    what: labels ? 'wrong predictions' : 'failed inferences',
    rowName: labels ? 'labelled row' : 'row',
    candidateName: rollout.stage,
    champion: arm(stage.champion[name]),
    canary: arm(stage.candidate[name]),
    championStepRows: arm(step.champion[name]).n,
    canaryStepRows: arm(step.candidate[name]).n,
    canaryRowsSeen: rowsSeen(input),
    harm: rateEvidence(guard.evidence, harmOf(name)),
    absence: rateEvidence(guard.evidence, absenceOf(name)),
    margin: labels ? gates.canaryErrorMargin : failedMargin,
    minimumRows: minimumRows(input),
    alpha: labels ? alphas.errors : alphas.failures,
    passWhen: labels ? gates.canaryPass : 'no_harm_seen',
    at: input.at,
  });
}

function absoluteErrorGate(guard: Guard, stage: ArmCounts, input: GuardLook): GateResult {
  const { gates } = input.settings.rollout;
  const step = stepCounts(guard, input.rollout);
  return assessCanaryAbsoluteError({
    what: input.settings.task === 'ranking' ? 'gain lost by a ranking' : 'mean absolute error',
    champion: stage.champion[absoluteError] ?? noMoments,
    canary: stage.candidate[absoluteError] ?? noMoments,
    championStepRows: step.champion[absoluteError]?.[0] ?? 0,
    canaryStepRows: step.candidate[absoluteError]?.[0] ?? 0,
    canaryRowsSeen: rowsSeen(input),
    harm: meanEvidence(guard.evidence, harmOf(absoluteError)),
    absence: meanEvidence(guard.evidence, absenceOf(absoluteError)),
    margin: gates.canaryErrorMargin,
    minimumRows: gates.canaryRows,
    alpha: alphas.errors,
    passWhen: gates.canaryPass,
    at: input.at,
  });
}

function fairnessGate(guard: Guard, stage: ArmCounts, { settings, at }: GuardLook): GateResult {
  const comparisons = settings.groups.flatMap(({ attribute, reference }) => {
    const groups = groupsOf(stage, attribute);
    const compared = reference ?? largestGroup(stage, attribute, groups);
    const losses = lossGroups(stage, attribute).map((group) =>
      lossComparison(guard, stage, settings, attribute, group),
    );
    const gaps = groups.flatMap((group) =>
      compared === undefined || group === compared || !groups.includes(compared)
        ? []
        : [gapComparison(guard, stage, settings.tolerance.fairnessGap, { attribute, group, compared })],
    );
    return [...losses, ...gaps];
  });
  return assessCanaryFairness({ comparisons, minimumRows: settings.minimumGroupRows, alpha: alphas.fairness, at });
}

function lossGroups({ champion, candidate }: ArmCounts, attribute: string): string[] {
  const prefix = lossOf(attribute, '');
  return Object.keys(candidate).flatMap((name) =>
    name.startsWith(prefix) && name in champion ? [name.slice(prefix.length)] : [],
  );
}

function lossComparison(
  { evidence }: Guard,
  { champion, candidate }: ArmCounts,
  settings: GuardLook['settings'],
  attribute: string,
  group: string,
): GroupComparison {
  const name = lossOf(attribute, group);
  const [before, now] = [champion[name] ?? noMoments, candidate[name] ?? noMoments];
  const margin = settings.rollout.gates.worstGroupMargin;
  const isRegression = settings.task === 'regression';
  return {
    attribute,
    group,
    what: isRegression ? 'mean absolute error' : 'error rate',
    sides: 1,
    champion: mean(before),
    canary: mean(now),
    championRows: before[0],
    canaryRows: now[0],
    margin: isRegression ? margin * mean(before) : margin,
    evidencePeakLog: (isRegression ? meanEvidence(evidence, harmOf(name)) : rateEvidence(evidence, harmOf(name)))
      .peakLog,
  };
}

function gapComparison(
  { evidence }: Guard,
  { champion, candidate }: ArmCounts,
  margin: number,
  { attribute, group, compared }: { readonly attribute: string; readonly group: string; readonly compared: string },
): GroupComparison {
  const gap = (counts: ArmCounts['champion']) => Math.abs(gapTo(compared, group, counts, attribute));
  const peak = (side: (name: string) => string) => meanEvidence(evidence, side(gapOf(attribute, group))).peakLog;
  const rows = (counts: ArmCounts['champion']) =>
    Math.min(counts[chosenOf(attribute, compared)]?.[0] ?? 0, counts[chosenOf(attribute, group)]?.[0] ?? 0);
  return {
    attribute,
    group,
    what: 'gap',
    margin,
    champion: gap(champion),
    canary: gap(candidate),
    championRows: rows(champion),
    canaryRows: rows(candidate),
    evidencePeakLog: Math.max(peak(harmOf), peak(absenceOf)),
    sides: 2,
  };
}

function scoreGate({ evidence, limits }: Guard, stage: ArmCounts, { settings, at }: GuardLook): GateResult {
  const { gates } = settings.rollout;
  const counted = limits.scores.flatMap((threshold, index) => {
    const [before, now] = [stage.champion[scoreAt(index)], stage.candidate[scoreAt(index)]];
    if (before === undefined || now === undefined || before[0] === 0 || now[0] === 0) return [];
    const peaks = [harmOf, absenceOf].map((side) => rateEvidence(evidence, side(scoreAt(index))).peakLog);
    return [
      { at: threshold, championShare: mean(before), canaryShare: mean(now), evidencePeakLog: Math.max(...peaks) },
    ];
  });
  return assessScoreDistribution({
    thresholds: counted,
    championRows: stage.champion[scoreAt(0)]?.[0] ?? 0,
    canaryRows: stage.candidate[scoreAt(0)]?.[0] ?? 0,
    margin: gates.scoreMargin,
    minimumRows: gates.canaryRows,
    alpha: alphas.scores,
    at,
  });
}

function latencyGate({ evidence, limits: { latency } }: Guard, stage: ArmCounts, input: GuardLook): GateResult {
  const [before, now] = [arm(stage.champion[slow]), arm(stage.candidate[slow])];
  return assessLatencyRatio({
    championP95Ms: latencyP95(profilesOf(input, 'champion')),
    canaryP95Ms: latencyP95(profilesOf(input, 'candidate')),
    baseMs: latency === null ? null : latencyEdge(latency.base),
    allowedMs: latency === null ? null : latencyEdge(latency.allowed),
    championRows: before.n,
    championSlowRows: before.k,
    canaryRows: now.n,
    canarySlowRows: now.k,
    harmPeakLog: rateEvidence(evidence, harmOf(slow)).peakLog,
    minimumRows: minimumRows(input),
    alpha: alphas.latency,
    at: input.at,
  });
}

function splitGate({ rollout, settings, windows, at }: GuardLook): GateResult {
  const arms = { settled: { n: 0, k: 0 }, settling: { n: 0, k: 0 } };
  for (const { from, champion, candidate } of windows) {
    if (from < rollout.stepFrom) continue;
    const part = from < rollout.stepFrom + settings.window ? arms.settling : arms.settled;
    // Shares of both need one scale: that of the heavier rows.
    const heaviest = Math.max(...[champion, candidate].map((profile) => (profile === null ? 1 : heaviestOf(profile))));
    const served = candidate === null ? 0 : profileTotals(candidate).canary / heaviest;
    part.k += served;
    part.n += served + (champion === null ? 0 : profileTotals(champion).champion / heaviest);
  }
  return assessObservedSplit({
    ...arms,
    desired: rollout.weightBasisPoints / 10_000,
    before: (rollout.earlierWeightBasisPoints ?? 0) / 10_000,
    tolerance: settings.rollout.gates.splitTolerance,
    minimumRows: settings.rollout.gates.canaryRows,
    at,
  });
}

function freshnessGate({ settings, windows, to, at }: GuardLook): GateResult {
  const recent = windows.filter(({ from }) => from >= to - freshWindows * settings.window);
  const rows = (of: 'champion' | 'candidate') =>
    recent.reduce((sum, { [of]: profile }) => sum + (profile === null ? 0 : profileTotals(profile).rows), 0);
  return assessFreshness({
    championRows: rows('champion'),
    candidateRows: rows('candidate'),
    windows: freshWindows,
    at,
  });
}

function shadowDivergence(input: GuardLook): GateResult {
  const { gates } = input.settings.rollout;
  const totals = profilesOf(input, 'candidate').map((profile) => profileTotals(effectiveProfile(profile)));
  return assessShadowDivergence({
    agreements: totals.reduce((all, { agreements }) => all + agreements, 0),
    disagreements: totals.reduce((all, { disagreements }) => all + disagreements, 0),
    minimumRows: gates.shadowRows,
    limit: gates.shadowDisagreement,
    at: input.at,
  });
}

function minimumRows({ rollout, settings }: GuardLook): number {
  const { gates } = settings.rollout;
  return rollout.stage === 'shadow' ? gates.shadowRows : gates.canaryRows;
}

function rowsSeen(input: GuardLook): number {
  return profilesOf(input, 'candidate').reduce((sum, profile) => sum + rowCounts(profile).effective, 0);
}

function profilesOf({ windows }: GuardLook, of: 'champion' | 'candidate'): Profile[] {
  return windows.flatMap((window) => window[of] ?? []);
}

function arm(moments: Moments | undefined): Arm {
  return armOf(moments ?? noMoments);
}

function mean([n, sum]: Moments): number {
  return n === 0 ? 0 : sum / n;
}
