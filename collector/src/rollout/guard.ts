import type { ModelSettings } from '../config/settings.ts';
import {
  findSignal,
  overallConfusion,
  type Profile,
  profileTotals,
  signalCounts,
  signalQuantile,
} from '../profile/index.ts';
import type { GateName, GateResult } from './gate.ts';
import { gatesNotPassed } from './gate.ts';
import { assessCanaryRate } from './gates/canaryRate.ts';
import { assessIntegrity, type LoadedArtefacts } from './gates/integrity.ts';
import { assessLatencyRatio, slowestAllowedMs } from './gates/latencyRatio.ts';
import { assessShadowDivergence } from './gates/shadowDivergence.ts';
import { type Arm, addBlock, initialEvidence, type TwoRatesEvidence } from './gates/twoRates.ts';
import type { Rollout } from './state.ts';

/**
 * What the guards of one rollout stage remember between looks: which rows they have counted, and the evidence those
 * gave. Pure: a look takes the windows as they are now and gives the next state and the gates' verdicts.
 */
export interface Guard {
  /** `<rollout id>/<stage>`: a new stage starts anew. */
  readonly stage: string;
  /** End of the latest window after which it looked, event time; `null` before the first look. */
  readonly lookedTo: number | null;
  /** Counted so far, by window: only those whose labels may still come. */
  readonly windows: readonly CountedWindow[];
  /** Counts of the older windows, of the whole stage and of its present step. */
  readonly settled: ArmCounts;
  readonly settledStep: ArmCounts & { readonly stepFrom: number };
  /** Wrong predictions among labelled rows. */
  readonly wrong: Evidence;
  /** Failed inferences among all rows. */
  readonly failed: Evidence;
  /** Facts that decide which gates apply; once true they stay true. */
  readonly heardInstances: boolean;
  /** Of both versions: a version whose reference has no latencies cannot be compared. */
  readonly measuredLatency: boolean;
}

interface Evidence {
  readonly harm: TwoRatesEvidence;
  readonly absence: TwoRatesEvidence;
}

export interface WindowCounts {
  readonly rows: number;
  readonly failed: number;
  readonly labelled: number;
  readonly wrong: number;
}

interface ArmCounts {
  readonly champion: WindowCounts;
  readonly candidate: WindowCounts;
}

type CountedWindow = ArmCounts & { readonly from: number };

/** A window of both versions as it is now; `null` where a version has none. */
export interface GuardedWindow {
  readonly from: number;
  readonly champion: Profile | null;
  readonly candidate: Profile | null;
}

export interface GuardLook {
  readonly settings: ModelSettings;
  readonly rollout: Rollout;
  /** Windows of the stage from `readFrom` on, oldest first. Labels of older ones do not come any more. */
  readonly windows: readonly GuardedWindow[];
  readonly readFrom: number;
  readonly candidateDigest: string;
  /** What the running instances have loaded. */
  readonly instances: readonly LoadedArtefacts[];
  readonly at: number;
}

/** Chance that the guards together stop a harmless canary, shared evenly by the three that spend it. */
const falseRollBackAlpha = 0.05;
const spendingGuards = 3;
/** Rate of failed inferences may be higher by this much. */
const failedMargin = 0.005;
const nothingCounted: WindowCounts = { rows: 0, failed: 0, labelled: 0, wrong: 0 };
const nothingInEither: ArmCounts = { champion: nothingCounted, candidate: nothingCounted };

export function stageOf(rollout: Rollout): string {
  return `${rollout.id}/${rollout.stage}`;
}

/** Verdicts of an earlier step open nothing in a later one. */
export function stepOf(rollout: Rollout): string {
  return `${stageOf(rollout)}/${rollout.weightBasisPoints}`;
}

/** A guard that has seen nothing. `before`: the champion's rows from before the stage, which tell the usual rates. */
export function startGuard(rollout: Rollout, before: readonly Profile[]): Guard {
  const usual = sum(before.map(countsOf));
  const evidence = (prior: Arm): Evidence => ({ harm: initialEvidence(prior), absence: initialEvidence(prior) });
  return {
    stage: stageOf(rollout),
    lookedTo: null,
    windows: [],
    settled: nothingInEither,
    settledStep: { ...nothingInEither, stepFrom: rollout.stepFrom },
    wrong: evidence({ n: usual.labelled, k: usual.wrong }),
    failed: evidence({ n: usual.rows, k: usual.failed }),
    heardInstances: false,
    measuredLatency: false,
  };
}

