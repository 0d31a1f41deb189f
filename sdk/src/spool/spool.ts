import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchKey, Journal } from './journal.ts';
import {
  claimLeftOver,
  disown,
  type LeftOverBatch,
  own,
  ownerBeatMs,
  readLeftOver,
  removeFolder,
  stillOwn,
} from './left-over.ts';
import { eventLine, type SpooledEvent, settledLine } from './lines.ts';

export interface SpoolSettings {
  readonly folder: string;
  /** Most bytes on disk. */
  readonly bytes: number;
}

export interface SpoolOptions extends SpoolSettings {
  /** Name of this process's own folder. */
  readonly name: string;
  readonly clock: () => number;
  /** Of a process before this one: to be published under its old number. Resolves when there is room for the next. */
  readonly recovered: (batch: LeftOverBatch) => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly worked: () => void;
}

/**
 * Keeps what was recorded on disk until the broker has it, so that the end of the process loses nothing that was accepted.
 *
 * Every event is written with the number of its batch before the batch may be published. A process that starts takes over
 * what dead ones left in the same folder and publishes it in the same batches, which readers tell from repeats by their
 * numbers: so everything accepted arrives, and once.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #folder: string;
  readonly #journal: Journal;
  #beat: NodeJS.Timeout | undefined;
  #scan: NodeJS.Timeout | undefined;
  #closed = false;
  #recovering = false;
  readonly #ready: Promise<void>;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#folder = join(options.folder, options.name);
    this.#journal = new Journal(this.#folder, {
      segmentBytes,
      syncMs,
      failed: options.failed,
      worked: options.worked,
    });
    this.#ready = this.#start();
  }

  /** 0 empty, 1 full. */
  get fill(): number {
    return this.#journal.bytes / this.#options.bytes;
  }

  get bytes(): number {
    return this.#journal.bytes;
  }

  recorded(producer: string, number: number, event: SpooledEvent): void {
    this.#journal.append(keyOf(producer, number), eventLine(producer, number, event));
  }

  settled(producer: string, number: number): void {
    this.#journal.settle(keyOf(producer, number), settledLine(producer, number));
  }

  /** Runs the function when everything recorded so far outlives the process. */
  whenWritten(run: () => void): void {
    this.#journal.whenWritten(run);
  }

  /** `empty`: nothing in it is needed any more. */
  async close(empty: boolean): Promise<void> {
    this.#closed = true;
    clearInterval(this.#beat);
    clearInterval(this.#scan);
    await this.#ready;
    await this.#journal.close();
    await (empty ? removeFolder(this.#folder) : undefined);
    disown(this.#folder);
  }

  async #start(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await own(this.#folder);
      this.#beat = setInterval(() => void stillOwn(this.#folder).catch(this.#options.failed), ownerBeatMs).unref();
      this.#scan = setInterval(() => void this.#recover(), scanMs).unref();
      await this.#recover();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  /** Makes the batches of dead processes our own: written here first, then forgotten there, then published. */
  async #recover(): Promise<void> {
    if (this.#closed || this.#recovering) {
      return;
    }
    this.#recovering = true;
    try {
      const folders = await this.#claimAll();
      const batches = new Map<BatchKey, LeftOverBatch>();
      for (const folder of folders) {
        for (const batch of await readLeftOver(folder)) {
          const key = keyOf(batch.producer, batch.number);
          // A process that died while it took a folder over left a part of the batch; the folder has all of it.
          if (batch.events.length > (batches.get(key)?.events.length ?? 0)) {
            batches.set(key, batch);
          }
        }
      }
      await this.#adopt([...batches.values()], folders);
    } catch (error) {
      this.#options.failed(error);
    } finally {
      this.#recovering = false;
    }
  }

  async #claimAll(): Promise<string[]> {
    const { folder: root, clock } = this.#options;
    const folders: string[] = [];
    for (;;) {
      const folder = await claimLeftOver(root, this.#folder, clock());
      if (folder === undefined) {
        return folders;
      }
      folders.push(folder);
    }
  }

  async #adopt(batches: readonly LeftOverBatch[], folders: readonly string[]): Promise<void> {
    const lost = this.#journal.lost;
    for (const { producer, number, events } of batches) {
      for (const event of events) {
        this.recorded(producer, number, event);
      }
    }
    await new Promise<void>((resolve) => this.whenWritten(resolve));
    for (const folder of folders) {
      if (this.#journal.lost === lost) {
        await removeFolder(folder);
      } else {
        disown(folder);
      }
    }
    for (const batch of batches) {
      await this.#options.recovered(batch);
    }
  }
}

function keyOf(producer: string, number: number): BatchKey {
  return `${producer}:${number}`;
}

const segmentBytes = 4 * 1024 * 1024;
const syncMs = 100;
const scanMs = 60_000;
