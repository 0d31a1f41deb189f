import { AlertService, SilenceService } from '../alert/index.ts';
import type { PlumblineSettings } from '../config/index.ts';
import { type JoiningStore, joiningStore } from '../http/idempotency.ts';
import { openRetrainKey, RetrainService } from '../retrain/index.ts';
import { ArtefactStore, RolloutService } from '../rollout/index.ts';
import type { Store } from '../store/port.ts';
import { createOutbox } from '../webhook/index.ts';
import type { HeartbeatBook } from './heartbeat-book.ts';

/** Everything that decides and acts, on one store. */
export interface CollectorServices {
  /** Its transactions join the one under way, so that what several services do commits together. */
  readonly store: JoiningStore;
  readonly artefacts: ArtefactStore;
  readonly alerts: AlertService;
  readonly silences: SilenceService;
  readonly retrain: RetrainService;
  readonly rollout: RolloutService;
}

export interface ServiceOptions {
  readonly store: Store;
  readonly settings: PlumblineSettings;
  readonly clock: () => number;
  /** Unique and unguessable, for ids that people and machines name. */
  readonly randomId: () => string;
  /** Where callbacks reach this collector; asked when an event is sent. */
  readonly publicUrl: () => string;
  readonly heartbeats: HeartbeatBook;
  /** Told what goes wrong while nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

export async function openServices(options: ServiceOptions): Promise<CollectorServices> {
  const { settings, clock, randomId, publicUrl, heartbeats, onError } = options;
  const store = joiningStore(options.store);
  const enqueue = createOutbox({ webhooks: settings.webhooks, clock });
  const artefacts = new ArtefactStore(settings.collector.artefacts);
  return {
    store,
    artefacts,
    alerts: new AlertService({ store, enqueue, clock, models: settings.models }),
    silences: new SilenceService({ store, clock, randomId }),
    retrain: new RetrainService({ store, enqueue, clock, publicUrl, randomId }, await openRetrainKey(store)),
    rollout: new RolloutService({
      store,
      clock,
      randomId,
      models: settings.models,
      artefacts,
      enqueue,
      instances: (environment, model) =>
        heartbeats.ofModel(environment, model).map(({ heartbeat: { instance, loaded } }) => ({ instance, loaded })),
      onError,
    }),
  };
}
