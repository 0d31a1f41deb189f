import type { RolloutEvent } from './command.ts';

/** A promotion that waits, or waited, for people: what they look at. The state machine keeps the count itself. */
export interface Approval {
  readonly id: string;
  readonly environment: string;
  readonly model: string;
  readonly action: 'promote';
  /** The version. */
  readonly target: string;
  readonly state: 'pending' | 'granted' | 'denied' | 'expired' | 'void';
  /** Hash of exactly what is to be approved. */
  readonly contentHash: string;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly reason: string;
  readonly expiresAt: number;
  /** People it takes, the requester included when human. */
  readonly needed: number;
  /** People who agreed so far, the requester included when human. */
  readonly approvedBy: readonly string[];
}

/** Which approval an event is about, if any. */
export function approvalIdOf(event: RolloutEvent): string | null {
  return 'approvalId' in event ? event.approvalId : null;
}

/** The approval after an event of the state machine. `promoted`: the same command also promoted the version. */
export function applyToApproval(
  approval: Approval | null,
  event: RolloutEvent,
  {
    environment,
    model,
    promoted,
  }: { readonly environment: string; readonly model: string; readonly promoted: boolean },
): Approval | null {
  if (event.kind === 'promotionRequested') {
    return {
      id: event.approvalId,
      environment,
      model,
      action: 'promote',
      target: event.version,
      state: 'pending',
      contentHash: event.contentHash,
      requestedBy: event.actor,
      requestedAt: event.at,
      reason: event.reason,
      expiresAt: event.expiresAt,
      needed: event.needed,
      approvedBy: event.requesterHuman ? [event.actor] : [],
    };
  }
  if (approval === null) return null;
  switch (event.kind) {
    case 'promotionApproved':
      return {
        ...approval,
        state: promoted ? 'granted' : 'pending',
        approvedBy: [...approval.approvedBy, event.actor],
      };
    case 'promotionDenied':
      return { ...approval, state: 'denied' };
    case 'promotionExpired':
      return { ...approval, state: 'expired' };
    case 'promotionVoided':
      return { ...approval, state: 'void' };
    default:
      return approval;
  }
}

/** What a person sees now: an approval whose time is over says so, even before anything else has happened. */
export function approvalAt(approval: Approval, now: number): Approval {
  return approval.state === 'pending' && now >= approval.expiresAt ? { ...approval, state: 'expired' } : approval;
}
