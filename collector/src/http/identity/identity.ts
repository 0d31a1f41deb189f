import type { IncomingHttpHeaders } from 'node:http';
import type { IdentitySettings } from '../../config/settings.ts';
import { PlumblineError } from '../../errors.ts';
import type { Actor } from '../../rollout/actor.ts';
import { createGrafanaPersonReader } from './grafana-person.ts';
import { localPerson } from './local-person.ts';
import { bearerOf, createTokenFinder } from './tokens.ts';

export interface Identity {
  /** Trusts everybody on this machine. */
  readonly insecure: boolean;
  /** Who sends a request. Throws `NOT_AUTHENTICATED` (403) or `IDENTITY_UNAVAILABLE` (503), never anything with 401. */
  identify(headers: IncomingHttpHeaders, remoteAddress: string | undefined): Promise<Actor>;
}

/**
 * Machines have bearer tokens with scopes. People come through Grafana, whose own token (scope `proxy`) says that the
 * call came from there and whose ID token says for whom: both are needed, neither is enough.
 */
export function createIdentity(settings: IdentitySettings, clock: () => number): Identity {
  const findToken = createTokenFinder(settings.tokens, clock);
  const readPerson = settings.grafana === undefined ? undefined : createGrafanaPersonReader(settings.grafana, clock);

  return {
    insecure: settings.insecureLocal,
    async identify(headers, remoteAddress) {
      if (headers.authorization === undefined) {
        if (settings.insecureLocal) {
          return localPerson(headers, remoteAddress);
        }
        throw new PlumblineError('NOT_AUTHENTICATED', 'send a token: Authorization: Bearer <token>');
      }
      const found = findToken(bearerOf(headers.authorization) ?? '');
      if (found === undefined) {
        throw new PlumblineError('NOT_AUTHENTICATED', 'the token is not one of collector.identity.tokens');
      }
      const { token } = found;
      if (found.expired) {
        throw new PlumblineError('NOT_AUTHENTICATED', `the token ${token.name} has expired`);
      }
      const idToken = headers['x-grafana-id'];
      const machineScopes = token.scopes.filter((scope) => scope !== 'proxy');
      const isProxy = machineScopes.length < token.scopes.length;
      // Grafana itself, on nobody's behalf: an alert rule that queries. It reads at most, see `meaningProblems`.
      const isNobody = isProxy && idToken === undefined && machineScopes.length > 0;
      if (!isProxy || isNobody) {
        return { subject: `token:${token.name}`, name: token.name, role: null, scopes: machineScopes, human: false };
      }
      if (readPerson === undefined) {
        throw new PlumblineError(
          'NOT_AUTHENTICATED',
          'collector.identity.grafana is not set, so nobody can be told apart',
        );
      }
      return readPerson(Array.isArray(idToken) ? undefined : idToken);
    },
  };
}
