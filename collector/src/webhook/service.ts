import { PlumblineError } from '../errors.ts';
import { appendAudit } from '../store/audit.ts';
import { readNamed } from '../store/people.ts';
import type { Store, Transaction } from '../store/port.ts';
import { type Endpoint, pingType } from './endpoint.ts';
import {
  type Delivery,
  type Outbox,
  readDeadDeliveries,
  readDelivery,
  readEndpointState,
  saveDelivery,
  writeEndpointState,
} from './outbox.ts';

export interface DeliveryControl {
  readonly expectedRevision: number;
  readonly requestId: string | null;
  readonly reason: string;
}

/** What people do about receivers and deliveries. Each is audited in the transaction of its effect. */
export class DeliveryService {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #endpoints: readonly Endpoint[];
  readonly #outbox: Outbox;

  constructor(options: {
    readonly store: Store;
    readonly clock: () => number;
    readonly endpoints: readonly Endpoint[];
    readonly outbox: Outbox;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#endpoints = options.endpoints;
    this.#outbox = options.outbox;
  }

  /** Receivers of the settings, in their order. */
  endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** Sends a signed test, also to a receiver that is disabled; what came of it is in its delivery. */
  async test(actor: { readonly subject: string }, name: string, control: DeliveryControl) {
    return this.#store.transaction(async (transaction) => {
      const revision = await this.#endpointAt(transaction, name, control.expectedRevision);
      const now = this.#clock();
      const id = await this.#outbox.enqueueTo(
        transaction,
        name,
        {
          type: pingType,
          subject: name,
          time: now,
          data: { text: `Test by ${await readNamed(transaction, actor.subject)}`, reason: control.reason },
        },
        'once',
      );
      await this.#audit(transaction, actor, 'webhook.tested', `webhook/${name}`, control, { delivery: id });
      return { revision, delivery: id };
    });
  }

  /** Sends a dead delivery again, its schedule from the start. What it must carry anew is made when it is sent. */
  async replay(actor: { readonly subject: string }, id: string, control: DeliveryControl): Promise<number> {
    return this.#store.transaction(async (transaction) => {
      const stored = await readDelivery(transaction, id);
      if (stored === undefined) throw new PlumblineError('NOT_FOUND', 'there is no such delivery');
      requireRevision('the delivery', stored.revision, control.expectedRevision);
      const { value: delivery } = stored;
      if (delivery.state !== 'dead') {
        throw new PlumblineError('REFUSED', `the delivery is ${delivery.state}: only what was given up is sent again`, {
          details: { reason: 'delivery_not_dead' },
        });
      }
      if (!this.#endpoints.some(({ name }) => name === delivery.webhook)) {
        throw new PlumblineError('REFUSED', 'the settings no longer have its receiver', {
          details: { reason: 'receiver_gone' },
        });
      }
      await this.#audit(transaction, actor, 'webhook.replayed', `webhook/${delivery.webhook}`, control, {
        delivery: id,
      });
      return this.#revive(transaction, delivery);
    });
  }

  /** Sends again everything to a receiver that was given up. Returns how many. */
  async replayAll(
    actor: { readonly subject: string },
    name: string,
    range: { readonly since?: number | undefined; readonly until?: number | undefined },
    control: DeliveryControl,
  ): Promise<{ revision: number; count: number }> {
    return this.#store.transaction(async (transaction) => {
      await this.#endpointAt(transaction, name, control.expectedRevision);
      const dead = await readDeadDeliveries(transaction, name, range);
      for (const delivery of dead) await this.#revive(transaction, delivery);
      const count = dead.length;
      await this.#audit(transaction, actor, 'webhook.replayed', `webhook/${name}`, control, { ...range, count });
      // A receiver that was left alone gets its chance at once.
      const state = await readEndpointState(transaction, name);
      const revision = state.revision + 1;
      await writeEndpointState(transaction, name, { ...state, revision, openUntil: null });
      return { revision, count };
    });
  }

  async #revive(transaction: Transaction, delivery: Delivery): Promise<number> {
    const next: Delivery = {
      ...delivery,
      state: 'pending',
      nextAttemptAt: this.#clock(),
      earlierAttempts: delivery.attempts.length,
    };
    return saveDelivery(transaction, next, delivery);
  }

  async #endpointAt(transaction: Transaction, name: string, expected: number): Promise<number> {
    if (!this.#endpoints.some((endpoint) => endpoint.name === name)) {
      throw new PlumblineError('NOT_FOUND', 'the settings have no webhook or notifier of that name');
    }
    const { revision } = await readEndpointState(transaction, name);
    requireRevision('the receiver', revision, expected);
    return revision;
  }

  async #audit(
    transaction: Transaction,
    actor: { readonly subject: string },
    action: string,
    target: string,
    { reason, requestId }: DeliveryControl,
    after: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const at = this.#clock();
    await appendAudit(transaction, {
      at,
      actor: actor.subject,
      action,
      target,
      reason,
      requestId,
      before: null,
      after,
    });
  }
}

function requireRevision(what: string, revision: number, expected: number): void {
  if (revision === expected) return;
  throw new PlumblineError('STALE_REVISION', `${what} is at revision ${revision}, not ${expected}`, {
    details: { revision },
  });
}
