import { type MonitorStatus, startUpLine } from './status.ts';

/** Tells the log once what works and what does not: with the first connection, or when it has not come after a while. */
export class StartUp {
  readonly #status: () => MonitorStatus;
  readonly #info: (line: string) => void;
  readonly #timer: NodeJS.Timeout;
  #told = false;

  constructor(status: () => MonitorStatus, info: (line: string) => void) {
    this.#status = status;
    this.#info = info;
    this.#timer = setTimeout(() => this.#tell(), patienceMs).unref();
  }

  /** From the second line on, the connection alone is news. */
  connected(server: string): void {
    if (this.#told) {
      this.#info(`${this.#status().service} is connected to ${server}`);
    } else {
      this.#tell();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#told = true;
    clearTimeout(this.#timer);
    this.#info(startUpLine(this.#status()));
  }
}

const patienceMs = 5_000;
