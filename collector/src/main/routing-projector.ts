import type { RoutingDocument } from '@plumbline/sdk/routing';
import type { Bus } from '../bus/index.ts';

/**
 * Brings the stored routing documents to the bucket that SDKs watch. The store is the truth: a document is published
 * unless the bucket has that revision or a newer one, again and again, so a crash between the two heals by itself.
 */
export interface RoutingProjector {
  /** Something changed: look now rather than at the next round. */
  wake(): void;
  /** Waits for the round under way. */
  stop(): Promise<void>;
}

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

export function startRoutingProjector(options: RoutingProjectorOptions): RoutingProjector {
  const { bus, readDocuments, onError, onPublished, clock, pollMs = 1_000, recheckMs = 30_000 } = options;
  const published = new Map<string, number>();
  let checkedAt = clock();
  let stopped = false;
  let woken = false;
  let wakeUp: () => void = () => undefined;

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

  async function loop(): Promise<void> {
    while (!stopped) {
      woken = false;
      await round().catch(onError);
      // What woke it during the round may have come too late for it.
      if (!woken && !stopped) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMs);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  }

  const running = loop();
  return {
    wake() {
      woken = true;
      wakeUp();
    },
    async stop() {
      stopped = true;
      wakeUp();
      await running;
    },
  };
}
