import type { ModelSettings } from '../config/settings.ts';
import { hashOf } from '../store/audit.ts';
import type { ReadTransaction } from '../store/port.ts';
import type { ArtefactStore } from './artefacts.ts';
import type { Command, DecisionContext } from './command.ts';
import { frozenBecause } from './freeze.ts';
import type { LoadedArtefacts } from './gates/integrity.ts';
import { requiredGates, stepOf } from './guard.ts';
import { readGates, readGuard } from './records.ts';
import { findVersion, type RolloutState, rollBackTarget } from './state.ts';

/** What `decide` has to know beside the state, gathered where it is kept. */
export interface ContextSources {
  readonly artefacts: Pick<ArtefactStore, 'has'>;
  readonly instances: (environment: string, model: string) => readonly LoadedArtefacts[];
}

const approvalLifetimeMs = 24 * 3_600_000;
/** Windows after which a verdict opens nothing any more. */
const freshWindows = 3;

export async function decisionContext(
  transaction: ReadTransaction,
  settings: ModelSettings,
  state: RolloutState,
  command: Command,
  now: number,
  sources: ContextSources,
): Promise<DecisionContext> {
  const { canarySteps, approvals, newVersion, freeze, watchAfterPromotion, breakGlassLimit } = settings.rollout;
  const { environment, name: model } = settings;
  const { rollout } = state;
  const guard = (await readGuard(transaction, environment, model)) ?? null;
  const current = guard?.stage.startsWith(`${rollout?.id}/`) ? guard : null;
  const stored =
    rollout === null ? null : await readGates(transaction, { environment, model, version: rollout.version });
  return {
    now,
    canarySteps,
    approvals,
    approvalLifetimeMs,
    shadowGates: requiredGates('shadow', settings, current),
    canaryGates: requiredGates('canary', settings, current),
    gates: rollout !== null && stored?.step === stepOf(rollout) ? stored.results : [],
    gatesFrom: now - (freshWindows * settings.window + settings.lateness),
    newVersion,
    frozen: frozenBecause(freeze, now),
    watchMs: watchAfterPromotion,
    breakGlassLimitMs: breakGlassLimit,
    policy: policyOf(settings),
    unhealthy: await unhealthyTarget(state, command, sources),
  };
}

/** Digest of the rules that decide: stamped on every decision, and part of what people approve. */
export function policyOf({ rollout }: ModelSettings): string {
  return hashOf(rollout);
}

async function unhealthyTarget(
  state: RolloutState,
  command: Command,
  sources: ContextSources,
): Promise<ReadonlyMap<string, string>> {
  if (command.kind !== 'rollBack' && command.kind !== 'quarantine') return new Map();
  const target = (command.kind === 'rollBack' ? command.to : null) ?? rollBackTarget(state);
  const problem = target === null ? null : await problemWith(state, target, sources);
  return target === null || problem === null ? new Map() : new Map([[target, problem]]);
}

/** Why a version could not serve if all traffic went to it now; `null` when it could. */
export async function problemWith(
  state: RolloutState,
  version: string,
  { artefacts, instances }: ContextSources,
): Promise<string | null> {
  const digest = findVersion(state, version)?.spec.digest ?? '';
  if (digest === '') return 'its artefact is not registered';
  const reports = instances(state.environment, state.model)
    .flatMap(({ instance, loaded }) => loaded.map((entry) => ({ instance, ...entry })))
    .filter((entry) => entry.version === version);
  const wrong = reports.find((entry) => entry.digest !== digest);
  if (wrong !== undefined) return `instance ${wrong.instance} has loaded another artefact as this version`;
  if (reports.length > 0 || (await artefacts.has(digest))) return null;
  return 'its artefact is not stored, and no instance has loaded it';
}
