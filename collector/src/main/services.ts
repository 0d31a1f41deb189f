import { createUuidMaker } from '@plumbline/sdk/wire';
import { AlertService, SilenceService } from '../alert/index.ts';
import type { PlumblineSettings } from '../config/index.ts';
import { HookService } from '../hooks/index.ts';
import { registerRequest } from '../http/api.ts';
import { type JoiningStore, joiningStore } from '../http/idempotency.ts';
import { NotificationService, notifierEndpoints } from '../notify/index.ts';
import { openRetrainKey, RetrainService } from '../retrain/index.ts';
import { systemActor } from '../rollout/actor.ts';
import { ArtefactStore, RolloutService } from '../rollout/index.ts';
import type { Store } from '../store/port.ts';
import {
  type CompleteEvent,
  createOutbox,
  DeliveryService,
  type Endpoint,
  type Outbox,
  webhookEndpoint,
} from '../webhook/index.ts';
import { type AuditCheckpoints, createAuditCheckpoints } from './audit-checkpoints.ts';
import type { HeartbeatBook } from './heartbeat-book.ts';
import { linkToAlert } from './link-to-alert.ts';

/** Everything that decides and acts, on one store. */
export interface CollectorServices {
  /** Its transactions join the one under way, so that what several services do commits together. */
  readonly store: JoiningStore;
  readonly artefacts: ArtefactStore;
  readonly alerts: AlertService;
  readonly silences: SilenceService;
  readonly notifications: NotificationService;
  readonly deliveries: DeliveryService;
  readonly hooks: HookService;
  /** Everybody outside who is told things: webhooks and notifiers. */
  readonly endpoints: readonly Endpoint[];
  readonly outbox: Outbox;
  readonly retrain: RetrainService;
  readonly rollout: RolloutService;
  readonly auditCheckpoints: AuditCheckpoints;
}

export interface ServiceOptions {
  readonly store: Store;
  readonly settings: PlumblineSettings;
  readonly clock: () => number;
  /** Unique and unguessable, for ids that people and machines name. */
  readonly randomId: () => string;
  /** For ids of what is kept in the order of its making: they grow with time. Default: UUIDs of version 7. */
  readonly timeOrderedId?: () => string;
  /** Where callbacks reach this collector; asked when an event is sent. */
  readonly publicUrl: () => string;
  readonly heartbeats: HeartbeatBook;
  /** Told what goes wrong while nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

const source = 'urn:plumbline:collector';

export async function openServices(options: ServiceOptions): Promise<CollectorServices> {
  const { settings, clock, randomId, publicUrl, heartbeats, onError } = options;
  const store = joiningStore(options.store);
  const { models, notifications } = settings;
  // Made below; asked when an event is sent.
  const completeEvent: CompleteEvent = (event) => retrain.completeEvent(event);
  const endpoints = [
    ...settings.webhooks.map((webhook) => webhookEndpoint(webhook, { source, completeEvent })),
    ...notifierEndpoints(notifications, { source }),
  ];
  const outbox = createOutbox({ endpoints, clock, makeId: options.timeOrderedId ?? createUuidMaker(clock) });
  const { enqueue } = outbox;
  const retrain = new RetrainService(
    { store, enqueue, clock, models, publicUrl, randomId, tellPeople: (...about) => people.tell(...about) },
    await openRetrainKey(store),
  );
  const artefacts = new ArtefactStore(settings.collector.artefacts);
  const rollout = new RolloutService({
    store,
    clock,
    randomId,
    models,
    artefacts,
    enqueue,
    instances: (environment, model) =>
      heartbeats.ofModel(environment, model).map(({ heartbeat: { instance, loaded } }) => ({ instance, loaded })),
    onError,
  });
  const people = new NotificationService({
    store,
    clock,
    models,
    outbox,
    settings: notifications,
    linkOf: linkToAlert(settings, publicUrl),
  });
  const hooks = new HookService({
    store,
    clock,
    models,
    hooks: settings.hooks,
    hasArtefact: (digest) => artefacts.has(digest),
    register: (model, version, requestId) =>
      rollout.register(systemActor('hook'), model, registerRequest.parse(version), requestId),
  });
  return {
    store,
    artefacts,
    endpoints,
    outbox,
    retrain,
    deliveries: new DeliveryService({ store, clock, endpoints, outbox }),
    notifications: people,
    alerts: new AlertService({ store, enqueue, clock, models }),
    silences: new SilenceService({ store, clock, randomId }),
    rollout,
    hooks,
    auditCheckpoints: createAuditCheckpoints({ settings: settings.collector.audit, store, clock, enqueue }),
  };
}
