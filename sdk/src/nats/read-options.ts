import { MonitorOptionsError } from '../errors.ts';
import { func, got, object, refuseUnknown, text } from '../options-checks.ts';
import type { NatsOptions } from './options.ts';

const known = ['servers', 'user', 'pass', 'token', 'authenticator', 'tls', 'inboxPrefix', 'name'];

/** Checks the options of the connection as JavaScript may have given them, or throws a `MonitorOptionsError`. */
export function readNatsOptions(value: unknown): NatsOptions {
  const nats = object(value, 'nats', 'must be { servers, user, pass, ... }');
  refuseUnknown(nats, 'nats.', known);
  const servers: readonly unknown[] = Array.isArray(nats.servers) ? nats.servers : [nats.servers];
  if (servers.length === 0 || !servers.every((server) => typeof server === 'string' && server.trim() !== '')) {
    throw new MonitorOptionsError(
      'nats.servers',
      `must be an address such as "nats://localhost:4222", or a list of at least one${got(nats.servers)}`,
    );
  }
  for (const server of servers) {
    checkAddress(String(server));
  }
  for (const option of ['user', 'pass', 'token', 'inboxPrefix', 'name'] as const) {
    if (nats[option] !== undefined) {
      text(nats[option], `nats.${option}`);
    }
  }
  if (typeof nats.inboxPrefix === 'string' && !/^[^\s*>.]+(\.[^\s*>.]+)*$/.test(nats.inboxPrefix)) {
    throw new MonitorOptionsError('nats.inboxPrefix', `must be a subject without wildcards${got(nats.inboxPrefix)}`);
  }
  func(nats.authenticator, 'nats.authenticator');
  // Every member was checked above, save for those only the client can check.
  return nats as unknown as NatsOptions;
}

function checkAddress(server: string): void {
  const address = /^[a-z]+:\/\//i.test(server) ? server : `nats://${server}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['nats:', 'tls:'].includes(url.protocol) || url.hostname === '') {
    throw new MonitorOptionsError('nats.servers', `must be addresses such as "nats://localhost:4222"${got(server)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new MonitorOptionsError('nats.servers', 'must not hold credentials: give them as user and pass, or token');
  }
}
