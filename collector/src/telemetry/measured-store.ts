import type { Store } from '../store/port.ts';
import type { Instruments } from './instruments.ts';

/** A store whose transactions are timed, their waiting for each other included. */
export function measuredStore(store: Store, { storeUsed }: Pick<Instruments, 'storeUsed'>): Store {
  const timed = async <Result>(operation: 'read' | 'write', work: Promise<Result>): Promise<Result> => {
    const startedAt = performance.now();
    try {
      return await work;
    } finally {
      storeUsed(operation, (performance.now() - startedAt) / 1_000);
    }
  };
  return {
    read: (work) => timed('read', store.read(work)),
    transaction: (work, options) => timed('write', store.transaction(work, options)),
    close: () => store.close(),
  };
}
