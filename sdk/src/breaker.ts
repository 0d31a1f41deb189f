import type { Diagnostics } from './diagnostics.ts';

/** What is wrong with functions of the app, and why; no reason means that it no longer is. */
export type Tell = (trouble: 'paused' | 'slow', reason: string | null) => void;

/**
 * Stops calling functions of the app that keep failing, or keep it waiting: after ten failures in a row they are left alone
 * for a minute, then tried once, and so on until one works. What they throw never reaches the app; this keeps it from paying
 * for them. Slow ones that are not that slow go on being called, and are told of.
 */
export class Breaker {
  readonly #now: () => number;
  readonly #tell: Tell;
  #failures = 0;
  #pausedUntil = 0;
  #calls = 0;
  /** In a row. */
  #slowCalls = 0;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number, tell: Tell) {
    this.#now = now;
    this.#tell = tell;
  }

  get mayCall(): boolean {
    return this.#pausedUntil === 0 || this.#now() >= this.#pausedUntil;
  }

  /** Whether this call is to be timed: reading clocks costs more than most functions, so few are until one is slow. */
  get isTimed(): boolean {
    return this.#failures > 0 || this.#slowCalls > 0 || this.#calls++ % timedEvery === 0;
  }

  failed(reason: string): void {
    this.#failures += 1;
    if (this.#failures >= maxFailures) {
      this.#failures = maxFailures - 1;
      this.#pausedUntil = this.#now() + pauseMs;
      this.#tell('paused', reason);
      this.#quick();
    }
  }

  /** Of a call that was timed: counts one that kept the app waiting as failed, and tells of those that are slow. */
  tookTooLong(ms: number): boolean {
    if (ms > maxMs) {
      this.failed(`it took ${Math.round(ms)} ms`);
      return true;
    }
    if (ms <= slowMs) {
      this.#quick();
      return false;
    }
    this.#slowCalls += 1;
    // One or two may have waited for a busy machine.
    if (this.#slowCalls >= slowInARow) {
      this.#tell('slow', `it takes ${Math.round(ms)} ms`);
    }
    return false;
  }

  worked(): void {
    if (this.#failures === 0) {
      return;
    }
    this.#failures = 0;
    if (this.#pausedUntil !== 0) {
      this.#pausedUntil = 0;
      this.#tell('paused', null);
    }
  }

  #quick(): void {
    if (this.#slowCalls >= slowInARow) {
      this.#tell('slow', null);
    }
    this.#slowCalls = 0;
  }
}

const maxFailures = 10;
const pauseMs = 60_000;
const maxMs = 100;
const slowMs = 10;
const slowInARow = 3;
/** A prime: where an inference is read in several steps, each of them has its turn. */
const timedEvery = 61;

/** Why an inference is lost whose functions are not called at the moment. */
export const leftAlone = 'left alone for a minute, having failed or been slow ten times in a row';

export type PausedCode = 'extractor_paused' | 'redactor_paused';

/** Makes the breakers of one monitor, and keeps its problems true: each lasts until the last function of its kind works again. */
export class Breakers {
  readonly #diagnostics: Pick<Diagnostics, 'raise' | 'clear'>;
  readonly #now: () => number;
  /** By problem, whose functions have it and why. */
  readonly #troubles = {
    extractor_paused: new Map<Breaker, string>(),
    redactor_paused: new Map<Breaker, string>(),
    extractor_slow: new Map<Breaker, string>(),
  };

  constructor(diagnostics: Pick<Diagnostics, 'raise' | 'clear'>, now: () => number) {
    this.#diagnostics = diagnostics;
    this.#now = now;
  }

  /** `whose`: the model whose inferences are read. */
  make(code: PausedCode, whose: string): Breaker {
    const breaker: Breaker = new Breaker(this.#now, (trouble, reason) => {
      const problem = trouble === 'paused' ? code : 'extractor_slow';
      const having = this.#troubles[problem];
      if (reason === null) {
        having.delete(breaker);
      } else {
        having.set(breaker, `${whose}: ${reason}`);
      }
      if (having.size === 0) {
        this.#diagnostics.clear(problem);
      } else {
        this.#diagnostics.raise(problem, [...new Set(having.values())].join(', '));
      }
    });
    return breaker;
  }
}
