import { Agent, buildConnector } from 'undici';
import { isPublicAddress } from './address.ts';

/** An address a webhook must not reach: refused for good, not retried. */
export class ForbiddenAddressError extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`the address ${address} is not public; set allowPrivateAddresses on the webhook to allow it`);
    this.name = 'ForbiddenAddressError';
    this.address = address;
  }
}

/** A client that checks the address it is connected to before it sends a byte. It follows no redirects. */
export function webhookAgent(options: { readonly allowPrivateAddresses: boolean; readonly timeoutMs: number }): Agent {
  const connect = buildConnector({ timeout: options.timeoutMs });
  return new Agent({
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    connect(target, callback) {
      connect(target, (error, socket) => {
        if (error !== null) {
          callback(error, null);
          return;
        }
        const peer = socket.remoteAddress ?? '';
        if (!options.allowPrivateAddresses && !isPublicAddress(peer)) {
          socket.destroy();
          callback(new ForbiddenAddressError(peer), null);
          return;
        }
        callback(null, socket);
      });
    },
  });
}
