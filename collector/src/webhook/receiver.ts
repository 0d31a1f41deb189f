import type { Agent } from 'undici';
import type { Store } from '../store/port.ts';
import { allowedAtOnce } from './breaker.ts';
import { type FindAddresses, webhookAgent } from './connector.ts';
import { type Endpoint, pingType } from './endpoint.ts';
import { type Delivery, readDueDeliveries, readEndpointState } from './outbox.ts';

/** Attempts to one receiver that may be under way together. */
const mostAtOnce = 4;

/** An endpoint with what is on its way to it. */
export interface Receiver {
  readonly endpoint: Endpoint;
  readonly agent: Agent;
  /** Ids of the deliveries whose attempt is under way. */
  readonly underWay: Set<string>;
  /** What kind of address was connected last. */
  peer: string | null;
}

export interface ReceiverOptions {
  readonly timeoutMs: number;
  readonly findAddresses?: FindAddresses | undefined;
}

export function openReceiver(endpoint: Endpoint, { timeoutMs, findAddresses }: ReceiverOptions): Receiver {
  const agent = webhookAgent({
    allowPrivateAddresses: endpoint.allowPrivateAddresses,
    timeoutMs,
    onPeer: (peer) => {
      receiver.peer = peer;
    },
    findAddresses,
  });
  const receiver: Receiver = { endpoint, agent, underWay: new Set(), peer: null };
  return receiver;
}

/** What to try now: tests in any case, and of the rest as much as the receiver may get at once. */
export async function dueFor({ endpoint, underWay }: Receiver, store: Store, now: number): Promise<Delivery[]> {
  const { state, due } = await store.read(async (transaction) => ({
    state: await readEndpointState(transaction, endpoint.name),
    due: await readDueDeliveries(transaction, endpoint.name, now, 4 * mostAtOnce),
  }));
  const waiting = due.filter(({ id }) => !underWay.has(id));
  const tests = waiting.filter(({ event }) => event.type === pingType);
  const rest = waiting.filter(({ event }) => event.type !== pingType);
  // What goes to a disabled one ends without being sent.
  const allowed = state.disabled === null ? allowedAtOnce(state, now, mostAtOnce) : mostAtOnce;
  return [...tests, ...rest.slice(0, Math.max(0, allowed - underWay.size - tests.length))];
}
