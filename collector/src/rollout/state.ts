import type { RoutingDocument } from '@plumbline/sdk/routing';
import { hashOf } from '../store/audit.ts';
import type { AutomaticReason } from './reasons.ts';
import type { VersionState } from './versionStates.ts';

export type { VersionState };

/**
 * What version control knows about one model in one environment. A plain value: `decide` says what may happen to it,
 * `apply` makes the next one, the service stores it. Traffic is derived from it, never stored beside it by hand.
 *
 * ```
 * registered -> evaluated -> shadow -> canary -> champion -> superseded -> (champion again by a roll-back)
 *      |            |          |          |          |
 *      +-> rejected +          +----------+----------+-> rolled_back
 * whatever takes no traffic -> retired
 * any state but retired -> quarantined -> registered (released by an approver)
 * ```
 */
export interface RolloutState {
  readonly model: string;
  readonly environment: string;
  /** Grows with every event; 0 before the first. What `If-Match` takes. */
  readonly revision: number;
  /** In the order of registration. */
  readonly versions: readonly VersionRecord[];
  /** `null` only before the first promotion. */
  readonly champion: string | null;
  /** Earlier champions, oldest first: where a roll-back goes. */
  readonly formerChampions: readonly string[];
  /** The one version on its way; `null` when none is. */
  readonly rollout: Rollout | null;
  /** Rollouts that wait for the one that is active to end, first come first. */
  readonly queue: readonly Queued[];
  /** The one promotion that waits for people. */
  readonly promotion: Promotion | null;
  /** The latest champion while its guards may still take it back by themselves. */
  readonly watch: Watch | null;
  /** The latest emergency; `null` when there never was one. */
  readonly breakGlass: BreakGlass | null;
  /** The collector wanted to take the champion back and could not: people have to. */
  readonly halted: Halted | null;
  /** Grows whenever what serves changes, and only then. */
  readonly routingRevision: number;
  readonly routingChangedAt: number;
  readonly salt: string;
  /** The latest requests that changed something: a request sent twice acts once. */
  readonly requests: readonly string[];
}

