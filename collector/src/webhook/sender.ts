import { startWakeableLoop, type WakeableLoop } from '../wakeable-loop.ts';
import { type DeliverOptions, deliver, giveUp } from './deliver.ts';
import type { Endpoint } from './endpoint.ts';
import { type Delivery, readOrphans } from './outbox.ts';
import { dueFor, openReceiver, type Receiver, type ReceiverOptions } from './receiver.ts';

const attemptTimeoutMs = 15_000;

export interface WebhookSenderOptions
  extends Omit<DeliverOptions, 'timeoutMs'>,
    Pick<ReceiverOptions, 'findAddresses'> {
  readonly endpoints: readonly Endpoint[];
  readonly pollMs?: number;
  readonly timeoutMs?: number;
  readonly onError?: (error: unknown) => void;
}

/** Sends what the outbox holds, at least once each, until it is delivered or its schedule is used up. */
export function startWebhookSender({ timeoutMs = attemptTimeoutMs, ...given }: WebhookSenderOptions): WakeableLoop {
  const options = { ...given, timeoutMs };
  const { endpoints, store, clock, pollMs = 500, onError = () => undefined } = options;
  const receivers = endpoints.map((endpoint) => openReceiver(endpoint, options));
  const attempts = new Set<Promise<void>>();
  let checkedOrphans = false;

  async function round(): Promise<'pause'> {
    if (!checkedOrphans) await giveUpOrphans();
    checkedOrphans = true;
    // A receiver that is slow holds up itself and nobody else.
    for (const receiver of receivers) {
      for (const delivery of await dueFor(receiver, store, clock())) begin(receiver, delivery);
    }
    return 'pause';
  }

  function begin(receiver: Receiver, delivery: Delivery): void {
    receiver.underWay.add(delivery.id);
    const attempt = deliver(receiver, delivery, options)
      .catch(onError)
      .finally(() => {
        receiver.underWay.delete(delivery.id);
        attempts.delete(attempt);
        loop.wake();
      });
    attempts.add(attempt);
  }

  /** What was on its way to receivers that the settings no longer have. */
  async function giveUpOrphans(): Promise<void> {
    const known = new Set(endpoints.map(({ name }) => name));
    const orphans = await store.read((transaction) => readOrphans(transaction, known, 1_000));
    for (const delivery of orphans) await giveUp(delivery, 'the receiver is no longer in the settings', options);
  }

  const loop = startWakeableLoop({ round, pauseMs: pollMs, onError });
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await Promise.all(attempts);
      await Promise.all(receivers.map(({ agent }) => agent.close()));
    },
  };
}
