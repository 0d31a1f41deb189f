/**
 * How many batches may be unanswered at a time. A broker that takes longer and longer to answer is given less at once:
 * each answer far later than the quickest one shrinks the window by a tenth, each timely one lets it grow a little again
 * (additive increase, multiplicative decrease: Chiu and Jain, 1989).
 */
export class Pace {
  readonly #most: number;
  #window: number;
  #quickestMs = Number.POSITIVE_INFINITY;

  constructor(most: number) {
    this.#most = most;
    this.#window = most;
  }

  get window(): number {
    return this.#window;
  }

  /** A batch was stored this long after it was sent. */
  answered(latencyMs: number): void {
    // The quickest ages, lest one lucky answer rule for ever.
    this.#quickestMs = Math.min(latencyMs, this.#quickestMs * 1.01);
    const late = Math.max(leastLateMs, 4 * this.#quickestMs);
    this.#window =
      latencyMs > late
        ? Math.max(fewest, this.#window * 0.9)
        : Math.min(this.#most, this.#window + 1 / Math.max(1, this.#window));
  }
}

/** Answers this quick are never late: the disk of a busy broker takes some tens of milliseconds now and then. */
const leastLateMs = 100;
const fewest = 4;
