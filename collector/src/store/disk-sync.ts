import fs from 'node:fs';

/**
 * Brings what has been written to a file to the disk, beside the program, one sync at a time. One serves all who asked
 * before it began; what is written meanwhile waits for the next.
 */
export class DiskSync {
  readonly #path: string;
  #file: number | null = null;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves when all that was written before the call is on the disk. Rejects with what the system says. */
  sync(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#running = this.#syncNow();
        this.#next = null;
        return this.#running;
      });
    return this.#next;
  }

  async close(): Promise<void> {
    await (this.#next ?? this.#running).catch(() => undefined);
    if (this.#file !== null) fs.closeSync(this.#file);
  }

  #syncNow(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#file ??= fs.openSync(this.#path, 'r+');
      fs.fsync(this.#file, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}
