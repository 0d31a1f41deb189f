import type { ModelSettings } from '../config/settings.ts';
import type { Profile } from '../profile/index.ts';
import type { GateName, GateResult } from './gate.ts';
import { gatesNotPassed } from './gate.ts';
import { type Moments, noMoments } from './gates/meanDifference.ts';
import { type ArmName, addCounts, type Counts, countsOf, latencyRows, limitsFrom, scoreAt } from './guardCounts.ts';
import { addCounter, addGaps, type GuardEvidence, startEvidence } from './guardEvidence.ts';
import { assessGates } from './guardGates.ts';
import {
  type ArmCounts,
  addArms,
  type Guard,
  type GuardedWindow,
  type GuardLook,
  gapTo,
  groupsOf,
  largestGroup,
  stageCounts,
} from './guardState.ts';
import type { Rollout } from './state.ts';

const nothingInEither: ArmCounts = { champion: {}, candidate: {} };

export function stageOf(rollout: Rollout): string {
  return `${rollout.id}/${rollout.stage}`;
}

/** Verdicts of an earlier step open nothing in a later one. */
export function stepOf(rollout: Rollout): string {
  return `${stageOf(rollout)}/${rollout.weightBasisPoints}`;
}

/** A guard that has seen nothing. `before`: the champion's windows from before the stage, which tell what is usual. */
export function startGuard(rollout: Rollout, before: readonly Profile[], settings: ModelSettings): Guard {
  const limits = limitsFrom({ latency: null, scores: [] }, before, settings);
  return {
    stage: stageOf(rollout),
    lookedTo: null,
    windows: [],
    settled: nothingInEither,
    settledStep: { ...nothingInEither, stepFrom: rollout.stepFrom },
    limits,
    evidence: startEvidence(addCounts(before.map((profile) => countsOf(profile, 'champion', settings, limits)))),
    heardInstances: false,
    measuredLatency: false,
    measuredScores: false,
  };
}

/**
 * Gates that must pass in a stage, by what the guard knows of the model. Those that the settings skip are left out; an
 * empty list: nobody would notice harm.
 */
export function requiredGates(stage: Rollout['stage'], settings: ModelSettings, guard: Guard | null): GateName[] {
  const always: GateName[] = [
    'inference_error_rate',
    'freshness',
    ...(guard?.heardInstances === true ? (['integrity'] as const) : []),
    ...(guard?.measuredLatency === true ? (['latency_ratio'] as const) : []),
  ];
  const required: GateName[] =
    stage === 'shadow'
      ? ['shadow_divergence', ...always]
      : [
          hasErrorsOfNumbers(settings) ? 'canary_absolute_error' : 'canary_error_rate',
          ...(settings.groups.length > 0 ? (['canary_fairness'] as const) : []),
          ...(guard?.measuredScores === true ? (['score_distribution'] as const) : []),
          'observed_split',
          ...always,
        ];
  const skipped: readonly GateName[] = settings.rollout.gates.skip;
  return required.filter((gate) => !skipped.includes(gate));
}

/** Wrong or right is not the question in a regression or a ranking, but how wrong. */
function hasErrorsOfNumbers({ task }: ModelSettings): boolean {
  return task === 'regression' || task === 'ranking';
}

/** Counts what is new in the windows, and says what every gate of the stage thinks now. */
export function look(guard: Guard, input: GuardLook): { readonly guard: Guard; readonly gates: readonly GateResult[] } {
  const { rollout, settings } = input;
  const counted = countWindows(settle(guard, rollout, input.readFrom), input.windows, settings);
  const profiles = input.windows.flatMap(({ champion, candidate }) => [champion, candidate]);
  const next: Guard = {
    ...fixLimits(counted, input.windows, settings),
    heardInstances: guard.heardInstances || input.instances.length > 0,
    measuredLatency: guard.measuredLatency || profiles.some((profile) => profile !== null && latencyRows(profile) > 0),
    measuredScores: guard.measuredScores || counted.windows.some(({ champion }) => scoreAt(0) in champion),
  };
  return { guard: next, gates: assessGates(requiredGates(rollout.stage, settings, next), next, input) };
}

