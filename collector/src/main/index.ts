import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { PlumblineSettings } from '../config/index.ts';
import { PlumblineError } from '../errors.ts';
import type { OutgoingBatch } from '../events/index.ts';
import { createIdentity } from '../http/identity/identity.ts';
import { createLiveEvents } from '../http/live-events.ts';
import { routes } from '../http/routes/index.ts';
import { closeGently, createHttpServer } from '../http/server.ts';
import { openStore } from '../store/open.ts';
import { measuredStore, startTelemetry } from '../telemetry/index.ts';
import { startWebhookSender } from '../webhook/index.ts';
import { apiServices } from './api-services.ts';
import { createHeartbeatBook } from './heartbeat-book.ts';
import { createLoadedArtefactsCheck } from './loaded-artefacts.ts';
import { startMaintenance } from './maintenance.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createReactions } from './reactions.ts';
import { openServices } from './services.ts';
import { readStartingReferences } from './starting-references.ts';
import { connectStream, type StreamConnection } from './stream-connection.ts';

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
  const { models, budget, collector } = settings;
  const startedAt = clock();
  let stopped: Promise<void> | null = null;
  const onError = (error: unknown) => {
    // Work that is cut off by the end fails; it begins again with the next start.
    const level = stopped === null ? 'error' : 'debug';
    logger[level]({ event: 'failed', error }, 'failed in the background');
  };
  const startingReferences = await readStartingReferences(models);

  const stopping = new AsyncDisposableStack();
  try {
    const version = await readVersion();
    const telemetry = stopping.adopt(
      await startTelemetry({
        version,
        environment: process.env,
        state: {
          lagMessages: () => stream?.lagMessages() ?? 0,
          lagSeconds: () => stream?.lagSeconds() ?? 0,
          isReady: () => problems().length === 0,
        },
      }),
      (started) => started.stop(),
    );
    const { instruments } = telemetry;
    for (const warning of telemetry.warnings) logger.warn({ event: 'telemetry.warning' }, warning);
    if (telemetry.exportsTo !== null) {
      logger.info({ event: 'telemetry', to: telemetry.exportsTo }, 'metrics are sent over OTLP');
    }
    const opened = stopping.adopt(await openStore(collector.store), (store) => store.close());
    const store = measuredStore(opened, instruments);
    const heartbeats = createHeartbeatBook(clock);
    const live = createLiveEvents(startedAt);
    let url = '';
    let stream: StreamConnection | null = null;

    const services = await openServices({
      store,
      settings,
      clock,
      randomId: () => randomBytes(12).toString('hex'),
      publicUrl: () => collector.publicUrl?.replace(/\/+$/, '') ?? url,
      heartbeats,
      onError,
    });
    const { hooks, takeEvents } = createReactions(services);
    const sender = stopping.adopt(
      startWebhookSender({
        store,
        endpoints: services.endpoints,
        clock,
        random,
        enqueue: services.outbox.enqueue,
        settled: (transaction, delivery) => services.retrain.deliverySettled(transaction, delivery),
        onError,
      }),
      (started) => started.stop(),
    );
    const evaluate = oneAtATime(() => services.rollout.evaluatePending().catch(onError));
    const notify = oneAtATime(async () => {
      const told = await services.notifications.run().catch(onError);
      if (told !== undefined && told > 0) sender.wake();
    });
    /** Something was stored that others act on: they need not wait for their next look. */
    const act = () => {
      sender.wake();
      stream?.wake();
      evaluate();
    };
    const changed = () => {
      notify();
      act();
    };
    const problems = () =>
      stopped === null ? (stream?.problems() ?? ['the collector is starting']) : ['the collector is stopping'];
    const checkLoaded = createLoadedArtefactsCheck({ rollout: services.rollout, changed, onError });
    const leads = () => stream?.leads() ?? false;
    const broker = () => {
      const bus = stream?.bus() ?? null;
      if (bus === null) throw new PlumblineError('BROKER_UNAVAILABLE', 'not connected to NATS now: try again');
      return bus;
    };
    const publish = async (batches: readonly OutgoingBatch[]) => broker().publish(batches);
    const watched = { services, settings, heartbeats, problems };
    const maintenance = startMaintenance({ ...watched, clock, leads, publish, changed, onError });
    stopping.adopt(maintenance, (started) => started.stop());

    const server = createHttpServer({
      routes,
      services: apiServices({
        settings,
        services,
        clock,
        live,
        heartbeats,
        collector: {
          version,
          startedAt,
          notReady: problems,
          lagMessages: () => stream?.lagMessages() ?? 0,
          lagSeconds: () => stream?.lagSeconds() ?? 0,
          measured: () => telemetry.collect(),
          deadLetterMessage: ({ id, at, aside }) =>
            broker().deadLetterMessage({ sequence: Number(id), storedAt: at, aside }),
        },
        publish,
        changed,
      }),
      identity: createIdentity(collector.identity, clock),
      logger,
      instruments,
    });
    stopping.adopt(server, (started) => closeGently(started));
    await server.listen(collector.http).catch((cause: Error) => {
      const { host, port } = collector.http;
      const text = `cannot listen on ${host}:${port} (${cause.message}): stop what does, or set collector.http`;
      throw new PlumblineError('BAD_CONFIG', text, { cause });
    });
    url = addressOf(collector.http.host, server.server.address());
    logger.info({ event: 'listening', url }, 'the API answers');
    if (collector.identity.insecureLocal) {
      const text = 'INSECURE: everybody on this machine is an approver (collector.identity.insecureLocal)';
      logger.warn({ event: 'insecure' }, text);
    }

    stream = connectStream({
      nats: collector.nats,
      commitEveryMs: collector.commitEvery,
      clockSkewMs: collector.clockSkew,
      sharedAs: 'postgres' in collector.store ? `${hostname()}-${process.pid}-${randomBytes(6).toString('hex')}` : null,
      engine: {
        store,
        models,
        budget,
        hooks,
        clock,
        startingReference: ({ name }) => startingReferences.get(name),
      },
      logger,
      instruments,
      clock,
      readDocuments: () => store.read((transaction) => services.rollout.routingDocuments(transaction)),
      onHeartbeat(heartbeat) {
        heartbeats.note(heartbeat);
        checkLoaded(heartbeat);
      },
      onCommit() {
        const events = takeEvents();
        for (const event of events) {
          live.publish(event);
        }
        // Who is told of alerts is asked for all of them: not for windows that changed none.
        if (events.some(({ type }) => type === 'alert')) {
          notify();
        }
        if (events.length > 0) {
          act();
        }
      },
    });
    stopping.adopt(stream, (connection) => connection.stop());
    changed();

    const { ready } = stream;
    ready.then(
      () => logger.info({ event: 'ready', url }, 'the collector takes traffic'),
      () => undefined,
    );
    return {
      url,
      ready,
      stop() {
        // The door first: who was told that events are taken must find them on the stream.
        stopped ??= closeGently(server)
          .then(() => stopping.disposeAsync())
          .then(() => logger.info({ event: 'stopped' }, 'the collector has stopped'));
        return stopped;
      },
    };
  } catch (error) {
    await stopping.disposeAsync();
    throw error;
  }
}

function addressOf(host: string, address: string | AddressInfo | null): string {
  // A TCP server that listens has an address object.
  const { port } = address as AddressInfo;
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' || host === '::1' ? '[::1]' : host;
  return `http://${name}:${port}`;
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  return version;
}
