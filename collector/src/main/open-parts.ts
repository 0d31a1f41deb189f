import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { PlumblineSettings } from '../config/index.ts';
import { createLiveEvents, type LiveEvents } from '../http/live-events.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/port.ts';
import { measuredStore, startTelemetry, type Telemetry } from '../telemetry/index.ts';
import { createHeartbeatBook, type HeartbeatBook } from './heartbeat-book.ts';
import { type CollectorServices, openServices } from './services.ts';

/** What every step of a collector's start may need. */
export interface Start {
  readonly settings: PlumblineSettings;
  readonly logger: Logger;
  readonly clock: () => number;
  /** Told what goes wrong while nobody waits for it. */
  readonly onError: (error: unknown) => void;
  /** Lets go of what was opened, the last first. */
  readonly ending: AsyncDisposableStack;
}

/** What a collector works with. None of it does anything by itself. */
export interface Parts {
  readonly version: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startedAt: number;
  readonly telemetry: Telemetry;
  readonly store: Store;
  readonly heartbeats: HeartbeatBook;
  readonly live: LiveEvents;
  readonly services: CollectorServices;
}

/** `url`: where the API answers; asked when something is sent that has to tell it. */
export async function openParts(
  { settings, logger, clock, onError, ending }: Start,
  url: () => string,
): Promise<Parts> {
  const { collector } = settings;
  const startedAt = clock();
  const version = await readVersion();
  const telemetry = await openTelemetry(version, logger);
  ending.adopt(telemetry, (started) => started.stop());
  const opened = ending.adopt(await openStore(collector.store), (store) => store.close());
  const store = measuredStore(opened, telemetry.instruments);
  const heartbeats = createHeartbeatBook(clock);
  const services = await openServices({
    store,
    settings,
    clock,
    randomId: () => randomBytes(12).toString('hex'),
    publicUrl: () => collector.publicUrl?.replace(/\/+$/, '') ?? url(),
    heartbeats,
    onError,
  });
  return { version, startedAt, telemetry, store, heartbeats, live: createLiveEvents(startedAt), services };
}

async function openTelemetry(version: string, logger: Logger): Promise<Telemetry> {
  const telemetry = await startTelemetry({ version, environment: process.env });
  const { warnings, exportsTo } = telemetry;
  for (const warning of warnings) logger.warn({ event: 'telemetry.warning' }, warning);
  if (exportsTo !== null) logger.info({ event: 'telemetry', to: exportsTo }, 'metrics are sent over OTLP');
  return telemetry;
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  return version;
}
