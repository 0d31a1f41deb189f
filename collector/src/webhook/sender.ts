import type { Agent } from 'undici';
import type { Store } from '../store/port.ts';
import { startWakeableLoop, type WakeableLoop } from '../wakeable-loop.ts';
import { type AttemptOptions, judgeReceiver, recordAttempt } from './attempt.ts';
import { allowedAtOnce } from './breaker.ts';
import { type FindAddresses, webhookAgent } from './connector.ts';
import { type Endpoint, pingType } from './endpoint.ts';
import {
  type Delivery,
  type DeliveryAttempt,
  readDelivery,
  readDueDeliveries,
  readEndpointState,
  readOrphans,
  saveDelivery,
} from './outbox.ts';
import { type Sent, sendOnce } from './send.ts';

const attemptTimeoutMs = 15_000;
/** Attempts to one receiver that may be under way together. */
const mostAtOnce = 4;

export interface WebhookSenderOptions extends AttemptOptions {
  readonly store: Store;
  readonly endpoints: readonly Endpoint[];
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
  const { store, clock, timeoutMs = attemptTimeoutMs } = options;
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
      status: sent.status,
      error: sent.error,
      answer: sent.answer,
      durationMs: clock() - startedAt,
      peer: sent.status === null ? null : line.peer,
    };
    await store.transaction(async (transaction) => {
      await recordAttempt(transaction, claimed, attempt, sent.outcome, options);
      if (!isRefused) await judgeReceiver(transaction, claimed, attempt, options);
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

  /** What was on its way to receivers that the settings no longer have. */
  async function giveUpOrphans(): Promise<void> {
    const orphans = await store.read((transaction) => readOrphans(transaction, known, 1_000));
    for (const delivery of orphans) {
      await store.transaction(async (transaction) => {
        const error = 'the receiver is no longer in the settings';
        const attempt = { at: clock(), status: null, error, durationMs: 0, peer: null, answer: null };
        await recordAttempt(transaction, delivery, attempt, { kind: 'disabled' }, options);
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
