import type { RoutingDocument } from './document.ts';

/** Which version answers, and which one may follow in the shadow. */
export interface Route {
  readonly version: string;
  readonly role: 'champion' | 'canary';
  /** The version to run beside it, whose answer nobody sees. */
  readonly shadow: string | null;
  /** Of the routing document in force; 0 when none has been seen. */
  readonly revision: number;
  /** Whether the key decided: the same key gets the same version for the whole rollout. */
  readonly sticky: boolean;
  readonly reason: RouteReason;
}

/**
 * Why this version: no routing has been seen, or it names no champion (`compiled_in`); nobody but the champion serves
 * (`champion`); the bucket of the key, or a draw, between champion and canary (`split`); the key is pinned (`pinned`); this
 * process holds another artefact under the version that was due, so another answers (`artefact_mismatch`).
 */
export type RouteReason = 'compiled_in' | 'champion' | 'split' | 'pinned' | 'artefact_mismatch';

/** Version to digest of what this process has loaded. */
export type LoadedDigests = ReadonlyMap<string, string>;

/**
 * The route of a key under a document; without a document, or a champion in it, the version compiled into the app.
 *
 * Keys fall into 10 000 buckets by hash(salt + key). The canary serves the buckets below its weight, so a growing canary
 * keeps everybody it had. The shadow draws from buckets of its own: it follows champion and canary alike. Without a key
 * each call is a draw of its own.
 *
 * A version whose loaded artefact is not the one the document names does not serve: the champion answers instead, and for
 * the champion the version compiled in, which is also what is left when nothing fits. A version of which nothing is known
 * to be loaded serves: not every app tells.
 */
export function chooseRoute(
  document: RoutingDocument | null,
  compiledInVersion: string,
  key: string | undefined,
  random: () => number,
  loaded: LoadedDigests = nothingLoaded,
): Route {
  if (document === null) {
    const reason = 'compiled_in';
    return { version: compiledInVersion, role: 'champion', shadow: null, revision: 0, sticky: true, reason };
  }
  const { champion, canary, shadow, pins, revision, salt } = document;
  const sticky = key !== undefined;
  const pinned = sticky && Object.hasOwn(pins, key) ? pins[key] : undefined;
  const isCanary =
    pinned === undefined
      ? canary !== null && bucketFor(salt, key, random) < canary.weightBasisPoints
      : pinned !== champion?.version;
  const due = pinned ?? (isCanary ? canary?.version : champion?.version);
  const refused = refusedVersions(document, loaded);
  const isRefused = due !== undefined && refused.includes(due);
  const version = isRefused ? fallback(document, compiledInVersion, refused) : (due ?? compiledInVersion);
  const shadowed =
    shadow !== null &&
    shadow.version !== version &&
    !refused.includes(shadow.version) &&
    bucketFor(`${salt}:shadow`, key, random) < shadow.sampleBasisPoints;
  return {
    version,
    role: isCanary && !isRefused ? 'canary' : 'champion',
    shadow: shadowed ? shadow.version : null,
    revision,
    sticky,
    reason: isRefused ? 'artefact_mismatch' : reasonOf(document, pinned, due),
  };
}

/** Versions of which another artefact is loaded than the document names. */
export function refusedVersions({ champion, canary, shadow }: RoutingDocument, loaded: LoadedDigests): string[] {
  if (loaded.size === 0) {
    return none;
  }
  return [champion, canary, shadow].flatMap((routed) => {
    const digest = routed === null ? undefined : loaded.get(routed.version);
    return routed === null || digest === undefined || digest === routed.digest ? [] : [routed.version];
  });
}

/** Who answers in place of a refused version. */
export function fallback({ champion }: RoutingDocument, compiledInVersion: string, refused: readonly string[]): string {
  return champion !== null && !refused.includes(champion.version) ? champion.version : compiledInVersion;
}

function reasonOf({ canary }: RoutingDocument, pinned: string | undefined, due: string | undefined): RouteReason {
  if (pinned !== undefined) {
    return 'pinned';
  }
  if (due === undefined) {
    return 'compiled_in';
  }
  return canary === null ? 'champion' : 'split';
}

const nothingLoaded: LoadedDigests = new Map();
const none: string[] = [];

/** Buckets are the unit of every weight: basis points. */
export const buckets = 10_000;

/** The bucket of a key, 0 to 9 999, evenly spread. */
export function bucketOf(salt: string, key: string): number {
  let hash = 0x811c9dc5;
  for (const text of [salt, ':', key]) {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      hash = Math.imul(hash ^ (code & 0xff), 0x01000193);
      hash = Math.imul(hash ^ (code >>> 8), 0x01000193);
    }
  }
  return scrambled(hash) % buckets;
}

function bucketFor(salt: string, key: string | undefined, random: () => number): number {
  return key === undefined ? Math.floor(random() * buckets) : bucketOf(salt, key);
}

/** The finalizer of MurmurHash3 (Appleby, 2011): FNV alone leaves keys that count up in neighbouring buckets. */
function scrambled(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
