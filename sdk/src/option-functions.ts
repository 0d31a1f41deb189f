import { type Breaker, leftAlone } from './breaker.ts';
import { errorTypeOf } from './error-type.ts';
import type { RecordPort } from './record-port.ts';

/**
 * Functions that an app gave an instrumentation as options. One that throws costs an inference, which is counted; after ten
 * failures in a row they are left alone for a while, and `recorded` apart from those that read.
 */
export class OptionFunctions {
  readonly #port: RecordPort;
  readonly #reading: Breaker;
  readonly #telling: Breaker;
  /** What they took for the inference at hand, as far as it was timed. */
  #readMs = 0;

  /** `whose`: what the instrumentation records, for the log. */
  constructor(port: RecordPort, whose: string) {
    this.#port = port;
    this.#reading = port.breaker(whose);
    this.#telling = port.breaker(`recorded() of ${whose}`);
  }

  /** What the functions say of an inference of the model; nothing when it is lost. */
  read<Value>(model: string | undefined, run: () => Value): Value | undefined {
    if (!this.#reading.mayCall) {
      this.#port.lost(model, leftAlone);
      return undefined;
    }
    const readFrom = this.#reading.isTimed ? performance.now() : undefined;
    try {
      const value = run();
      this.#readMs += readFrom === undefined ? 0 : performance.now() - readFrom;
      return value;
    } catch (error) {
      this.#readMs = 0;
      const reason = errorTypeOf(error);
      this.#reading.failed(reason);
      this.#port.lost(model, reason);
      return undefined;
    }
  }

  /** All that was asked of them about an inference has been answered. */
  worked(): void {
    if (this.#readMs === 0 || !this.#reading.tookTooLong(this.#readMs)) {
      this.#reading.worked();
    }
    this.#readMs = 0;
  }

  /** Calls `recorded`: the inference is safe whatever that does. */
  tell(run: () => void): void {
    tellOf(this.#telling, this.#port, run);
  }
}

/** Tells an app the id of what was recorded, through the function it gave for that. */
export function tellOf(breaker: Breaker, log: Pick<RecordPort, 'warn'>, run: () => void): void {
  if (!breaker.mayCall) {
    return;
  }
  const calledAt = breaker.isTimed ? performance.now() : undefined;
  try {
    run();
    if (calledAt === undefined || !breaker.tookTooLong(performance.now() - calledAt)) {
      breaker.worked();
    }
  } catch (error) {
    const reason = errorTypeOf(error);
    breaker.failed(reason);
    log.warn('callback', `recorded() threw: ${reason}`);
  }
}
