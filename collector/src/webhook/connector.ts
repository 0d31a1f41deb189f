import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { addressClass, isPublicAddress } from './address.ts';

/** An address a webhook must not reach: refused for good, not retried. */
export class ForbiddenAddressError extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`the address ${address} is not public; set allowPrivateAddresses on the webhook to allow it`);
    this.name = 'ForbiddenAddressError';
    this.address = address;
  }
}

type LookupCallback = (error: Error | null, addresses: LookupAddress[]) => void;
/** Finds the addresses of a name: all of them. */
export type FindAddresses = (hostname: string, callback: LookupCallback) => void;

const systemAddresses: FindAddresses = (hostname, callback) => systemLookup(hostname, { all: true }, callback);

export interface WebhookAgentOptions {
  readonly allowPrivateAddresses: boolean;
  readonly timeoutMs: number;
  /** Told what kind of address was connected. */
  readonly onPeer?: (addressClass: string) => void;
  readonly findAddresses?: FindAddresses | undefined;
}

/**
 * A client that follows no redirects and sends not a byte to an address that is not public. Three looks: at an address in
 * the URL and at the addresses of a name, so that nothing inside is even connected, and at the peer of the connection,
 * which nobody can change any more.
 */
export function webhookAgent(options: WebhookAgentOptions): Agent {
  const { allowPrivateAddresses, timeoutMs, onPeer, findAddresses = systemAddresses } = options;

  const lookup = (
    hostname: string,
    { all }: LookupOptions,
    callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ) =>
    findAddresses(hostname, (error, found) => {
      if (error !== null) return callback(error, '');
      const allowed = allowPrivateAddresses ? found : found.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (first === undefined) return callback(new ForbiddenAddressError(found[0]?.address ?? hostname), '');
      return all ? callback(null, allowed) : callback(null, first.address, first.family);
    });

  // Options that are not undici's own go to the socket.
  const socketOptions = { timeout: timeoutMs, lookup } as buildConnector.BuildOptions;
  const connect = buildConnector(socketOptions);
  return new Agent({
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect(target, callback) {
      const literal = target.hostname.replace(/^\[(.*)\]$/, '$1');
      if (!allowPrivateAddresses && isIP(literal) !== 0 && !isPublicAddress(literal)) {
        callback(new ForbiddenAddressError(literal), null);
        return;
      }
      connect(target, (error, socket) => {
        if (error !== null) {
          callback(error, null);
          return;
        }
        const peer = socket.remoteAddress ?? '';
        if (!allowPrivateAddresses && !isPublicAddress(peer)) {
          socket.destroy();
          callback(new ForbiddenAddressError(peer), null);
          return;
        }
        onPeer?.(addressClass(peer));
        callback(null, socket);
      });
    },
  });
}
