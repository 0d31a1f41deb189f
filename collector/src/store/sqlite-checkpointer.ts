import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Moves what SQLite has logged into the database file, in a thread of its own: done by whoever commits, as SQLite does it,
 * everything else would wait for the disk. It starts when there is enough to move for the first time.
 */
export class SqliteCheckpointer {
  readonly #path: string;
  #worker: Worker | null = null;
  #isMoving = false;
  #waitingBytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** So many bytes have been committed. */
  committed(bytes: number): void {
    this.#waitingBytes += bytes;
    if (this.#waitingBytes < worthMovingBytes || this.#isMoving) return;
    this.#isMoving = true;
    this.#waitingBytes = 0;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    worker.postMessage('close');
    await once(worker, 'exit');
  }

  #start(): Worker {
    const worker = new Worker(new URL('./sqlite-checkpoint-thread.ts', import.meta.url), { workerData: this.#path });
    const end = () => {
      this.#worker = null;
      this.#isMoving = false;
    };
    worker.on('message', () => {
      this.#isMoving = false;
    });
    // Then SQLite moves it itself, later and in the way: see `openSqliteStore`. The next attempt starts another thread.
    worker.on('error', end);
    worker.on('exit', end);
    return worker;
  }
}

const worthMovingBytes = 8 * 1_048_576;
