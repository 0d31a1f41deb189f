import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { PlumblineError } from '../errors.ts';

/**
 * Model artefacts, held-out rows and references: files named by the SHA-256 of their content. What is read is hashed
 * again from the very bytes that are handed out, so nobody can change a file between the check and its use.
 */
export class ArtefactStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Stores bytes; returns their digest. Storing the same bytes again is fine. */
  async put(bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    if (!(await this.has(digest))) {
      await this.#write(digest, async (write) => {
        await write(bytes);
        return digest;
      });
    }
    return digest;
  }

  /**
   * Stores what a stream brings if its SHA-256 is `digest`. Nothing is kept otherwise.
   * Throws `BAD_REQUEST` (not a digest), `BAD_ARTEFACT` (another digest), `TOO_LARGE`.
   */
  async receive(digest: string, stream: Readable, limitBytes: number): Promise<{ bytes: number; created: boolean }> {
    const created = !(await this.has(digest));
    let total = 0;
    await this.#write(digest, async (write) => {
      const hash = createHash('sha256');
      for await (const chunk of stream) {
        // A stream of bytes brings buffers; one with an encoding brings strings.
        const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        total += bytes.length;
        if (total > limitBytes) {
          throw new PlumblineError('TOO_LARGE', `the artefact is larger than ${limitBytes} bytes`);
        }
        hash.update(bytes);
        await write(bytes);
      }
      return `sha256:${hash.digest('hex')}`;
    });
    return { bytes: total, created };
  }

  async has(digest: string): Promise<boolean> {
    const path = this.#pathOf(digest);
    return access(path).then(
      () => true,
      () => false,
    );
  }

  /** Throws `NOT_FOUND`, or `BAD_ARTEFACT` when the stored bytes are not the ones that were stored. */
  async read(digest: string): Promise<Uint8Array> {
    const bytes = await readFile(this.#pathOf(digest)).catch((cause: unknown) => {
      throw new PlumblineError('NOT_FOUND', `no artefact ${digest} is stored: upload it first`, { cause });
    });
    const found = digestOf(bytes);
    if (found !== digest) {
      throw new PlumblineError('BAD_ARTEFACT', `the stored artefact ${digest} was changed: it is now ${found}`, {
        details: { expected: digest, found },
      });
    }
    return bytes;
  }

  /** Writes beside the target, flushes, checks the digest, then moves into place: never half a file under a digest. */
  async #write(digest: string, fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<string>): Promise<void> {
    const target = this.#pathOf(digest);
    await mkdir(this.#folder, { recursive: true });
    const temporary = join(this.#folder, `incoming-${randomUUID()}`);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        const found = await fill(async (bytes) => void (await file.writeFile(bytes)));
        if (found !== digest) {
          throw new PlumblineError('BAD_ARTEFACT', `the bytes have digest ${found}, not ${digest}`, {
            details: { expected: digest, found },
          });
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #pathOf(digest: string): string {
    const match = /^sha256:([0-9a-f]{64})$/.exec(digest);
    if (match?.[1] === undefined) {
      throw new PlumblineError('BAD_REQUEST', `a digest is sha256: and 64 hex digits, not ${JSON.stringify(digest)}`);
    }
    return join(this.#folder, match[1]);
  }
}

/** `sha256:<64 hex digits>` */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
