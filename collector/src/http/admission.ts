import type { IncomingHttpHeaders } from 'node:http';
import { PlumblineError } from '../errors.ts';
import { type Actor, systemActor } from '../rollout/actor.ts';
import { checkAccess } from './identity/access.ts';
import type { Identity } from './identity/identity.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Route } from './route.ts';

/** Who may ask a route, and how often. By sender; a burst is what comes at once. */
const limits = {
  action: { burst: 60, perMinute: 60, what: 'control actions' },
  /** Artefacts are large and registrations are evaluated: nobody trains as often as that. */
  upload: { burst: 120, perMinute: 120, what: 'versions and artefacts' },
  /** Each may hold hundreds of events. */
  intake: { burst: 1_000, perMinute: 6_000, what: 'requests with events' },
} as const;

/** Lets a request in before its body is read, or throws: `NOT_AUTHENTICATED`, `FORBIDDEN`, `TOO_MANY_REQUESTS`. */
export type Admit = (route: Route, headers: IncomingHttpHeaders, remoteAddress: string | undefined) => Promise<Actor>;

/** `isPrivate`: the collector listens on loopback only. */
export function createAdmission({
  identity,
  isPrivate,
  clock,
}: {
  readonly identity: Identity;
  readonly isPrivate: boolean;
  readonly clock: () => number;
}): Admit {
  const rates = {
    action: createRateLimit({ ...limits.action, clock }),
    upload: createRateLimit({ ...limits.upload, clock }),
    intake: createRateLimit({ ...limits.intake, clock }),
  };
  return async (route, headers, remoteAddress) => {
    const { kind } = route.access;
    if (kind === 'open' || kind === 'object-token' || (kind === 'scrape' && isPrivate)) return systemActor('http');
    const actor = await identity.identify(headers, remoteAddress);
    checkAccess(route.access, actor);
    const limited = limitOf(route);
    if (limited !== null && !rates[limited].take(actor.subject)) {
      const { perMinute, what } = limits[limited];
      throw new PlumblineError('TOO_MANY_REQUESTS', `at most ${perMinute} ${what} a minute`);
    }
    return actor;
  };
}

function limitOf(route: Route): keyof typeof limits | null {
  if (route.kind === 'json' && route.isAction) return 'action';
  const { access, method } = route;
  if (access.kind !== 'scope' || method === 'GET') return null;
  if (access.scope === 'events:write') return 'intake';
  return access.scope === 'versions:register' || access.scope === 'artefacts:write' ? 'upload' : null;
}
