import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { PlumblineSettings } from '../config/index.ts';
import type { Reference } from '../profile/index.ts';
import { startWebhookSender } from '../webhook/index.ts';
import { apiServices } from './api-services.ts';
import { createLoadedArtefactsCheck } from './loaded-artefacts.ts';
import { startMaintenance } from './maintenance.ts';
import { openParts, type Parts, type Start } from './open-parts.ts';
import { createReactions } from './reactions.ts';
import { startReadinessLog } from './readiness-log.ts';
import { type ApiOptions, startApi } from './start-api.ts';
import { readStartingReferences } from './starting-references.ts';
import { createStreamConnection, type StreamConnection } from './stream-connection.ts';
import { createWakeUps, type WakeUps } from './wake-ups.ts';

export { createLogger } from './create-logger.ts';

/** A running collector. */
export interface Collector {
  /** Where its API answers. */
  readonly url: string;
  /**
   * Resolves when it takes traffic. Rejects when it never will: settings or a broker that somebody must change. Until
   * then `GET /readyz` says what it waits for.
   */
  readonly ready: Promise<void>;
  /** Commits what has been read, waits for what is under way, and lets go of everything. */
  stop(): Promise<void>;
}

export interface CollectorOptions {
  readonly logger: Logger;
  /** Milliseconds since 1970-01-01 UTC; default: the machine's clock. */
  readonly clock?: () => number;
  /** In [0, 1), for the jitter of retries. */
  readonly random?: () => number;
}

/**
 * Starts a collector. The API answers first, so that it can say what it waits for; then the broker is asked for until it
 * answers. Throws `STORE_UNAVAILABLE`, `STORE_NEWER`, `BAD_CONFIG` and `BAD_DATA` for what would not get better.
 */
export async function startCollector(settings: PlumblineSettings, options: CollectorOptions): Promise<Collector> {
  const { logger, clock = Date.now, random = Math.random } = options;
  const ending = new AsyncDisposableStack();
  const onError = (error: unknown) => {
    // Work that is cut off by the end fails; it begins again with the next start.
    logger[ending.disposed ? 'debug' : 'error']({ event: 'failed', error }, 'failed in the background');
  };
  try {
    return await start({ settings, logger, clock, random, onError, ending });
  } catch (error) {
    await ending.disposeAsync();
    throw error;
  }
}

async function start(run: Start & { readonly random: () => number }): Promise<Collector> {
  const { settings, logger, clock, random, onError, ending } = run;
  const startingReferences = await readStartingReferences(settings.models);
  let url = '';
  const parts = await openParts(run, () => url);
  const { store, services, telemetry, heartbeats } = parts;
  const wakeUps = createWakeUps({ ...services, onError });
  const stream = createStream(run, parts, wakeUps, startingReferences);
  ending.adopt(stream, (started) => started.stop());
  wakeUps.add(stream);
  const problems = () => (ending.disposed ? ['the collector is stopping'] : stream.problems());
  telemetry.observe({ ...stream, isReady: () => problems().length === 0 });

  // It ends before the stream does: who was told that events are taken must find them there.
  const api = await startApi(apiOptions(run, parts, stream, wakeUps, problems));
  ending.adopt(api, (started) => started.stop());
  url = api.url;

  // Who acts by himself begins now: the address that he may have to tell is known.
  const { endpoints, outbox, retrain } = services;
  const sender = startWebhookSender({
    store,
    endpoints,
    clock,
    random,
    enqueue: outbox.enqueue,
    settled: (transaction, delivery) => retrain.deliverySettled(transaction, delivery),
    onError,
  });
  ending.adopt(sender, (started) => started.stop());
  wakeUps.add(sender);
  const { leads, publish } = stream;
  const { changed } = wakeUps;
  const watched = { services, settings, heartbeats, clock, problems, leads };
  ending.adopt(startMaintenance({ ...watched, publish, changed, onError }), (started) => started.stop());
  const ready = stream.start();
  const readiness = startReadinessLog({ problems, logger });
  ending.adopt(readiness, (started) => started.stop());
  ready.then(readiness.look, () => undefined);
  changed();

  let stopped: Promise<void> | null = null;
  return {
    url,
    ready,
    stop() {
      stopped ??= ending.disposeAsync().then(() => logger.info({ event: 'stopped' }, 'the collector has stopped'));
      return stopped;
    },
  };
}

/** The stream as the engine reads it; connected when it is started. */
function createStream(
  { settings, logger, clock, onError }: Start,
  { store, services, telemetry, heartbeats, live }: Parts,
  wakeUps: WakeUps,
  startingReferences: ReadonlyMap<string, Reference>,
): StreamConnection {
  const { models, budget, collector } = settings;
  const { rollout } = services;
  const { hooks, takeEvents } = createReactions(services);
  const checkLoaded = createLoadedArtefactsCheck({ rollout, changed: wakeUps.changed, onError });
  return createStreamConnection({
    nats: collector.nats,
    commitEveryMs: collector.commitEvery,
    clockSkewMs: collector.clockSkew,
    sharedAs: 'postgres' in collector.store ? `${hostname()}-${process.pid}-${randomBytes(6).toString('hex')}` : null,
    engine: { store, models, budget, hooks, clock, startingReference: ({ name }) => startingReferences.get(name) },
    logger,
    instruments: telemetry.instruments,
    clock,
    readDocuments: () => store.read((transaction) => rollout.routingDocuments(transaction)),
    onHeartbeat(heartbeat) {
      heartbeats.note(heartbeat);
      checkLoaded(heartbeat);
    },
    onCommit() {
      const events = takeEvents();
      for (const event of events) live.publish(event);
      wakeUps.committed(events);
    },
  });
}

function apiOptions(
  { settings, logger, clock }: Start,
  { version, startedAt, telemetry, services, heartbeats, live }: Parts,
  { lagMessages, lagSeconds, publish, deadLetterMessage }: StreamConnection,
  { changed }: WakeUps,
  notReady: () => readonly string[],
): ApiOptions {
  const { instruments, collect: measured } = telemetry;
  const collector = { version, startedAt, notReady, lagMessages, lagSeconds, measured, deadLetterMessage };
  return {
    services: apiServices({ settings, services, clock, live, heartbeats, collector, publish, changed }),
    settings: settings.collector,
    logger,
    instruments,
  };
}
