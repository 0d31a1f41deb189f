import { types } from 'node:util';
import { isStream } from './recording/stream.ts';

export interface ShadowLimits {
  /** After this a call counts as failed with `TimeoutError`, and its signal is aborted. Default 5 000 ms. */
  readonly timeoutMs?: number;
  /** Calls at the same time; further ones are left out and counted as skipped. Default 4. */
  readonly concurrency?: number;
}

export interface ShadowCounts {
  readonly started: number;
  /** Did not end in time. */
  readonly timedOut: number;
  /** Left out because as many as may were running, or because the process may be frozen after its answer. */
  readonly skipped: number;
}

/** The limits that one call runs under. */
export interface LimitedCall {
  readonly signal: AbortSignal;
  /** Gives what the call gives, but rejects when the time is over. */
  within<Result>(call: () => Result): Result;
}

/**
 * Runs shadows one after the other's answer has been given, never more at once than may. A call that goes on after its time
 * is over keeps its place until it really ends: a version that hangs costs `concurrency` calls, not one for every answer.
 */
export class ShadowRunner {
  readonly #timeoutMs: number;
  readonly #concurrency: number;
  readonly #counts: { started: number; timedOut: number; skipped: number };
  #running = 0;

  constructor(limits: ShadowLimits, counts: { started: number; timedOut: number; skipped: number }) {
    this.#timeoutMs = limit(limits.timeoutMs, 5_000, 2 ** 31 - 1);
    this.#concurrency = limit(limits.concurrency, 4, 1_024);
    this.#counts = counts;
  }

  skip(): void {
    this.#counts.skipped += 1;
  }

  /** Runs it once the event loop has dealt with what is waiting now, such as the answer. */
  offer(run: (limited: LimitedCall) => unknown): void {
    if (this.#running >= this.#concurrency) {
      this.skip();
      return;
    }
    this.#running += 1;
    this.#counts.started += 1;
    setImmediate(() => {
      this.#run(run)
        .catch(() => {
          // It was recorded as a failure of the shadow, which is nobody else's.
        })
        .finally(() => {
          this.#running -= 1;
        });
    });
  }

  async #run(run: (limited: LimitedCall) => unknown): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const over = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    over.catch(() => {});
    const timer = setTimeout(() => {
      this.#counts.timedOut += 1;
      controller.abort(new DOMException('The shadow took too long', 'TimeoutError'));
    }, this.#timeoutMs).unref();
    let really: unknown;
    const within = <Result>(call: () => Result): Result => {
      const result = call();
      really = result;
      return types.isPromise(result) ? (Promise.race([result, over]) as Result) : result;
    };
    try {
      await drained(await run({ signal, within }), over);
    } finally {
      clearTimeout(timer);
      await really;
    }
  }
}

/** Takes a stream to its end, because nobody else does. */
async function drained(answer: unknown, over: Promise<never>): Promise<void> {
  if (!isStream(answer)) {
    return;
  }
  const chunks = (answer as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  try {
    while (!(await Promise.race([chunks.next(), over])).done) {}
  } finally {
    await chunks.return?.();
  }
}

function limit(given: unknown, otherwise: number, most: number): number {
  return typeof given === 'number' && given >= 1 ? Math.min(Math.floor(given), most) : otherwise;
}
