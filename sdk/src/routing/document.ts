/** The one document that flows back to apps: which version of a model serves whom. One per (environment, model). */

export interface RoutedVersion {
  readonly version: string;
  /** `sha256:<64 hex digits>` of the artefact. */
  readonly digest: string;
}

export interface CanaryRoute extends RoutedVersion {
  /** Share of traffic in basis points, 0-10000; the champion serves the rest. */
  readonly weightBasisPoints: number;
}

export interface ShadowRoute extends RoutedVersion {
  /** Share of traffic copied to the shadow in basis points, 0-10000. */
  readonly sampleBasisPoints: number;
}

export interface RoutingDocument {
  readonly schema: 1;
  readonly model: string;
  readonly environment: string;
  /** Grows by one with every change. An SDK ignores a document older than the one it has. */
  readonly revision: number;
  /** Decides the buckets; kept for a whole rollout, so a growing canary is a superset of the smaller one. */
  readonly salt: string;
  readonly champion: RoutedVersion | null;
  readonly canary: CanaryRoute | null;
  readonly shadow: ShadowRoute | null;
  /** Exact targeting keys that always get one version. */
  readonly pins: Readonly<Record<string, string>>;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly updatedAt: number;
}

/** What an SDK instance says about itself, every few seconds and at once after a change. */
export interface Heartbeat {
  readonly schema: 1;
  readonly instance: string;
  readonly service: string;
  readonly sdkVersion: string;
  readonly model: string;
  readonly environment: string;
  /** Revision of the routing document in force; 0 when none has been seen. */
  readonly routingRevision: number;
  /** The versions this instance routes to now, in routing order. */
  readonly serving: readonly { readonly version: string; readonly role: 'champion' | 'canary' | 'shadow' }[];
  readonly loaded: readonly RoutedVersion[];
  /** Counters since start: accepted by `record`, acknowledged by the broker, thinned with weights, dropped by reason. */
  readonly counts: {
    readonly accepted: number;
    readonly acknowledged: number;
    readonly thinned?: number | undefined;
    readonly dropped: Readonly<Record<string, number>>;
  };
  readonly time: number;
}
