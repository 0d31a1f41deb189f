import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Which models' calls are being recorded around the code that runs now, so that what happens inside one is not recorded
 * again as another inference of the same model: a client's call within a wrapped function, a client's method that calls
 * another of its methods.
 *
 * Followed only once somebody asks for it, since a wrapped function should not pay for it otherwise; shared by the copies
 * of the SDK in the process.
 */
export interface CallScope {
  readonly model: string;
  readonly outer: CallScope | undefined;
}

interface Shared {
  readonly storage: AsyncLocalStorage<CallScope>;
  followed: boolean;
}

const key = Symbol.for('plumbline.sdk.call-scope');
const shared: Shared = found() ?? create();

/** From now on, scopes are followed. */
export function followCallScopes(): void {
  shared.followed = true;
}

export function callScopesAreFollowed(): boolean {
  return shared.followed;
}

export function currentCallScope(): CallScope | undefined {
  return shared.followed ? shared.storage.getStore() : undefined;
}

/** Calls the function as part of a call of the model. */
export function withinCallOf<Result>(model: string, run: () => Result): Result {
  return shared.followed ? shared.storage.run({ model, outer: shared.storage.getStore() }, run) : run();
}

export function isWithinCallOf(model: string, scope = currentCallScope()): boolean {
  for (let at = scope; at !== undefined; at = at.outer) {
    if (at.model === model) {
      return true;
    }
  }
  return false;
}

function found(): Shared | undefined {
  // Only this file writes it.
  return (globalThis as { [key]?: Shared })[key];
}

function create(): Shared {
  const made: Shared = { storage: new AsyncLocalStorage(), followed: false };
  Object.defineProperty(globalThis, key, { value: made });
  return made;
}
