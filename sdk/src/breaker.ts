import type { Diagnostics } from './diagnostics.ts';

/**
 * Stops calling functions of the app that keep failing, or are slow: after ten failures in a row they are left alone for a
 * minute, then tried once, and so on until one works. What they throw never reaches the app; this keeps it from paying for
 * them.
 */
export class Breaker {
  readonly #now: () => number;
  readonly #changed: (reason: string | null) => void;
  #failures = 0;
  #pausedUntil = 0;
  #calls = 0;

  /** `now`: monotonic milliseconds. `changed`: told why they are left alone, and null once they work again. */
  constructor(now: () => number, changed: (reason: string | null) => void) {
    this.#now = now;
    this.#changed = changed;
  }

  get mayCall(): boolean {
    return this.#pausedUntil === 0 || this.#now() >= this.#pausedUntil;
  }

  /** Whether this call is to be timed: reading clocks costs more than most functions, so few are until one is slow. */
  get isTimed(): boolean {
    return this.#failures > 0 || this.#calls++ % timedEvery === 0;
  }

  failed(reason: string): void {
    this.#failures += 1;
    if (this.#failures >= maxFailures) {
      this.#failures = maxFailures - 1;
      this.#pausedUntil = this.#now() + pauseMs;
      this.#changed(reason);
    }
  }

  /** Counts a call that kept the app waiting as failed. */
  tookTooLong(ms: number): boolean {
    if (ms > maxMs) {
      this.failed(`it took ${Math.round(ms)} ms`);
    }
    return ms > maxMs;
  }

  worked(): void {
    if (this.#failures === 0) {
      return;
    }
    this.#failures = 0;
    if (this.#pausedUntil !== 0) {
      this.#pausedUntil = 0;
      this.#changed(null);
    }
  }
}

const maxFailures = 10;
const pauseMs = 60_000;
const maxMs = 100;
const timedEvery = 64;

/** Why an inference is lost whose functions are not called at the moment. */
export const leftAlone = 'left alone for a minute, having failed or been slow ten times in a row';

export type PausedCode = 'extractor_paused' | 'redactor_paused';

/** Makes the breakers of one monitor, and keeps its problems true: each lasts until the last function of its kind works again. */
export class Breakers {
  readonly #diagnostics: Pick<Diagnostics, 'raise' | 'clear'>;
  readonly #now: () => number;
  readonly #paused = { extractor_paused: new Map<Breaker, string>(), redactor_paused: new Map<Breaker, string>() };

  constructor(diagnostics: Pick<Diagnostics, 'raise' | 'clear'>, now: () => number) {
    this.#diagnostics = diagnostics;
    this.#now = now;
  }

  /** `whose`: the model whose inferences are read. */
  make(code: PausedCode, whose: string): Breaker {
    const paused = this.#paused[code];
    const breaker: Breaker = new Breaker(this.#now, (reason) => {
      if (reason === null) {
        paused.delete(breaker);
      } else {
        paused.set(breaker, `${whose}: ${reason}`);
      }
      if (paused.size === 0) {
        this.#diagnostics.clear(code);
      } else {
        this.#diagnostics.raise(code, [...new Set(paused.values())].join(', '));
      }
    });
    return breaker;
  }
}
