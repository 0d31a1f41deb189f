import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { CollectorSettings } from '../config/index.ts';
import { PlumblineError } from '../errors.ts';
import { createIdentity } from '../http/identity/identity.ts';
import type { Services } from '../http/ports.ts';
import { routes } from '../http/routes/index.ts';
import { closeGently, createHttpServer } from '../http/server.ts';
import type { Instruments } from '../telemetry/index.ts';

export interface ApiOptions {
  readonly services: Services;
  readonly settings: CollectorSettings;
  readonly logger: Logger;
  readonly instruments: Instruments;
}

/** Answers from now on. Throws `BAD_CONFIG` when it cannot listen where the settings say. */
export async function startApi(options: ApiOptions): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { services, settings, logger, instruments } = options;
  const { http, identity } = settings;
  const server = createHttpServer({
    routes,
    services,
    identity: createIdentity(identity, services.clock),
    logger,
    instruments,
  });
  await server.listen(http).catch(async (cause: Error) => {
    await server.close();
    const text = `cannot listen on ${http.host}:${http.port} (${cause.message}): stop what does, or set collector.http`;
    throw new PlumblineError('BAD_CONFIG', text, { cause });
  });
  const url = addressOf(http.host, server.server.address());
  logger.info({ event: 'listening', url }, 'the API answers');
  if (identity.insecureLocal) {
    const text = 'INSECURE: everybody on this machine is an approver (collector.identity.insecureLocal)';
    logger.warn({ event: 'insecure' }, text);
  }
  return { url, stop: () => closeGently(server) };
}

function addressOf(host: string, address: string | AddressInfo | null): string {
  // A TCP server that listens has an address object.
  const { port } = address as AddressInfo;
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' || host === '::1' ? '[::1]' : host;
  return `http://${name}:${port}`;
}
