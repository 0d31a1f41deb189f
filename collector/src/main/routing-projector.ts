import type { RoutingDocument } from '@plumbline/sdk/routing';
import type { Bus } from '../bus/index.ts';
import { startWakeableLoop, type WakeableLoop } from '../wakeable-loop.ts';

export interface RoutingProjectorOptions {
  readonly bus: Pick<Bus, 'putRouting'>;
  /** Every routing document as stored; those without a revision yet are left out. */
  readonly readDocuments: () => Promise<readonly RoutingDocument[]>;
  readonly onError: (error: unknown) => void;
  readonly onPublished?: (document: RoutingDocument) => void;
  readonly pollMs?: number;
  /** Documents that were published are checked again after this long: somebody may have emptied the bucket. */
  readonly recheckMs?: number;
  readonly clock: () => number;
}

/**
 * Brings the stored routing documents to the bucket that SDKs watch. The store is the truth: a document is published
 * unless the bucket has that revision or a newer one, again and again, so a crash between the two heals by itself.
 */
export function startRoutingProjector(options: RoutingProjectorOptions): WakeableLoop {
  const { bus, readDocuments, onError, onPublished, clock, pollMs = 1_000, recheckMs = 30_000 } = options;
  const published = new Map<string, number>();
  let checkedAt = clock();

  async function round(): Promise<void> {
    if (clock() - checkedAt >= recheckMs) {
      published.clear();
      checkedAt = clock();
    }
    for (const document of await readDocuments()) {
      const key = JSON.stringify([document.environment, document.model]);
      if ((published.get(key) ?? 0) >= document.revision) {
        continue;
      }
      if (await bus.putRouting(document)) {
        onPublished?.(document);
      }
      published.set(key, document.revision);
    }
  }

  return startWakeableLoop({ round: () => round().then(() => 'pause' as const), pauseMs: pollMs, onError });
}