/** How to run a version and what to judge it by. Immutable once registered. */
export interface VersionSpec {
  /** `sha256:<64 hex digits>` of the artefact; empty when the version was only ever seen in events. */
  readonly digest: string;
  /** Columns of the ONNX model's one `[rows, columns]` tensor in order; empty: one input a column, by name. */
  readonly inputs: readonly string[];
  /** Class labels in the order of the model's probabilities (binary: negative first). */
  readonly classes: readonly string[];
  /** Scores at or above it are predicted positive. */
  readonly threshold: number;
  /** Digest of an uploaded reference profile. */
  readonly reference: string | null;
  /** Digest of the held-out rows (CSV). */
  readonly heldOut: string | null;
  /** Digest of the rows it was trained on (CSV); not there or `null`: not told. */
  readonly training?: string | null | undefined;
  readonly labelColumn: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/** Of a version that was only ever seen in events. */
export const unknownSpec: VersionSpec = {
  digest: '',
  inputs: [],
  classes: [],
  threshold: 0.5,
  reference: null,
  heldOut: null,
  labelColumn: 'label',
  parameters: {},
};

export interface VersionRecord {
  readonly version: string;
  readonly state: VersionState;
  readonly spec: VersionSpec;
  /** Milliseconds since 1970-01-01 UTC, as every time here. */
  readonly registeredAt: number;
  readonly registeredBy: string;
  /** `retrain:<job id>`, `api`, `config` or `events`. */
  readonly source: string;
  /** The passed evaluation: `champion` is the version it was compared with. */
  readonly evaluation: { readonly id: string; readonly champion: string | null } | null;
  /** Newest first. */
  readonly history: readonly Transition[];
}

export interface Transition {
  readonly at: number;
  readonly from: VersionState | null;
  readonly to: VersionState;
  readonly actor: string;
  readonly reason: string;
  /** Why the collector did it; `null` when somebody asked for it. Not there: written before causes were kept. */
  readonly cause?: AutomaticReason | null;
}

/** A version on its way to champion. */
export interface Rollout {
  readonly id: string;
  readonly version: string;
  readonly stage: 'shadow' | 'canary';
  /** Share of traffic that is served by it, basis points; 0 in the shadow stage. */
  readonly weightBasisPoints: number;
  /** Share of traffic that is copied to it, basis points; 0 in the canary stage. */
  readonly sampleBasisPoints: number;
  /** The canary steps, frozen when it started. */
  readonly steps: readonly number[];
  readonly startedAt: number;
  /** Event time from which its windows count for the stage, and for the step: all earlier ones are of another stage. */
  readonly stageFrom: number;
  readonly stepFrom: number;
  readonly stepAt: number;
  /** Share of served traffic before the present step, basis points: rows of the first window may still follow it. */
  readonly earlierWeightBasisPoints?: number;
  readonly paused: { readonly reason: string; readonly by: string; readonly at: number } | null;
  /** When every gate first passed at the last step; `null` before. */
  readonly readyAt: number | null;
}

/** A rollout that was asked for while another one was active. */
export interface Queued {
  readonly version: string;
  readonly stage: 'shadow' | 'canary';
  /** Of a shadow. */
  readonly sampleBasisPoints: number;
  /** Of a canary; `null`: the first step. */
  readonly weightBasisPoints: number | null;
  readonly by: string;
  readonly at: number;
  readonly reason: string;
}

/** A new champion whose guards go on after its promotion. */
export interface Watch {
  readonly version: string;
  /** The champion before it: its usual rates are what the new one is held to, and where traffic goes back to. */
  readonly previous: string;
  /** Event time. */
  readonly from: number;
  readonly until: number;
}

/**
 * Somebody took the responsibility alone: until it ends that person gives traffic without waiting for gates, freeze windows
 * or a second person. It stays on record until somebody else has looked at what was done.
 */
export interface BreakGlass {
  readonly by: string;
  readonly reason: string;
  readonly openedAt: number;
  readonly expiresAt: number;
  /** When it was ended before its time; `null` otherwise. */
  readonly closedAt: number | null;
  /** What was done under it: kinds of events with their versions. */
  readonly used: readonly string[];
  readonly reviewedBy: string | null;
}

export interface Halted {
  readonly version: string;
  /** Where traffic should have gone; `null`: there is nowhere to go. */
  readonly to: string | null;
  readonly detail: string;
  readonly at: number;
}

/** A promotion that waits for people. Bound by `contentHash` to exactly what they were shown. */
export interface Promotion {
  readonly approvalId: string;
  readonly version: string;
  readonly contentHash: string;
  /** Digest of the rollout settings it was asked for under. */
  readonly policy?: string;
  readonly requestedBy: string;
  readonly requesterHuman: boolean;
  readonly requestedAt: number;
  readonly reason: string;
  readonly expiresAt: number;
  /** People it takes, the requester included when human. */
  readonly needed: number;
  readonly approvedBy: readonly string[];
}

export function emptyState(model: string, environment: string): RolloutState {
  return {
    model,
    environment,
    revision: 0,
    versions: [],
    champion: null,
    formerChampions: [],
    rollout: null,
    queue: [],
    promotion: null,
    watch: null,
    breakGlass: null,
    halted: null,
    routingRevision: 0,
    routingChangedAt: 0,
    salt: '',
    requests: [],
  };
}

export function findVersion(state: RolloutState, version: string): VersionRecord | undefined {
  return state.versions.find((record) => record.version === version);
}

/** The routing document that apps follow. */
export function routingDocument(state: RolloutState): RoutingDocument {
  const { rollout } = state;
  const routed = (version: string) => ({ version, digest: findVersion(state, version)?.spec.digest ?? '' });
  return {
    schema: 1,
    model: state.model,
    environment: state.environment,
    revision: state.routingRevision,
    salt: state.salt,
    champion: state.champion === null ? null : routed(state.champion),
    canary:
      rollout?.stage === 'canary' ? { ...routed(rollout.version), weightBasisPoints: rollout.weightBasisPoints } : null,
    shadow:
      rollout?.stage === 'shadow' ? { ...routed(rollout.version), sampleBasisPoints: rollout.sampleBasisPoints } : null,
    pins: {},
    updatedAt: state.routingChangedAt,
  };
}

/** Share of the served traffic by version, basis points: sums to 10 000 as soon as there is a champion. */
export function trafficWeights(state: RolloutState): Readonly<Record<string, number>> {
  if (state.champion === null) return {};
  const canary = state.rollout?.stage === 'canary' ? state.rollout : null;
  return {
    [state.champion]: 10_000 - (canary?.weightBasisPoints ?? 0),
    ...(canary === null ? {} : { [canary.version]: canary.weightBasisPoints }),
  };
}

/** The latest former champion that can serve again. */
export function rollBackTarget(state: RolloutState): string | null {
  return state.formerChampions.findLast((version) => findVersion(state, version)?.state === 'superseded') ?? null;
}

/** Whether the actor is in the emergency mode that they opened. */
export function isBreakingGlass({ breakGlass }: RolloutState, subject: string, now: number): boolean {
  return breakGlass !== null && breakGlass.by === subject && breakGlass.closedAt === null && now < breakGlass.expiresAt;
}

/** True when the version has nothing left to go through before it may be promoted. */
export function atLastStep(state: RolloutState, version: string, canarySteps: readonly number[]): boolean {
  const { rollout } = state;
  if (rollout?.version === version && rollout.stage === 'canary') {
    return rollout.weightBasisPoints >= (rollout.steps.at(-1) ?? 0);
  }
  const stage = findVersion(state, version)?.state;
  return canarySteps.length === 0 && (stage === 'shadow' || stage === 'evaluated');
}

/** What people approve: this version, this artefact, in this traffic situation. Anything else needs a new approval. */
export function promotionHash(state: RolloutState, version: string): string {
  return hashOf({
    action: 'promote',
    model: state.model,
    environment: state.environment,
    version,
    digest: findVersion(state, version)?.spec.digest ?? null,
    rollout: state.rollout?.id ?? null,
    routingRevision: state.routingRevision,
  });
}
