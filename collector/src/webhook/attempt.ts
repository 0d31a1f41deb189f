import { appendAudit } from '../store/audit.ts';
import type { EnqueueEvent } from '../store/outgoing.ts';
import type { Transaction } from '../store/port.ts';
import { afterAttempt, type EndpointState } from './breaker.ts';
import { pingType } from './endpoint.ts';
import {
  type Delivery,
  type DeliveryAttempt,
  readDelivery,
  readEndpointState,
  removeDelivery,
  saveDelivery,
  writeEndpointState,
} from './outbox.ts';
import { type AttemptOutcome, nextStep } from './schedule.ts';

/** What an attempt to deliver an event leads to: for the delivery, and for what is thought of its receiver. */

export interface AttemptOptions {
  readonly clock: () => number;
  readonly random: () => number;
  /** Called in the transaction that records a delivery's new state. */
  readonly settled?: (transaction: Transaction, delivery: Delivery) => Promise<void>;
  /** Tells others that a receiver is no longer sent to, or is again. */
  readonly enqueue?: EnqueueEvent;
}

/** Records an attempt and plans the next one, or ends the delivery. */
export async function recordAttempt(
  transaction: Transaction,
  { id }: Delivery,
  attempt: DeliveryAttempt,
  outcome: AttemptOutcome,
  { clock, random, settled }: AttemptOptions,
): Promise<void> {
  const current = (await readDelivery(transaction, id))?.value;
  if (current === undefined || current.state !== 'pending') return;
  const all = [...current.attempts, attempt];
  const planned = nextStep(outcome, all.length - current.earlierAttempts, random());
  const isTriedOnce = planned.state === 'pending' && current.mode !== 'durable';
  const step = isTriedOnce ? ({ state: 'dead', reason: 'it is tried once' } as const) : planned;
  const next: Delivery = {
    ...current,
    attempts: step.state === 'dead' ? withReason(all, step.reason) : all,
    state: step.state,
    nextAttemptAt: step.state === 'pending' ? clock() + step.delayMs : null,
  };
  if (current.mode === 'transient') await removeDelivery(transaction, current);
  else await saveDelivery(transaction, next, current);
  await settled?.(transaction, next);
}

/** What the attempt says about the receiver. Only a test enables again what was disabled. */
export async function judgeReceiver(
  transaction: Transaction,
  { webhook: name, event }: Delivery,
  { error, status }: DeliveryAttempt,
  { clock, enqueue }: AttemptOptions,
): Promise<void> {
  const before = await readEndpointState(transaction, name);
  const ok = error === null;
  const after = afterAttempt(before, { at: clock(), ok, error, gone: status === 410 });
  const next: EndpointState = ok && event.type !== pingType ? { ...after, disabled: before.disabled } : after;
  const isMoved = (next.disabled === null) !== (before.disabled === null);
  await writeEndpointState(transaction, name, isMoved ? { ...next, revision: next.revision + 1 } : next);
  if (!isMoved) return;
  const action = next.disabled === null ? 'webhook.enabled' : 'webhook.disabled';
  const reason = next.disabled?.reason ?? 'a test succeeded';
  await appendAudit(transaction, {
    at: clock(),
    actor: 'system:webhook',
    action,
    target: `webhook/${name}`,
    reason,
    requestId: null,
    before: before.disabled,
    after: next.disabled,
  });
  await enqueue?.(transaction, { type: action, subject: name, time: clock(), data: { name, reason } });
}

function withReason(attempts: readonly DeliveryAttempt[], reason: string): readonly DeliveryAttempt[] {
  const last = attempts.at(-1);
  if (last === undefined) return attempts;
  return [...attempts.slice(0, -1), { ...last, error: last.error === null ? reason : `${last.error}; ${reason}` }];
}
