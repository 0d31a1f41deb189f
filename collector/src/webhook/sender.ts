import type { Agent } from 'undici';
import { appendAudit } from '../store/audit.ts';
import type { OutgoingEvent } from '../store/outgoing.ts';
import type { Store, Transaction } from '../store/port.ts';
import { startWakeableLoop, type WakeableLoop } from '../wakeable-loop.ts';
import { afterAttempt, allowedAtOnce, type EndpointState } from './breaker.ts';
import { type FindAddresses, webhookAgent } from './connector.ts';
import { type Endpoint, pingType } from './endpoint.ts';
import {
  type Delivery,
  type DeliveryAttempt,
  readDelivery,
  readDueDeliveries,
  readEndpointState,
  readOrphans,
  removeDelivery,
  saveDelivery,
  writeEndpointState,
} from './outbox.ts';
import { nextStep } from './schedule.ts';
import { type Sent, sendOnce } from './send.ts';

const attemptTimeoutMs = 15_000;
/** Attempts to one receiver that may be under way together. */
const mostAtOnce = 4;

/** Called in the transaction that records a delivery's new state. */
export type DeliverySettled = (transaction: Transaction, delivery: Delivery) => Promise<void>;

export interface WebhookSenderOptions {
  readonly store: Store;
  readonly endpoints: readonly Endpoint[];
  readonly clock: () => number;
  readonly random: () => number;
  readonly settled?: DeliverySettled;
  /** Tells others that a receiver is no longer sent to. */
  readonly enqueue?: (transaction: Transaction, event: OutgoingEvent) => Promise<string>;
  readonly pollMs?: number;
  readonly timeoutMs?: number;
  readonly findAddresses?: FindAddresses;
  readonly onError?: (error: unknown) => void;
}

interface Line {
  readonly endpoint: Endpoint;
  readonly agent: Agent;
  /** Deliveries whose attempt is under way. */
  readonly underWay: Set<string>;
  peer: string | null;
}

