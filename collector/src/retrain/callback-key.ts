import { randomBytes } from 'node:crypto';
import { jsonCollection, type Store } from '../store/port.ts';

const keys = jsonCollection<string>('secrets');

/** The key that callback tokens are made from; made once and kept in the store. */
export async function openRetrainKey(store: Store): Promise<Uint8Array> {
  const encoded = await store.transaction(async (transaction) => {
    const stored = await transaction.get(keys, 'retrain_callback');
    if (stored !== undefined) return stored.value;
    const made = randomBytes(32).toString('base64');
    await transaction.put(keys, 'retrain_callback', made, 'absent');
    return made;
  });
  return Buffer.from(encoded, 'base64');
}