/** Whether only people are missing, as a gate that people see. */
export function readiness(
  atLastStep: boolean,
  required: readonly GateName[],
  gates: readonly GateResult[],
  at: number,
): GateResult {
  const open = gatesNotPassed(required, gates);
  const numbers = { gates: required.length, passed: required.length - open.length };
  const base = { gate: 'ready_to_promote', numbers, at } as const;
  if (open.length > 0) {
    return { ...base, verdict: 'inconclusive', code: 'NOT_READY', reason: `waiting for ${open.join(', ')}` };
  }
  return atLastStep
    ? { ...base, verdict: 'pass', code: 'READY', reason: 'every gate passes at the last step: only people are missing' }
    : {
        ...base,
        verdict: 'inconclusive',
        code: 'NOT_READY',
        reason: 'every gate passes, but not at the last step yet',
      };
}

/** Folds the windows that nobody reads any more into sums. */
function settle(guard: Guard, rollout: Rollout, readFrom: number): Guard {
  const old = guard.windows.filter(({ from }) => from < readFrom);
  const { settledStep } = guard;
  const sameStep = settledStep.stepFrom === rollout.stepFrom ? settledStep : nothingInEither;
  return {
    ...guard,
    windows: guard.windows.filter(({ from }) => from >= readFrom),
    settled: addArms([guard.settled, ...old]),
    settledStep: {
      ...addArms([sameStep, ...old.filter(({ from }) => from >= rollout.stepFrom)]),
      stepFrom: rollout.stepFrom,
    },
  };
}

/**
 * Adds what is new in each window to the evidence, one block for each counter. A counter waits until both versions have
 * new rows: alone they compare nothing. Counts that went down (a corrected label) wait until they are back.
 */
function countWindows(guard: Guard, windows: readonly GuardedWindow[], settings: ModelSettings): Guard {
  const counted = new Map(guard.windows.map((window) => [window.from, window]));
  let { evidence } = guard;
  for (const window of windows) {
    const before: ArmCounts = counted.get(window.from) ?? nothingInEither;
    const champion = countsOf(window.champion, 'champion', settings, guard.limits);
    const candidate = countsOf(window.candidate, 'candidate', settings, guard.limits);
    const taken = { champion: { ...before.champion }, candidate: { ...before.candidate } };
    for (const name of Object.keys(candidate)) {
      const block = {
        champion: grown(before.champion[name], champion[name]),
        candidate: grown(before.candidate[name], candidate[name]),
      };
      if (!isUsable(block.champion) || !isUsable(block.candidate)) continue;
      evidence = addCounter(evidence, name, block, settings);
      // Usable blocks have both counters.
      taken.champion[name] = champion[name]!;
      taken.candidate[name] = candidate[name]!;
    }
    counted.set(window.from, { from: window.from, ...taken });
  }
  const next = { ...guard, windows: [...counted.values()].toSorted((a, b) => a.from - b.from), evidence };
  return { ...next, evidence: addAllGaps(next, settings) };
}

function addAllGaps(guard: Guard, settings: ModelSettings): GuardEvidence {
  const stage = stageCounts(guard);
  return settings.groups.reduce((evidence, { attribute, reference }) => {
    const groups = groupsOf(stage, attribute);
    const largest = reference ?? largestGroup(stage, attribute, groups);
    return largest === undefined
      ? evidence
      : addGaps(evidence, attribute, largest, groups, {
          margin: settings.tolerance.fairnessGap,
          championGap: (group) => gapTo(largest, group, stage.champion, attribute),
        });
  }, guard.evidence);
}

/**
 * Limits that were unknown so far are taken from the champion's rows, and judge only rows that come after: what has come
 * is noted as counted.
 */
function fixLimits(guard: Guard, windows: readonly GuardedWindow[], settings: ModelSettings): Guard {
  const champions = windows.flatMap(({ champion }) => (champion === null ? [] : [champion]));
  const limits = limitsFrom(guard.limits, champions, settings);
  const changed = limits.latency !== guard.limits.latency || limits.scores.length !== guard.limits.scores.length;
  if (!changed) return guard;
  const profiles = new Map(windows.map((window) => [window.from, window]));
  const noted = (counts: Counts, profile: Profile | null, arm: ArmName): Counts => ({
    ...countsOf(profile, arm, settings, limits),
    ...counts,
  });
  return {
    ...guard,
    limits,
    windows: guard.windows.map(({ from, champion, candidate }) => ({
      from,
      champion: noted(champion, profiles.get(from)?.champion ?? null, 'champion'),
      candidate: noted(candidate, profiles.get(from)?.candidate ?? null, 'candidate'),
    })),
  };
}

function grown(before: Moments = noMoments, now: Moments = noMoments): Moments {
  return [now[0] - before[0], now[1] - before[1], now[2] - before[2]];
}

function isUsable([n, sum, squares]: Moments): boolean {
  return n > 0 && sum >= 0 && squares >= 0;
}
