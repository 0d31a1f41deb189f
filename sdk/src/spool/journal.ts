import * as fs from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A batch by who numbered it. */
export type BatchKey = `${string}:${number}`;

/**
 * Lines appended to files of a few megabytes, each line kept for as long as a batch needs it.
 *
 * Writing never waits in the app: lines of one turn of the event loop are written together, one write at a time. Files go
 * oldest first and only when no batch in them is open, so that what a later file says about an earlier one is never lost.
 */
export class Journal {
  readonly #folder: string;
  readonly #options: JournalOptions;
  readonly #segments: Segment[] = [];
  #number = 0;
  #lines: string[] = [];
  #keys: BatchKey[] = [];
  #waiting: (() => void)[] = [];
  #writing = false;
  #scheduled = false;
  #unsynced = false;
  #syncTimer: NodeJS.Timeout | undefined;
  /** A plain number: a `FileHandle` that nobody closes ends the process when it is collected. */
  #file: number | undefined;
  #idle: (() => void)[] = [];
  #bytes = 0;
  /** Lines that could not be written. */
  lost = 0;

  constructor(folder: string, options: JournalOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Of the files, and of what is about to be written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends a line that its batch needs. */
  append(key: BatchKey, line: string): void {
    this.#keys.push(key);
    this.#push(line);
  }

  /** Says that nothing of the batch is needed any more. */
  settle(key: BatchKey, line: string): void {
    for (const segment of this.#segments) {
      segment.keys.delete(key);
    }
    this.#push(line);
  }

  /** Runs the function when everything appended so far is in the files, or could not be written. */
  whenWritten(run: () => void): void {
    if (this.#lines.length === 0 && !this.#writing) {
      run();
    } else {
      this.#waiting.push(run);
    }
  }

  /** Resolves when nothing is being written, and what is written is on the disk. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#lines.length === 0 && !this.#writing) {
        resolve();
      } else {
        this.#idle.push(resolve);
      }
    });
    clearTimeout(this.#syncTimer);
    await this.#closeFile().catch(() => {});
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) {
      await datasync(file);
      await close(file);
    }
  }

  #push(line: string): void {
    this.#lines.push(line);
    // At most three bytes a UTF-16 unit; mostly one.
    this.#bytes += line.length + 1;
    if (!this.#scheduled && !this.#writing) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        void this.#write();
      });
    }
  }

  async #write(): Promise<void> {
    this.#writing = true;
    // Whoever asks during a write waits for what there was by then.
    while (this.#lines.length > 0 || this.#waiting.length > 0) {
      const lines = this.#lines.splice(0);
      const keys = this.#keys.splice(0);
      const waiting = this.#waiting.splice(0);
      if (lines.length > 0) {
        await this.#writeLines(lines, keys);
      }
      for (const run of waiting) {
        run();
      }
    }
    this.#writing = false;
    for (const resolve of this.#idle.splice(0)) {
      resolve();
    }
  }

  async #writeLines(lines: readonly string[], keys: readonly BatchKey[]): Promise<void> {
    const estimate = lines.reduce((sum, line) => sum + line.length + 1, 0);
    try {
      const { file, segment } = await this.#current();
      for (const key of keys) {
        segment.keys.add(key);
      }
      const bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
      await writeAll(file, bytes);
      segment.bytes += bytes.length;
      this.#bytes += bytes.length - estimate;
      this.#unsynced = true;
      this.#syncSoon();
      this.#options.worked();
      await this.#clean();
    } catch (error) {
      this.#bytes -= estimate;
      this.lost += keys.length;
      this.#options.failed(error);
    }
  }

  async #current(): Promise<{ readonly file: number; readonly segment: Segment }> {
    const last = this.#segments.at(-1);
    if (last !== undefined && this.#file !== undefined && last.bytes < this.#options.segmentBytes) {
      return { file: this.#file, segment: last };
    }
    await this.#closeFile();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#number += 1;
    const path = join(this.#folder, `${`${this.#number}`.padStart(8, '0')}${segmentSuffix}`);
    const file = await open(path, 'a', 0o600);
    const segment = { path, keys: new Set<BatchKey>(), bytes: 0 };
    this.#segments.push(segment);
    this.#file = file;
    return { file, segment };
  }

  /** Removes what no batch needs any more, oldest first; the newest stays, to be written to. */
  async #clean(): Promise<void> {
    while (this.#segments.length > 1 && this.#segments[0]!.keys.size === 0) {
      const [oldest] = this.#segments.splice(0, 1);
      this.#bytes -= oldest!.bytes;
      await unlink(oldest!.path).catch(() => {});
    }
  }

  async #synchronise(): Promise<void> {
    if (this.#writing) {
      this.#unsynced = true;
      this.#syncSoon();
    } else if (this.#file !== undefined) {
      await datasync(this.#file);
    }
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      if (this.#unsynced) {
        this.#unsynced = false;
        // One that has been closed meanwhile was synchronised before.
        this.#synchronise().catch(this.#options.failed);
      }
    }, this.#options.syncMs).unref();
  }
}

const open = promisify(fs.open);
const close = promisify(fs.close);
const write = promisify(fs.write);
const datasync = promisify(fs.fdatasync);

async function writeAll(file: number, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await write(file, bytes, written);
    written += bytesWritten;
  }
}

export interface JournalOptions {
  /** Size at which a new file begins. */
  readonly segmentBytes: number;
  /** What is written reaches the disk at the latest after this. */
  readonly syncMs: number;
  readonly failed: (error: unknown) => void;
  readonly worked: () => void;
}

export const segmentSuffix = '.events';

interface Segment {
  readonly path: string;
  /** Batches with lines in this file that are not settled. */
  readonly keys: Set<BatchKey>;
  bytes: number;
}
