import type { ModelSettings } from '../config/settings.ts';
import { listVersionsSeen, readProfiles } from '../store/history.ts';
import type { Transaction } from '../store/port.ts';
import { assessAfterPromotion } from './afterPromotion.ts';
import type { Intent } from './command.ts';
import { type GateName, type GateResult, gatesNotPassed } from './gate.ts';
import type { LoadedArtefacts } from './gates/integrity.ts';
import { look, readiness, requiredGates, stageOf, startGuard, stepOf } from './guard.ts';
import type { Guard, GuardedWindow } from './guardState.ts';
import { readGates, readGuard, writeGates, writeGuard, writeWatchGates } from './records.ts';
import { atLastStep, findVersion, type Rollout, type RolloutState } from './state.ts';

/** A window that has just closed, of any version of the model. */
export interface ClosedWindow {
  readonly settings: ModelSettings;
  readonly version: string;
  /** Event time, milliseconds since 1970-01-01 UTC; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** Wall-clock time. */
  readonly at: number;
}

/** What the gates ask for, why, and the verdicts behind it. */
export interface GateRequest {
  readonly intent: Intent;
  readonly reason: string;
  readonly gates: readonly GateResult[];
}

/** Gates whose failure is no harm to anybody: the rollout stays where it is until they pass. */
const holdingGates: readonly GateName[] = ['observed_split', 'freshness'];

/** Windows before the stage from which a guard learns the usual rates. */
const windowsBefore = 24;

/** Looks at the gates of the version on its way, remembers what they saw, and says what should happen. */
export async function lookAtGates(
  transaction: Transaction,
  state: RolloutState,
  closed: ClosedWindow,
  instances: readonly LoadedArtefacts[],
): Promise<GateRequest[]> {
  const { rollout, champion, promotion } = state;
  const requests: GateRequest[] = [];
  if (promotion !== null && closed.at >= promotion.expiresAt) {
    requests.push({ intent: { kind: 'expirePromotion' }, reason: 'nobody approved in time', gates: [] });
  }
  if (rollout === null || champion === null) return requests;
  if (closed.version !== champion && closed.version !== rollout.version) return requests;

  const { settings } = closed;
  const { environment, name: model } = settings;
  const readFrom = Math.max(rollout.stageFrom, closed.to - labelsComeFor(settings));
  const stored = await readGuard(transaction, environment, model);
  // A guard of an earlier format has no evidence that could be read: it starts anew.
  const current = stored?.stage === stageOf(rollout) && stored.evidence !== undefined ? stored : null;
  // The windows of all versions are written before the first of them is told to be closed: one look sees them all.
  if (current !== null && current.lookedTo !== null && current.lookedTo >= closed.to) return requests;
  const looked = look(current ?? (await newGuard(transaction, settings, rollout, champion)), {
    settings,
    rollout,
    windows: await guardedWindows(transaction, settings, champion, rollout.version, readFrom),
    readFrom,
    to: closed.to,
    candidateDigest: findVersion(state, rollout.version)?.spec.digest ?? '',
    instances,
    at: closed.at,
  });
  const required = requiredGates(rollout.stage, settings, looked.guard);
  const last = atLastStep(state, rollout.version, settings.rollout.canarySteps);
  const results = [...looked.gates, readiness(last, required, looked.gates, closed.at)];
  await writeGuard(transaction, environment, model, { ...looked.guard, lookedTo: closed.to });
  const about = { environment, model, version: rollout.version };
  const shown = (await readGates(transaction, about)).results.filter(
    (earlier) => !results.some(({ gate }) => gate === earlier.gate),
  );
  await writeGates(transaction, about, { step: stepOf(rollout), results: [...shown, ...results] });

  const next = nextStep(rollout, closed, { required, gates: looked.gates, last });
  return next === null ? requests : [...requests, { ...next, gates: results }];
}

/** Looks at a champion in the time after its promotion in which guards may take it back by themselves. */
export async function lookAfterPromotion(
  transaction: Transaction,
  { watch, champion }: RolloutState,
  { settings, version, to, at }: ClosedWindow,
): Promise<GateRequest[]> {
  if (watch === null || watch.version !== champion || version !== champion) return [];
  if (to > watch.until) {
    return [{ intent: { kind: 'endWatch' }, reason: 'its guards saw no harm for as long as they watch', gates: [] }];
  }
  const { name: model, environment, rollout } = settings;
  const read = async (of: string, range: { readonly from?: number; readonly to?: number }) =>
    (
      await readProfiles(transaction, {
        model,
        environment,
        version: of,
        ...range,
        reverse: true,
        ...(range.to === undefined ? {} : { limit: windowsBefore }),
      })
    ).map(({ profile }) => profile);
  const before = await read(watch.previous, { to: watch.from });
  const gates = assessAfterPromotion(settings, before, await read(champion, { from: watch.from }), at);
  await writeWatchGates(transaction, environment, model, { version: champion, results: gates });
  const failed = gates.find(
    ({ gate, verdict }) => verdict === 'fail' && !rollout.gates.skip.some((name) => skips(name, gate)),
  );
  if (failed === undefined || !rollout.autoRollBack) return [];
  const reason = `${failed.gate}: ${failed.reason}`;
  return [{ intent: { kind: 'rollBack', to: watch.previous, cause: 'POST_PROMOTION' }, reason, gates }];
}

