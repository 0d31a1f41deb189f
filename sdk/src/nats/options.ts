import type { Authenticator, TlsOptions } from '@nats-io/transport-node';

/** How to reach the broker: the options of `connect()` of `@nats-io/transport-node` that matter here, by the same names. */
export interface NatsOptions {
  /** `nats://host:4222`, or several servers of one cluster. */
  readonly servers: string | readonly string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  /** For nkeys, JWTs and credential files: what `credsAuthenticator` and its like return. */
  readonly authenticator?: Authenticator;
  readonly tls?: TlsOptions | null;
  /** Acknowledgements come to subjects below this one: the credentials must allow reading them. Default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** How the connection is called in the broker's own reports. Default: the service's name. */
  readonly name?: string;
}
