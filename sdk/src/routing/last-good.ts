import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelToken } from '../subjects.ts';

/**
 * The last good routing document of each model in a folder, so that an app that starts while the broker is away serves
 * what it served before.
 */
export class LastGoodFolder {
  readonly #folder: string;
  /** One write at a time: the last one asked for is the one that stays. */
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The document's bytes, or nothing when there is none that can be read. */
  read(environment: string, model: string): Uint8Array | undefined {
    try {
      return readFileSync(this.#path(environment, model));
    } catch {
      return undefined;
    }
  }

  /** Rejects when the folder cannot be written. Never leaves half a document behind. */
  write(environment: string, model: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(environment, model);
    const written = this.#writing.then(async () => {
      mkdirSync(this.#folder, { recursive: true });
      const fresh = `${path}.${process.pid}.new`;
      await writeFile(fresh, bytes);
      await rename(fresh, path);
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  #path(environment: string, model: string): string {
    return join(this.#folder, `routing.${modelToken(environment)}.${modelToken(model)}.json`);
  }
}