/** A gate that does not count for a canary does not count afterwards either. */
function skips(skipped: string, gate: GateName): boolean {
  const sameAs: Partial<Record<GateName, readonly string[]>> = {
    post_promotion_errors: ['canary_error_rate', 'canary_absolute_error'],
    post_promotion_failures: ['inference_error_rate'],
    post_promotion_latency: ['latency_ratio'],
  };
  return sameAs[gate]?.includes(skipped) === true;
}

/** Event time of the window that is filling: a stage that starts now counts from it. */
export async function latestWindowFrom(transaction: Transaction, settings: ModelSettings): Promise<number> {
  const { name: model, environment, window } = settings;
  const seen = await listVersionsSeen(transaction, { model, environment });
  const latest = Math.max(0, ...seen.map(({ lastEventAt }) => lastEventAt));
  return Math.floor(latest / window) * window;
}

interface Looked {
  readonly required: readonly GateName[];
  readonly gates: readonly GateResult[];
  readonly last: boolean;
}

/** What should happen after a look. Harm takes the version back, paused or not; only a rollout that runs goes on. */
function nextStep(
  rollout: Rollout,
  closed: ClosedWindow,
  { required, gates, last }: Looked,
): Omit<GateRequest, 'gates'> | null {
  const { autoAdvance, autoRollBack, canarySteps } = closed.settings.rollout;
  const from = closed.to;
  const failed = gates.filter(({ gate, verdict }) => verdict === 'fail' && !holdingGates.includes(gate));
  const worst = failed.find(({ gate }) => gate === 'integrity') ?? failed[0];
  if (worst !== undefined) {
    if (!autoRollBack) return null;
    const reason = `${worst.gate}: ${worst.reason}`;
    return worst.gate === 'integrity'
      ? { intent: { kind: 'quarantine', version: rollout.version, cause: 'DIGEST_MISMATCH' }, reason }
      : { intent: { kind: 'rollBack', to: null, cause: 'GATE_FAILED' }, reason };
  }
  if (rollout.paused !== null || gatesNotPassed(required, gates).length > 0) return null;
  // A step lasts one window at least: the windows of both versions close one after the other.
  if (closed.from < rollout.stepFrom) return null;
  const reason = `every gate passes: ${required.join(', ')}`;
  if (last || (rollout.stage === 'shadow' && canarySteps.length === 0)) {
    return rollout.readyAt === null ? { intent: { kind: 'markReady' }, reason } : null;
  }
  if (!autoAdvance) return null;
  return rollout.stage === 'canary'
    ? { intent: { kind: 'advance', weightBasisPoints: null, from }, reason }
    : {
        // A shadow keeps its rollout and its buckets: both come from the state.
        intent: {
          kind: 'startCanary',
          version: rollout.version,
          weightBasisPoints: null,
          rolloutId: '',
          salt: '',
          from,
        },
        reason,
      };
}

/** How far back labels still change windows, with room to spare. */
function labelsComeFor({ outcomeDelay, lateness, window }: ModelSettings): number {
  return 2 * outcomeDelay + lateness + 4 * window;
}

async function newGuard(
  transaction: Transaction,
  settings: ModelSettings,
  rollout: Rollout,
  champion: string,
): Promise<Guard> {
  const { name: model, environment } = settings;
  const before = await readProfiles(transaction, {
    model,
    environment,
    version: champion,
    to: rollout.stageFrom,
    limit: windowsBefore,
    reverse: true,
  });
  return startGuard(
    rollout,
    before.map(({ profile }) => profile),
    settings,
  );
}

/** Windows as they are stored now: closed ones with labels that came since, and those that are filling. */
async function guardedWindows(
  transaction: Transaction,
  { name: model, environment }: ModelSettings,
  champion: string,
  candidate: string,
  readFrom: number,
): Promise<GuardedWindow[]> {
  const windows = new Map<number, GuardedWindow>();
  for (const [arm, version] of [
    ['champion', champion],
    ['candidate', candidate],
  ] as const) {
    for (const { from, profile } of await readProfiles(transaction, { model, environment, version, from: readFrom })) {
      windows.set(from, { ...(windows.get(from) ?? { from, champion: null, candidate: null }), [arm]: profile });
    }
  }
  return [...windows.values()].toSorted((a, b) => a.from - b.from);
}
