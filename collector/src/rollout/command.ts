import type { Actor } from './actor.ts';
import type { GateName, GateResult, GateVerdict } from './gate.ts';
import type { AutomaticReason } from './reasons.ts';
import type { Queued, VersionSpec, VersionState } from './state.ts';

/** What somebody wants to happen. */
export type Command = CommandMeta & Intent;

export interface CommandMeta {
  readonly actor: Actor;
  /** Why, in the actor's words. */
  readonly reason: string;
  /** Idempotency key; `null` for what the collector does by itself. */
  readonly requestId: string | null;
  /** The revision the actor has seen; `null` accepts any (the collector itself, which reads in the same transaction). */
  readonly expectedRevision: number | null;
}

export type Intent =
  | { readonly kind: 'register'; readonly version: string; readonly spec: VersionSpec; readonly source: string }
  /** A version that nobody registered sent events. */
  | { readonly kind: 'observe'; readonly version: string }
  | {
      readonly kind: 'recordEvaluation';
      readonly version: string;
      readonly evaluationId: string;
      readonly champion: string | null;
      readonly verdict: GateVerdict;
    }
  | {
      readonly kind: 'startShadow';
      readonly version: string;
      readonly sampleBasisPoints: number;
      readonly rolloutId: string;
      readonly salt: string;
      /** Event time from which the new stage counts. */
      readonly from: number;
    }
  | {
      readonly kind: 'startCanary';
      readonly version: string;
      /** `null`: the first step. */
      readonly weightBasisPoints: number | null;
      readonly rolloutId: string;
      readonly salt: string;
      readonly from: number;
    }
  /** Raises a running canary; `null`: to the next step. */
  | { readonly kind: 'advance'; readonly weightBasisPoints: number | null; readonly from: number }
  | { readonly kind: 'markReady' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | {
      readonly kind: 'promote';
      readonly version: string;
      readonly approvalId: string;
      /** Event time from which the guards watch the new champion, should this promote it. */
      readonly from: number;
    }
  | { readonly kind: 'approve'; readonly approvalId: string; readonly from: number }
  | { readonly kind: 'deny'; readonly approvalId: string }
  /** Ends a promotion that nobody approved in time. */
  | { readonly kind: 'expirePromotion' }
  | { readonly kind: 'rollBack'; readonly to: string | null; readonly cause: AutomaticReason | null }
  | { readonly kind: 'reject'; readonly version: string }
  | { readonly kind: 'retire'; readonly version: string; readonly cause: AutomaticReason | null }
  | { readonly kind: 'quarantine'; readonly version: string; readonly cause: AutomaticReason | null }
  /** Ends a quarantine: the version begins again as registered. */
  | { readonly kind: 'release'; readonly version: string }
  /** Starts the rollout that waits first, if nothing is in its way any more. */
  | { readonly kind: 'startQueued'; readonly rolloutId: string; readonly salt: string; readonly from: number }
  | { readonly kind: 'dequeue'; readonly version: string }
  /** The time in which guards may take a new champion back has passed. */
  | { readonly kind: 'endWatch' }
  | { readonly kind: 'breakGlass'; readonly forMs: number }
  /** Ends an emergency; by somebody else than who opened it, it also says that what was done has been looked at. */
  | { readonly kind: 'closeBreakGlass' };

/** What `decide` knows beside the state: settings, gates and health as they are now. */
export interface DecisionContext {
  readonly now: number;
  readonly canarySteps: readonly number[];
  /** People it takes to promote, the requester included. */
  readonly approvals: number;
  readonly approvalLifetimeMs: number;
  /** Gates that watch a canary; an empty list means nobody would notice harm. */
  readonly canaryGates: readonly GateName[];
  /** Gates that must pass before a shadow becomes a canary. */
  readonly shadowGates: readonly GateName[];
  /** Latest results of the version on its way. */
  readonly gates: readonly GateResult[];
  /** What happens to a version that starts while another one is on its way. */
  readonly newVersion: 'refuse' | 'supersede' | 'queue';
  /** Why no version may get traffic now; `null` when it may. */
  readonly frozen: string | null;
  /** How long guards may take a new champion back by themselves, event time; 0: not at all. */
  readonly watchMs: number;
  readonly breakGlassLimitMs: number;
  /** Verdicts given before it (wall clock) are too old to open anything. */
  readonly gatesFrom: number;
  /** Digest of the rollout settings: an approval under other settings is void. */
  readonly policy: string;
  /** Versions that could not serve if traffic went back to them, with the reason. */
  readonly unhealthy: ReadonlyMap<string, string>;
}

/** What did happen: the only thing that changes the state, and one audit record each. */
export type RolloutEvent = EventMeta & Happening;

export interface EventMeta {
  readonly at: number;
  readonly actor: string;
  readonly reason: string;
  readonly requestId: string | null;
  /** True when the actor was in the emergency mode. */
  readonly breakGlass?: true;
}

export type Happening =
  | { readonly kind: 'registered'; readonly version: string; readonly spec: VersionSpec; readonly source: string }
  | { readonly kind: 'observed'; readonly version: string }
  | {
      readonly kind: 'evaluated';
      readonly version: string;
      readonly evaluationId: string;
      readonly champion: string | null;
      /** False: the gates could not say. A failed evaluation is `rejected`. */
      readonly passed: boolean;
    }
  | {
      readonly kind: 'shadowStarted';
      readonly version: string;
      readonly rolloutId: string;
      readonly salt: string;
      readonly sampleBasisPoints: number;
      readonly from: number;
    }
  | {
      readonly kind: 'canaryStarted';
      readonly version: string;
      readonly rolloutId: string;
      readonly salt: string;
      readonly weightBasisPoints: number;
      readonly steps: readonly number[];
      readonly from: number;
    }
  | {
      readonly kind: 'canaryAdvanced';
      readonly version: string;
      readonly weightBasisPoints: number;
      readonly from: number;
    }
  | ({ readonly kind: 'queued' } & Omit<Queued, 'by' | 'at' | 'reason'>)
  | { readonly kind: 'dequeued'; readonly version: string }
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'paused'; readonly version: string }
  | { readonly kind: 'resumed'; readonly version: string }
  | {
      readonly kind: 'promotionRequested';
      readonly version: string;
      readonly approvalId: string;
      readonly contentHash: string;
      readonly policy: string;
      readonly requesterHuman: boolean;
      readonly needed: number;
      readonly expiresAt: number;
    }
  | { readonly kind: 'promotionApproved'; readonly version: string; readonly approvalId: string }
  | { readonly kind: 'promotionDenied'; readonly version: string; readonly approvalId: string }
  | { readonly kind: 'promotionExpired'; readonly version: string; readonly approvalId: string }
  /** What was to be approved is not what it was any more. */
  | { readonly kind: 'promotionVoided'; readonly version: string; readonly approvalId: string }
  | {
      readonly kind: 'promoted';
      readonly version: string;
      readonly previous: string | null;
      /** Event time in which its guards may take it back; `null`: not at all. */
      readonly watch: { readonly from: number; readonly until: number } | null;
    }
  | { readonly kind: 'watchEnded'; readonly version: string }
  /** A version on its way was taken back; the champion stays. */
  | { readonly kind: 'rolledBack'; readonly version: string; readonly cause: AutomaticReason | null }
  | {
      readonly kind: 'championRolledBack';
      readonly version: string;
      readonly to: string;
      readonly cause: AutomaticReason | null;
    }
  /** The collector wanted to take the champion back and had nowhere healthy to go: traffic stays, people are called. */
  | {
      readonly kind: 'rollBackBlocked';
      readonly version: string;
      readonly to: string | null;
      readonly detail: string;
      readonly cause: AutomaticReason;
    }
  | { readonly kind: 'rejected'; readonly version: string; readonly cause: AutomaticReason | null }
  | { readonly kind: 'retired'; readonly version: string; readonly cause: AutomaticReason | null }
  | {
      readonly kind: 'quarantined';
      readonly version: string;
      readonly previous: VersionState;
      readonly to: string | null;
      readonly cause: AutomaticReason | null;
    }
  | { readonly kind: 'released'; readonly version: string }
  /** `version`: the champion then, or empty. */
  | { readonly kind: 'breakGlassOpened'; readonly version: string; readonly expiresAt: number }
  | { readonly kind: 'breakGlassClosed'; readonly version: string; readonly reviewed: boolean };

export type EventKind = Happening['kind'];

export type EventOf<Kind extends EventKind> = Extract<RolloutEvent, { readonly kind: Kind }>;
