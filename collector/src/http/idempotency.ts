import { AsyncLocalStorage } from 'node:async_hooks';
import { PlumblineError } from '../errors.ts';
import type { Actor } from '../rollout/actor.ts';
import { hashOf } from '../store/audit.ts';
import { compositeKey, jsonCollection, type Store, type Transaction } from '../store/port.ts';

/**
 * One effect and one answer for each `Idempotency-Key` of an actor, however often a request is sent. The answer is stored
 * in the transaction of the effect: neither exists without the other.
 */

interface RememberedAnswer {
  /** Hash of what was asked: path, revision and body. */
  readonly request: string;
  readonly body: unknown;
  readonly at: number;
}

const answers = jsonCollection<RememberedAnswer>('idempotency');
const answerLifeMs = 24 * 3_600_000;

export interface OnceRequest {
  readonly actor: Actor;
  readonly key: string;
  /** Everything that makes two requests the same one. */
  readonly request: unknown;
  readonly at: number;
}

/** Does `work` once. A repetition gets the first answer; the same key with another request is refused. */
export async function once(
  store: JoiningStore,
  { actor, key, request, at }: OnceRequest,
  work: (transaction: Transaction) => Promise<unknown>,
): Promise<{ body: unknown; replayed: boolean }> {
  const fingerprint = hashOf(request);
  return store.transaction(async (transaction) => {
    const storedKey = compositeKey(actor.subject, key);
    const stored = (await transaction.get(answers, storedKey))?.value;
    if (stored !== undefined && at - stored.at < answerLifeMs) {
      if (stored.request !== fingerprint) {
        throw new PlumblineError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was used for another request');
      }
      return { body: stored.body, replayed: true };
    }
    const body = await work(transaction);
    await transaction.put(answers, storedKey, { request: fingerprint, body, at });
    return { body, replayed: false };
  });
}

/** Deletes answers that are too old to be repeated. */
export async function forgetOldAnswers(store: Store, now: number): Promise<number> {
  return store.transaction(async (transaction) => {
    const old = (await transaction.range(answers, {})).filter(({ value }) => now - value.at >= answerLifeMs);
    for (const { key } of old) {
      await transaction.delete(answers, key);
    }
    return old.length;
  });
}

/** A store whose transactions join the one that is under way, so that a service's change and the answer commit together. */
export type JoiningStore = Store & { readonly joins: true };

export function joiningStore(store: Store): JoiningStore {
  const current = new AsyncLocalStorage<{ transaction: Transaction | null }>();
  return {
    joins: true,
    read(work) {
      const open = current.getStore()?.transaction;
      return open ? work(open) : store.read(work);
    },
    transaction(work, options) {
      const open = current.getStore()?.transaction;
      if (open) {
        return work(open);
      }
      return store.transaction(async (transaction) => {
        const scope: { transaction: Transaction | null } = { transaction };
        try {
          return await current.run(scope, () => work(transaction));
        } finally {
          // Work that outlives the transaction, started in it, must not write into what is over.
          scope.transaction = null;
        }
      }, options);
    },
    close: () => store.close(),
  };
}
