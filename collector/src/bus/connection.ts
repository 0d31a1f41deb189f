import { setTimeout as delay } from 'node:timers/promises';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import type { CollectorSettings } from '../config/settings.ts';
import { PlumblineError } from '../errors.ts';
import { connectNats } from './connect-nats.ts';
import type { MessageMemory } from './message-memory.ts';

export type NatsSettings = CollectorSettings['nats'];

/** Oldest server on which an acknowledged message is on disk: 2.9 does not know `sync_interval`. */
const minimumVersion = [2, 10] as const;

/**
 * A connection that comes back by itself for as long as the process lives.
 *
 * Waits up to `patienceMs` for a server that is still starting. Throws `BROKER_UNAVAILABLE` when none answers or it
 * refuses the credentials, with what to do about it.
 */
export async function openConnection(
  settings: NatsSettings,
  patienceMs: number,
  memory?: MessageMemory,
): Promise<NatsConnection> {
  const { servers, user, pass } = addressOf(settings);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await connectNats(
        {
          servers,
          ...(user === undefined ? {} : { user }),
          ...(pass === undefined ? {} : { pass }),
          name: 'plumbline-collector',
          inboxPrefix: settings.inboxPrefix,
          timeout: 5_000,
          maxReconnectAttempts: -1,
          reconnectTimeWait: 200,
          reconnectJitter: 100,
          pingInterval: 10_000,
          // Credentials that are being changed must not end a collector that runs.
          ignoreAuthErrorAbort: true,
        },
        memory,
      );
    } catch (error) {
      if (isRefusal(error) || performance.now() >= giveUpAt) throw explain(error, servers, user);
      await delay(200);
    }
  }
}

/**
 * What is worth a warning about this server. Throws `BROKER_TOO_OLD` below 2.10 unless that is allowed, and
 * `BROKER_UNAVAILABLE` without JetStream headers.
 */
export function checkServer(version: string, allowOldServer: boolean): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < minimumVersion[0] || (major === minimumVersion[0] && minor < minimumVersion[1]);
  if (!isOld) return [];
  const problem = `nats-server ${version} cannot sync to disk before it acknowledges; at least ${minimumVersion.join('.')} is needed`;
  if (!allowOldServer) {
    throw new PlumblineError('BROKER_TOO_OLD', `${problem}: upgrade it`, { details: { version } });
  }
  return [`${problem}. A power cut can lose the last two minutes of events: upgrade it.`];
}

/** User and password may stand in the URL; those beside it win. */
function addressOf(settings: NatsSettings): { servers: string; user: string | undefined; pass: string | undefined } {
  const url = URL.parse(settings.url);
  const user = settings.user ?? (url?.username ? decodeURIComponent(url.username) : undefined);
  const pass = settings.password ?? (url?.password ? decodeURIComponent(url.password) : undefined);
  const servers = url === null ? settings.url : `${url.protocol}//${url.host}`;
  return { servers, user, pass };
}

function isRefusal(error: unknown): boolean {
  return error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError;
}

function explain(error: unknown, servers: string, user: string | undefined): PlumblineError {
  const message = error instanceof Error ? error.message : String(error);
  const text = isRefusal(error)
    ? `the NATS server at ${servers} refuses ${user === undefined ? 'a connection without a user' : `the user ${user}`}: set collector.nats.user and collector.nats.password`
    : `no NATS server answers at ${servers} (${message}): start one, or set collector.nats.url`;
  return new PlumblineError('BROKER_UNAVAILABLE', text, { cause: error, details: { refused: isRefusal(error) } });
}
