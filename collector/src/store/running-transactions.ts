import { AsyncLocalStorage } from 'node:async_hooks';
import { PlumblineError } from '../errors.ts';

/**
 * The transactions of a store that are under way. A store that closes waits for them and takes no more; one inside another
 * is refused, since it would wait for the one around it for ever.
 */
export class RunningTransactions {
  readonly #running = new Set<Promise<unknown>>();
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();
  #closed = false;

  /** Rejects with `STORE_UNAVAILABLE` once closed, and with `INTERNAL` inside another transaction. */
  track<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(new PlumblineError('STORE_UNAVAILABLE', 'the store is closed'));
    if (this.#inside.getStore()?.open === true) {
      const message = 'a transaction was started inside a transaction: use the one that was passed in';
      return Promise.reject(new PlumblineError('INTERNAL', message));
    }
    const running = work();
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  /** Runs what a transaction does; `scope.open` says how long it may be used. */
  within<Result>(scope: { open: boolean }, work: () => Promise<Result>): Promise<Result> {
    return this.#inside.run(scope, work);
  }

  /** False when it was closed before. Resolves when nothing is under way. */
  async close(): Promise<boolean> {
    if (this.#closed) return false;
    this.#closed = true;
    await Promise.allSettled([...this.#running]);
    return true;
  }
}
