import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What kind of address it is: `unicast` is public; else `private`, `loopback`, `linkLocal`, `uniqueLocal`, ... */
export function addressClass(address: string): string {
  // A v4 address inside a v6 one is what it stands for.
  return isIP(address) === 0 ? 'invalid' : ipaddr.process(address).range();
}

/**
 * Which addresses a webhook may reach. Names are not enough: a name can change its address between check and
 * connection, and address literals never pass a name lookup, so the connected peer is what counts.
 */
export function isPublicAddress(address: string): boolean {
  return addressClass(address) === 'unicast';
}
