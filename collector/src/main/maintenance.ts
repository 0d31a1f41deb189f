import type { PlumblineSettings } from '../config/index.ts';
import { forgetOldAnswers } from '../http/idempotency.ts';
import type { Services } from '../http/ports.ts';
import { removeOldDeliveries } from '../webhook/index.ts';
import type { HeartbeatBook } from './heartbeat-book.ts';
import { noteSdkVersions, noteSettings } from './noted-changes.ts';
import { searchDueSegments } from './segment-searches.ts';
import type { CollectorServices } from './services.ts';
import { giveUpHalves } from './unpaired-halves.ts';

export interface MaintenanceOptions {
  readonly services: Pick<
    CollectorServices,
    'store' | 'retrain' | 'alerts' | 'notifications' | 'rollout' | 'auditCheckpoints'
  >;
  readonly settings: Pick<PlumblineSettings, 'models'>;
  readonly heartbeats: HeartbeatBook;
  readonly clock: () => number;
  /** Why this collector cannot read the stream; empty when it can. */
  readonly problems: () => readonly string[];
  /** One of several collectors does this. */
  readonly leads: () => boolean;
  readonly publish: Services['publish'];
  /** Called when something was stored that others act on. */
  readonly changed: () => void;
  readonly onError: (error: unknown) => void;
  /** How often time is looked at. */
  readonly everyMs?: number;
}

const cleanEveryMs = 3_600_000;
const noteEveryMs = 60_000;

/**
 * What only time brings about: jobs that have been silent for too long end, models fall silent, people are told again,
 * what is old is forgotten, periods that are over are searched for weak segments.
 */
export function startMaintenance(options: MaintenanceOptions): { stop(): Promise<void> } {
  const {
    services,
    settings,
    heartbeats,
    clock,
    problems,
    leads,
    publish,
    changed,
    onError,
    everyMs = 10_000,
  } = options;
  let cleanedAt = Number.NEGATIVE_INFINITY;
  let notedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> = noteSettings(services.store, settings.models, clock()).catch(onError);

  async function round(): Promise<void> {
    if (!leads()) return;
    let changes = 0;
    for (const model of settings.models) {
      await services.retrain.expire(model);
      changes += (await services.alerts.tick(model, problems())).length;
    }
    changes += (await services.rollout.upkeep()).length;
    for (const { environment, name } of settings.models) {
      changes += (await services.rollout.instancesChanged(environment, name)).length;
    }
    if (await services.auditCheckpoints.run()) changes += 1;
    changes += await services.notifications.run();
    if (clock() - notedAt >= noteEveryMs) {
      notedAt = clock();
      await noteSdkVersions(services.store, settings.models, heartbeats, notedAt);
    }
    if (clock() - cleanedAt >= cleanEveryMs) {
      cleanedAt = clock();
      await forgetOldAnswers(services.store, cleanedAt);
      await removeOldDeliveries(services.store, cleanedAt);
      await giveUpHalves(services.store, publish, cleanedAt);
      await searchDueSegments(services, settings.models);
    }
    if (changes > 0) changed();
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
