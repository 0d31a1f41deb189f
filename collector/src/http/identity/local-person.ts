import type { IncomingHttpHeaders } from 'node:http';
import { roles } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import type { Actor } from '../../rollout/actor.ts';
import type { Scope } from '../route.ts';

const allScopes: readonly Scope[] = ['read', 'control', 'versions:register', 'artefacts:write', 'events:write'];

/**
 * Who asks, in the insecure local mode: whoever they say they are. `X-Plumbline-User` names a person (so that two can be
 * played by one), `X-Plumbline-Role` takes a smaller role than approver.
 *
 * Only for requests that really come from this machine: neither through another host's name that was pointed here, nor
 * from a page of some site in a browser on it.
 */
export function localPerson(headers: IncomingHttpHeaders, remoteAddress: string | undefined): Actor {
  if (!isLoopbackAddress(remoteAddress) || !isLocalName(hostOf(headers.host)) || !isLocalOrigin(headers.origin)) {
    throw new PlumblineError('NOT_AUTHENTICATED', 'the insecure local mode answers requests of this machine only');
  }
  const user = single(headers['x-plumbline-user']) ?? 'you';
  const asked = single(headers['x-plumbline-role']) ?? 'approver';
  const role = roles.find((known) => known === asked);
  if (role === undefined || !/^[\w.-]{1,64}$/.test(user)) {
    throw new PlumblineError(
      'BAD_REQUEST',
      `X-Plumbline-User is a plain name, X-Plumbline-Role one of ${roles.join(', ')}`,
    );
  }
  return { subject: `local:${user}`, name: user, role, scopes: allScopes, human: true };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}

function hostOf(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '');
}

function isLocalName(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function isLocalOrigin(origin: string | undefined): boolean {
  return origin === undefined || isLocalName(hostOf(origin.replace(/^https?:\/\//, '')));
}
