import type { RolloutSettings } from '../config/settings.ts';
import type { ReadTransaction } from '../store/port.ts';
import { type Approval, approvalAt } from './approval.ts';
import type { Evaluation } from './evaluation/evaluate.ts';
import type { GateResult } from './gate.ts';
import { stepOf } from './guard.ts';
import { type Hold, holdsOf } from './holds.ts';
import { readApprovals, readEvaluation, readGates, readWatchGates } from './records.ts';
import {
  type BreakGlass,
  type Halted,
  type Queued,
  type RolloutState,
  rollBackTarget,
  routingDocument,
  type Transition,
  type VersionSpec,
  type VersionState,
  type Watch,
} from './state.ts';

/** Everything a page about a model's versions shows and only this room knows. */
export interface VersionsView {
  readonly revision: number;
  /** Newest first. */
  readonly versions: VersionView[];
  readonly routing: {
    readonly revision: number;
    readonly champion: string | null;
    readonly canary: { readonly version: string; readonly weightBasisPoints: number } | null;
    readonly shadow: { readonly version: string; readonly sampleBasisPoints: number } | null;
  } | null;
  readonly paused: { readonly reason: string; readonly by: string; readonly at: number } | null;
  readonly rollBackTarget: { readonly version: string; readonly healthy: boolean; readonly reason: string } | null;
  readonly holds: Hold[];
  readonly newVersion: RolloutSettings['newVersion'];
  readonly queue: Omit<Queued, 'sampleBasisPoints' | 'weightBasisPoints'>[];
  readonly frozen: string | null;
  readonly watch: (Watch & { readonly gates: GateResult[] }) | null;
  readonly breakGlass:
    | (Omit<BreakGlass, 'used' | 'closedAt' | 'reviewedBy'> & { readonly open: boolean; readonly used: string[] })
    | null;
  readonly halted: Halted | null;
  /** Newest first. */
  readonly approvals: (Omit<Approval, 'approvedBy'> & { readonly approvedBy: string[]; readonly revision: number })[];
}

export interface VersionView {
  readonly model: string;
  readonly version: string;
  readonly state: VersionState;
  readonly digest: string;
  readonly registeredAt: number;
  readonly registeredBy: string;
  readonly source: string;
  readonly parameters: Record<string, VersionSpec['parameters'][string]>;
  readonly evaluation: Evaluation | null;
  /** Of its evaluation and of its rollout. */
  readonly gates: GateResult[];
  readonly history: Transition[];
}

const shownApprovals = 20;

/** `targetProblem`: why the version to go back to could not serve; `null` when it could, or there is none. */
export async function describeVersions(
  transaction: ReadTransaction,
  state: RolloutState,
  targetProblem: string | null,
  { newVersion }: Pick<RolloutSettings, 'newVersion'>,
  frozen: string | null,
  now: number,
): Promise<VersionsView> {
  const { environment, model } = state;
  const versions: VersionView[] = [];
  for (const { version, spec, evaluation: _, history, ...record } of state.versions.toReversed()) {
    const about = { environment, model, version };
    const evaluation = (await readEvaluation(transaction, about)) ?? null;
    const live = (await readGates(transaction, about)).results;
    versions.push({
      model,
      version,
      ...record,
      digest: spec.digest,
      parameters: { ...spec.parameters },
      evaluation,
      gates: [...(evaluation?.gates ?? []), ...live],
      history: [...history],
    });
  }
  const document = routingDocument(state);
  const target = rollBackTarget(state);
  const approvals = await readApprovals(transaction, environment, model, shownApprovals);
  return {
    revision: state.revision,
    versions,
    routing:
      state.routingRevision === 0
        ? null
        : {
            revision: document.revision,
            champion: state.champion,
            canary: document.canary,
            shadow: document.shadow,
          },
    paused: state.rollout?.paused ?? null,
    holds: await holds(transaction, state, frozen),
    newVersion,
    queue: state.queue.map(({ version, stage, by, at, reason }) => ({ version, stage, by, at, reason })),
    frozen,
    watch: await watchOf(transaction, state),
    breakGlass: openEmergency(state, now),
    halted: state.halted,
    rollBackTarget:
      target === null
        ? null
        : { version: target, healthy: targetProblem === null, reason: targetProblem ?? 'its artefact is in place' },
    approvals: approvals.map(({ value, revision }) => {
      const approval = approvalAt(value, now);
      return { ...approval, approvedBy: [...approval.approvedBy], revision };
    }),
  };
}

async function holds(transaction: ReadTransaction, state: RolloutState, frozen: string | null): Promise<Hold[]> {
  const { environment, model, rollout } = state;
  if (rollout === null) return [];
  const { step, results } = await readGates(transaction, { environment, model, version: rollout.version });
  return holdsOf(state, step === stepOf(rollout) ? results : [], frozen);
}

async function watchOf(
  transaction: ReadTransaction,
  { environment, model, watch }: RolloutState,
): Promise<VersionsView['watch']> {
  if (watch === null) return null;
  const stored = await readWatchGates(transaction, environment, model);
  return { ...watch, gates: stored?.version === watch.version ? [...stored.results] : [] };
}

/** Until somebody else has looked at it. */
function openEmergency({ breakGlass }: RolloutState, now: number): VersionsView['breakGlass'] {
  if (breakGlass === null || breakGlass.reviewedBy !== null) return null;
  const { by, reason, openedAt, expiresAt, closedAt, used } = breakGlass;
  return { by, reason, openedAt, expiresAt, open: closedAt === null && now < expiresAt, used: [...used] };
}
