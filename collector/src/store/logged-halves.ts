import { compositeKey, jsonCollection, type Transaction } from './port.ts';

/** Half of a call that a logger told of, waiting for the other half. */
export interface WaitingHalf {
  readonly part: 'request' | 'response';
  readonly at: number;
  /** When it came here, milliseconds since 1970-01-01 UTC. */
  readonly receivedAt: number;
  readonly payload: unknown;
}

const halves = jsonCollection<WaitingHalf>('logged_halves');

export type Pairing =
  | { readonly kind: 'waits' }
  /** The same half came again. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'paired'; readonly other: WaitingHalf };

/** Takes the other half of a call out of the store, or puts this one in. */
export async function pairHalf(
  transaction: Transaction,
  call: { readonly model: string; readonly id: string },
  half: WaitingHalf,
): Promise<Pairing> {
  const key = compositeKey(call.model, call.id);
  const waiting = (await transaction.get(halves, key))?.value;
  if (waiting === undefined) {
    await transaction.put(halves, key, half);
    return { kind: 'waits' };
  }
  if (waiting.part === half.part) return { kind: 'repeated' };
  return { kind: 'paired', other: waiting };
}

/** The call was delivered: nothing of it waits any more. */
export async function forgetHalf(
  transaction: Transaction,
  call: { readonly model: string; readonly id: string },
): Promise<void> {
  await transaction.delete(halves, compositeKey(call.model, call.id));
}

/** Takes out halves whose other half never came, so that somebody can be told. Looks at no more than `limit`. */
export async function takeOldHalves(
  transaction: Transaction,
  receivedBefore: number,
  limit: number,
): Promise<{ readonly key: string; readonly half: WaitingHalf }[]> {
  const old = (await transaction.range(halves, { limit })).filter(({ value }) => value.receivedAt < receivedBefore);
  for (const { key } of old) await transaction.delete(halves, key);
  return old.map(({ key, value }) => ({ key, half: value }));
}
