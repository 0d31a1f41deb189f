import type { DropReason } from '../reasons.ts';

/**
 * Events that the buffer or the spool had no room for, from the first one until there is room again: how a period of loss
 * ended is said in one line with exact counts. Periods less than a minute apart are told as one.
 */
export class LossPeriod {
  readonly #clock: () => number;
  readonly #tell: (message: string) => void;
  #since: number | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #thinned = 0;
  readonly #dropped = new Map<DropReason, number>();

  constructor(clock: () => number, tell: (message: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  lost(reason: DropReason | 'thinned'): void {
    this.#since ??= this.#clock();
    if (reason === 'thinned') {
      this.#thinned += 1;
    } else {
      this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
    }
  }

  /** An event has left the buffer, which is now as full as this (0 empty, 1 full). */
  drained(fill: number): void {
    if (this.#since !== undefined && fill < roomFill && this.#clock() - this.#toldAt >= apartMs) {
      this.#end('there is room again');
    }
  }

  /** Nothing more will be recorded. */
  closed(): void {
    this.#end('the monitor is shut down');
  }

  #end(how: string): void {
    if (this.#since === undefined) {
      return;
    }
    const reasons = [...this.#dropped].map(([reason, events]) => `${reason} ${events}`).join(', ');
    const dropped = [...this.#dropped.values()].reduce((sum, events) => sum + events, 0);
    const since = new Date(this.#since).toISOString();
    this.#tell(
      `${how}: since ${since} ${this.#thinned} inferences were thinned, whose weight others carry, and ${dropped} events dropped${
        dropped === 0 ? '' : ` (${reasons})`
      }`,
    );
    this.#since = undefined;
    this.#toldAt = this.#clock();
    this.#thinned = 0;
    this.#dropped.clear();
  }
}

/** Well below where thinning begins, so that a buffer about there is one period. */
const roomFill = 0.25;
const apartMs = 60_000;
