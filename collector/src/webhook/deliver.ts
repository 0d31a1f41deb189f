import type { Store } from '../store/port.ts';
import { type AttemptOptions, judgeReceiver, recordAttempt } from './attempt.ts';
import { pingType } from './endpoint.ts';
import { type Delivery, type DeliveryAttempt, readDelivery, readEndpointState, saveDelivery } from './outbox.ts';
import type { Receiver } from './receiver.ts';
import { sendOnce } from './send.ts';

export interface DeliverOptions extends AttemptOptions {
  readonly store: Store;
  readonly timeoutMs: number;
}

/** One attempt of a delivery, and what follows from it for the delivery and its receiver. */
export async function deliver(receiver: Receiver, delivery: Delivery, options: DeliverOptions): Promise<void> {
  const { store, clock, timeoutMs } = options;
  const { endpoint, agent } = receiver;
  const claimed = await claim(delivery, options);
  if (claimed === null) return;
  const { disabled } = await store.read((transaction) => readEndpointState(transaction, endpoint.name));
  if (disabled !== null && claimed.event.type !== pingType) {
    return giveUp(claimed, 'the receiver is disabled', options);
  }
  const at = clock();
  const { outcome, ...said } = await sendOnce(endpoint, agent, claimed.event, { nowMs: at, timeoutMs });
  const peer = said.status === null ? null : receiver.peer;
  const attempt: DeliveryAttempt = { at, ...said, durationMs: clock() - at, peer };
  await store.transaction(async (transaction) => {
    await recordAttempt(transaction, claimed, attempt, outcome, options);
    await judgeReceiver(transaction, claimed, attempt, options);
  });
}

/** Makes sure that nobody else tries it meanwhile: another collector, or this one after a crash, has to wait. */
async function claim(
  { id }: Delivery,
  { store, clock, timeoutMs }: Pick<DeliverOptions, 'store' | 'clock' | 'timeoutMs'>,
): Promise<Delivery | null> {
  return store.transaction(async (transaction) => {
    const current = (await readDelivery(transaction, id))?.value;
    const isDue = current?.state === 'pending' && (current.nextAttemptAt ?? 0) <= clock();
    if (current === undefined || !isDue) return null;
    const claimed = { ...current, nextAttemptAt: clock() + 2 * timeoutMs };
    await saveDelivery(transaction, claimed, current);
    return claimed;
  });
}

/** Ends a delivery without sending it. */
export async function giveUp(
  delivery: Delivery,
  why: string,
  options: Omit<DeliverOptions, 'timeoutMs'>,
): Promise<void> {
  const { store, clock } = options;
  const attempt = { at: clock(), status: null, error: why, durationMs: 0, peer: null, answer: null };
  await store.transaction((transaction) =>
    recordAttempt(transaction, delivery, attempt, { kind: 'disabled' }, options),
  );
}
