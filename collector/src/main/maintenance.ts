import type { ModelSettings } from '../config/index.ts';
import { forgetOldAnswers } from '../http/idempotency.ts';
import type { CollectorServices } from './services.ts';

export interface MaintenanceOptions {
  readonly services: Pick<CollectorServices, 'store' | 'retrain'>;
  readonly models: readonly ModelSettings[];
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
  /** How often jobs are looked at. */
  readonly everyMs?: number;
}

const cleanEveryMs = 3_600_000;

/** What only time brings about: jobs that have been silent for too long end, remembered answers are forgotten. */
export function startMaintenance(options: MaintenanceOptions): { stop(): Promise<void> } {
  const { services, models, clock, onError, everyMs = 10_000 } = options;
  let cleanedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> = Promise.resolve();

  async function round(): Promise<void> {
    for (const settings of models) {
      await services.retrain.expire(settings);
    }
    if (clock() - cleanedAt >= cleanEveryMs) {
      cleanedAt = clock();
      await forgetOldAnswers(services.store, cleanedAt);
    }
  }

  const timer = setInterval(() => {
    running = running.then(round).catch(onError);
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
