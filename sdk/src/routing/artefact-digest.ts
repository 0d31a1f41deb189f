import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** What a version was loaded of: the bytes themselves, or a file. Prefer the bytes: a file may change after it was loaded. */
export type ArtefactSource = { readonly bytes: Uint8Array | ArrayBuffer } | { readonly file: string };

/** A version that an app has loaded: `digest` is `sha256:<64 hex digits>`, where the app has it already. */
export type LoadedArtefact = {
  /** Needed when the monitor has several models. */
  readonly model?: string;
  readonly version: string;
} & ({ readonly digest: string } | ({ readonly digest?: undefined } & ArtefactSource));

export interface ArtefactCheck {
  /** Null when the artefact could not be read, was unloaded meanwhile, or the model is unknown. */
  readonly digest: string | null;
  /** Whether it is the artefact that routing names for the version; null while routing names none. */
  readonly matches: boolean | null;
}

export const notLoaded: ArtefactCheck = { digest: null, matches: null };

export function artefactCheck(digest: string | null, routed: string | undefined): ArtefactCheck {
  return { digest, matches: digest === null || routed === undefined ? null : digest === routed };
}

/** `sha256:<64 hex digits>` of an artefact, computed on another thread. Rejects when a file cannot be read. */
export async function artefactDigest(source: ArtefactSource): Promise<string> {
  if ('file' in source) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(source.file), hash);
    return `sha256:${hash.digest('hex')}`;
  }
  const { bytes } = source;
  const own = bytes instanceof Uint8Array ? new Uint8Array(bytes) : bytes;
  return `sha256:${Buffer.from(await crypto.subtle.digest('SHA-256', own)).toString('hex')}`;
}
