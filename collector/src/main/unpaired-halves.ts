import { refusedMessage } from '../events/index.ts';
import type { Services } from '../http/ports.ts';
import { takeOldHalves } from '../store/logged-halves.ts';
import type { Store } from '../store/port.ts';

const waitingMs = 3_600_000;
const looksAt = 10_000;

/**
 * Gives up halves of calls whose other half has not come for an hour: a request that failed, or a logger that tells of one
 * side only. Each becomes a dead letter.
 */
export async function giveUpHalves(store: Store, publish: Services['publish'], now: number): Promise<void> {
  await store.transaction(async (transaction) => {
    const old = await takeOldHalves(transaction, now - waitingMs, looksAt);
    if (old.length === 0) return;
    // Before the commit: when the broker does not take them, they wait on.
    await publish(
      old.map(({ key, half }) =>
        refusedMessage({
          door: '/v1/kserve',
          contentType: 'application/json',
          code: 'UNPAIRED',
          reason: `the other half of this ${half.part} (${key}) never came`,
          bytes: Buffer.from(JSON.stringify(half.payload) ?? 'null'),
        }),
      ),
    );
  });
}