/** Sends what the outbox holds, at least once each, until it is delivered or its schedule is used up. */
export function startWebhookSender(options: WebhookSenderOptions): WakeableLoop {
  const { store, clock, random, timeoutMs = attemptTimeoutMs } = options;
  const lines = options.endpoints.map((endpoint): Line => {
    const line: Line = {
      endpoint,
      underWay: new Set(),
      peer: null,
      agent: webhookAgent({
        allowPrivateAddresses: endpoint.allowPrivateAddresses,
        timeoutMs,
        onPeer: (peer) => {
          line.peer = peer;
        },
        ...(options.findAddresses === undefined ? {} : { findAddresses: options.findAddresses }),
      }),
    };
    return line;
  });
  const known = new Set(lines.map(({ endpoint }) => endpoint.name));
  const attempts = new Set<Promise<void>>();
  let checkedOrphans = false;

  async function round(): Promise<'pause'> {
    if (!checkedOrphans) await giveUpOrphans();
    // A receiver that is slow holds up itself and nobody else.
    for (const line of lines) {
      for (const delivery of await dueOf(line)) {
        line.underWay.add(delivery.id);
        const attempt = deliver(line, delivery)
          .catch((error: unknown) => options.onError?.(error))
          .finally(() => {
            line.underWay.delete(delivery.id);
            attempts.delete(attempt);
            loop.wake();
          });
        attempts.add(attempt);
      }
    }
    return 'pause';
  }

  /** What to try now: as much as the receiver may get at once, and tests in any case. */
  async function dueOf({ endpoint, underWay }: Line): Promise<Delivery[]> {
    const now = clock();
    const { state, due } = await store.read(async (transaction) => ({
      state: await readEndpointState(transaction, endpoint.name),
      due: await readDueDeliveries(transaction, endpoint.name, now, 4 * mostAtOnce),
    }));
    const waiting = due.filter(({ id }) => !underWay.has(id));
    if (state.disabled !== null) return waiting.slice(0, mostAtOnce - underWay.size);
    const room = allowedAtOnce(state, now, mostAtOnce) - underWay.size;
    const tests = waiting.filter(({ event }) => event.type === pingType);
    const rest = waiting.filter(({ event }) => event.type !== pingType);
    return [...tests, ...rest.slice(0, Math.max(0, room - tests.length))];
  }

  async function deliver(line: Line, delivery: Delivery): Promise<void> {
    const claimed = await claim(delivery);
    if (claimed === null) return;
    const state = await store.read((transaction) => readEndpointState(transaction, line.endpoint.name));
    const startedAt = clock();
    const isRefused = state.disabled !== null && claimed.event.type !== pingType;
    const sent: Sent = isRefused
      ? { outcome: { kind: 'disabled' }, status: null, error: 'the receiver is disabled', answer: null }
      : await sendOnce(line.endpoint, line.agent, claimed.event, { nowMs: startedAt, timeoutMs });
    const attempt: DeliveryAttempt = {
      at: startedAt,
      ...{ status: sent.status, error: sent.error, answer: sent.answer },
      durationMs: clock() - startedAt,
      peer: sent.status === null ? null : line.peer,
    };
    await store.transaction(async (transaction) => {
      await record(transaction, claimed, attempt, sent);
      if (!isRefused) await judge(transaction, line.endpoint.name, claimed, attempt, sent);
    });
  }

  /** Makes sure that nobody else tries it meanwhile: another collector, or this one after a crash, has to wait. */
  async function claim(delivery: Delivery): Promise<Delivery | null> {
    return store.transaction(async (transaction) => {
      const current = (await readDelivery(transaction, delivery.id))?.value;
      const isDue = current?.state === 'pending' && (current.nextAttemptAt ?? 0) <= clock();
      if (current === undefined || !isDue) return null;
      const claimed = { ...current, nextAttemptAt: clock() + 2 * timeoutMs };
      await saveDelivery(transaction, claimed, current);
      return claimed;
    });
  }

  async function record(
    transaction: Transaction,
    claimed: Delivery,
    attempt: DeliveryAttempt,
    sent: Sent,
  ): Promise<void> {
    const current = (await readDelivery(transaction, claimed.id))?.value;
    if (current === undefined || current.state !== 'pending') return;
    const all = [...current.attempts, attempt];
    const isOver = current.mode !== 'durable';
    const planned = nextStep(sent.outcome, all.length - current.earlierAttempts, random());
    const step =
      planned.state === 'pending' && isOver ? ({ state: 'dead', reason: 'it is tried once' } as const) : planned;
    const next: Delivery = {
      ...current,
      attempts: step.state === 'dead' ? withReason(all, step.reason) : all,
      state: step.state,
      nextAttemptAt: step.state === 'pending' ? clock() + step.delayMs : null,
    };
    if (current.mode === 'transient') await removeDelivery(transaction, current);
    else await saveDelivery(transaction, next, current);
    await options.settled?.(transaction, next);
  }

  /** What the attempt says about the receiver. */
  async function judge(
    transaction: Transaction,
    name: string,
    { event }: Delivery,
    attempt: DeliveryAttempt,
    sent: Sent,
  ): Promise<void> {
    const before = await readEndpointState(transaction, name);
    const ok = attempt.error === null;
    const after = afterAttempt(before, { at: clock(), ok, error: attempt.error, gone: sent.status === 410 });
    // Only a test enables again what was disabled.
    const next: EndpointState = ok && event.type !== pingType ? { ...after, disabled: before.disabled } : after;
    const isMoved = (next.disabled === null) !== (before.disabled === null);
    await writeEndpointState(transaction, name, isMoved ? { ...next, revision: next.revision + 1 } : next);
    if (!isMoved) return;
    const action = next.disabled === null ? 'webhook.enabled' : 'webhook.disabled';
    const reason = next.disabled?.reason ?? 'a test succeeded';
    await appendAudit(transaction, {
      ...{ at: clock(), actor: 'system:webhook', action, target: `webhook/${name}`, reason, requestId: null },
      before: before.disabled,
      after: next.disabled,
    });
    await options.enqueue?.(transaction, { type: action, subject: name, time: clock(), data: { name, reason } });
  }

  /** What was on its way to receivers that the settings no longer have. */
  async function giveUpOrphans(): Promise<void> {
    const orphans = await store.read((transaction) => readOrphans(transaction, known, 1_000));
    for (const delivery of orphans) {
      await store.transaction(async (transaction) => {
        const sent: Sent = {
          outcome: { kind: 'disabled' },
          ...{ status: null, answer: null, error: 'the receiver is no longer in the settings' },
        };
        const attempt = { at: clock(), status: null, error: sent.error, durationMs: 0, peer: null, answer: null };
        await record(transaction, delivery, attempt, sent);
      });
    }
    checkedOrphans = true;
  }

  const loop = startWakeableLoop({
    round,
    pauseMs: options.pollMs ?? 500,
    onError: (error) => options.onError?.(error),
  });
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await Promise.all(attempts);
      await Promise.all(lines.map(({ agent }) => agent.close()));
    },
  };
}

function withReason(attempts: readonly DeliveryAttempt[], reason: string): readonly DeliveryAttempt[] {
  const last = attempts.at(-1);
  if (last === undefined) return attempts;
  return [...attempts.slice(0, -1), { ...last, error: last.error === null ? reason : `${last.error}; ${reason}` }];
}