/** Gates that must pass in a stage, by what the guard knows of the model. An empty list: nobody would notice harm. */
export function requiredGates(stage: Rollout['stage'], settings: ModelSettings, guard: Guard | null): GateName[] {
  const always: GateName[] =
    guard?.heardInstances === true ? ['inference_error_rate', 'integrity'] : ['inference_error_rate'];
  if (stage === 'shadow') return ['shadow_divergence', ...always];
  return [
    ...(settings.task === 'regression' ? [] : (['canary_error_rate'] as const)),
    ...always,
    ...(guard?.measuredLatency === true ? (['latency_ratio'] as const) : []),
  ];
}

/** Counts what is new in the windows, and says what every gate of the stage thinks now. */
export function look(guard: Guard, input: GuardLook): { readonly guard: Guard; readonly gates: readonly GateResult[] } {
  const { rollout, settings } = input;
  const profilesOf = (arm: 'champion' | 'candidate') =>
    input.windows.flatMap((window) => (window[arm] === null ? [] : [window[arm]]));
  const next: Guard = {
    ...countWindows(settle(guard, rollout, input.readFrom), input.windows, settings),
    heardInstances: guard.heardInstances || input.instances.length > 0,
    measuredLatency:
      guard.measuredLatency || (p95(profilesOf('champion')) !== null && p95(profilesOf('candidate')) !== null),
  };
  const assess: Partial<Record<GateName, () => GateResult>> = {
    shadow_divergence: () => shadowDivergence(input, profilesOf('candidate')),
    canary_error_rate: () => rateGate('canary_error_rate', next, input),
    inference_error_rate: () => rateGate('inference_error_rate', next, input),
    latency_ratio: () => latencyRatio(input, profilesOf('champion'), profilesOf('candidate')),
    integrity: () =>
      assessIntegrity({
        version: rollout.version,
        digest: input.candidateDigest,
        instances: input.instances,
        at: input.at,
      }),
  };
  const gates = requiredGates(rollout.stage, settings, next).flatMap((name) => assess[name]?.() ?? []);
  return { guard: next, gates };
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
 * Adds what is new in each window to the evidence, one block for each kind of row. A kind of row waits until both
 * versions have new ones: alone they compare nothing. Counts that went down (a corrected label) wait until they are back.
 */
function countWindows(guard: Guard, windows: readonly GuardedWindow[], settings: ModelSettings): Guard {
  const margin = settings.rollout.gates.canaryErrorMargin;
  const counted = new Map(guard.windows.map((window) => [window.from, window]));
  let { wrong, failed } = guard;
  for (const window of windows) {
    const before = counted.get(window.from) ?? nothingInEither;
    const now = { champion: countsOf(window.champion), candidate: countsOf(window.candidate) };
    const newWrong = newRows(before, now, ({ labelled, wrong: events }) => ({ n: labelled, k: events }));
    const newFailed = newRows(before, now, ({ rows, failed: events }) => ({ n: rows, k: events }));
    if (newWrong !== null) wrong = addEvidence(wrong, newWrong, margin);
    if (newFailed !== null) failed = addEvidence(failed, newFailed, failedMargin);
    const labels = newWrong === null ? before : now;
    const rows = newFailed === null ? before : now;
    const taken = (arm: keyof ArmCounts): WindowCounts => ({
      rows: rows[arm].rows,
      failed: rows[arm].failed,
      labelled: labels[arm].labelled,
      wrong: labels[arm].wrong,
    });
    counted.set(window.from, { from: window.from, champion: taken('champion'), candidate: taken('candidate') });
  }
  return { ...guard, windows: [...counted.values()].toSorted((a, b) => a.from - b.from), wrong, failed };
}

interface Block {
  readonly champion: Arm;
  readonly candidate: Arm;
}

function newRows(before: ArmCounts, now: ArmCounts, armOf: (counts: WindowCounts) => Arm): Block | null {
  const grown = (arm: keyof ArmCounts): Arm => {
    const [old, young] = [armOf(before[arm]), armOf(now[arm])];
    return { n: young.n - old.n, k: young.k - old.k };
  };
  const block = { champion: grown('champion'), candidate: grown('candidate') };
  const usable = ({ n, k }: Arm) => n > 0 && k >= 0 && k <= n;
  return usable(block.champion) && usable(block.candidate) ? block : null;
}

/** Harm: the candidate's rate above the champion's by more than the margin. Absence: the opposite, as a null of its own. */
function addEvidence({ harm, absence }: Evidence, { champion, candidate }: Block, margin: number): Evidence {
  return {
    harm: addBlock(harm, champion, candidate, margin),
    absence: addBlock(absence, candidate, champion, -margin),
  };
}

function rateGate(gate: 'canary_error_rate' | 'inference_error_rate', guard: Guard, input: GuardLook): GateResult {
  const { rollout, settings } = input;
  const { gates } = settings.rollout;
  const labels = gate === 'canary_error_rate';
  const stage = addArms([guard.settled, ...guard.windows]);
  const step = addArms([guard.settledStep, ...guard.windows.filter(({ from }) => from >= rollout.stepFrom)]);
  const arm = (counts: WindowCounts): Arm =>
    labels ? { n: counts.labelled, k: counts.wrong } : { n: counts.rows, k: counts.failed };
  return assessCanaryRate({
    gate,
    what: labels ? 'wrong predictions' : 'failed inferences',
    rowsName: labels ? 'labelled rows' : 'rows',
    candidateName: rollout.stage,
    champion: arm(stage.champion),
    canary: arm(stage.candidate),
    championStepRows: arm(step.champion).n,
    canaryStepRows: arm(step.candidate).n,
    canaryRowsSeen: sum(input.windows.map((w) => countsOf(w.candidate))).rows,
    ...(labels ? guard.wrong : guard.failed),
    margin: labels ? gates.canaryErrorMargin : failedMargin,
    minimumRows: rollout.stage === 'shadow' ? gates.shadowRows : gates.canaryRows,
    alpha: falseRollBackAlpha / spendingGuards,
    passWhen: labels ? gates.canaryPass : 'no_harm_seen',
    at: input.at,
  });
}

function shadowDivergence(input: GuardLook, shadow: readonly Profile[]): GateResult {
  const { gates } = input.settings.rollout;
  const totals = shadow.map(profileTotals);
  return assessShadowDivergence({
    agreements: totals.reduce((all, { agreements }) => all + agreements, 0),
    disagreements: totals.reduce((all, { disagreements }) => all + disagreements, 0),
    minimumRows: gates.shadowRows,
    limit: gates.shadowDisagreement,
    at: input.at,
  });
}

function latencyRatio(input: GuardLook, champion: readonly Profile[], canary: readonly Profile[]): GateResult {
  const { gates } = input.settings.rollout;
  const championP95Ms = p95(champion);
  const allowedMs = championP95Ms === null ? null : slowestAllowedMs(championP95Ms, gates.latencyRatio);
  return assessLatencyRatio({
    championP95Ms,
    canaryP95Ms: p95(canary),
    championRows: rowsAbove(champion, Number.NEGATIVE_INFINITY),
    canaryRows: rowsAbove(canary, Number.NEGATIVE_INFINITY),
    canarySlowRows: allowedMs === null ? 0 : rowsAbove(canary, allowedMs),
    ratio: gates.latencyRatio,
    minimumRows: gates.canaryRows,
    alpha: falseRollBackAlpha / spendingGuards,
    at: input.at,
  });
}

function countsOf(profile: Profile | null): WindowCounts {
  if (profile === null) return nothingCounted;
  const { rows, errors } = profileTotals(profile);
  const { wrong, right } = overallConfusion(profile);
  return { rows, failed: errors, labelled: wrong + right, wrong };
}

/** 95th percentile over several profiles: the mean of theirs, weighted by rows. `null` when none measured latency. */
function p95(profiles: readonly Profile[]): number | null {
  let rows = 0;
  let weighted = 0;
  for (const profile of profiles) {
    const measured = rowsAbove([profile], Number.NEGATIVE_INFINITY);
    const value = measured > 0 ? signalQuantile(profile, 'latency', 0.95) : null;
    if (value === null) continue;
    rows += measured;
    weighted += measured * value;
  }
  return rows === 0 ? null : weighted / rows;
}

/** Rows with a latency above a limit, a bin's rows taken as evenly spread over it. */
function rowsAbove(profiles: readonly Profile[], aboveMs: number): number {
  let total = 0;
  for (const profile of profiles) {
    const shape = findSignal(profile.shape, 'latency');
    if (shape?.type !== 'number') continue;
    const counts = signalCounts(profile, 'latency');
    const edges = [Number.NEGATIVE_INFINITY, ...shape.edges, Number.POSITIVE_INFINITY];
    const highest = signalQuantile(profile, 'latency', 1) ?? 0;
    for (let cell = 0; cell < counts.length - 2; cell++) {
      const low = Math.max(edges[cell]!, 0);
      const high = Math.min(edges[cell + 1]!, highest);
      const share = high <= low ? (low >= aboveMs ? 1 : 0) : Math.max(0, Math.min(1, (high - aboveMs) / (high - low)));
      total += counts[cell]! * share;
    }
  }
  return Math.round(total);
}

function sum(counts: readonly WindowCounts[]): WindowCounts {
  return counts.reduce(
    (all, next) => ({
      rows: all.rows + next.rows,
      failed: all.failed + next.failed,
      labelled: all.labelled + next.labelled,
      wrong: all.wrong + next.wrong,
    }),
    nothingCounted,
  );
}

function addArms(all: readonly ArmCounts[]): ArmCounts {
  return { champion: sum(all.map(({ champion }) => champion)), candidate: sum(all.map(({ candidate }) => candidate)) };
}
