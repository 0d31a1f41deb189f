/** A map that forgets: its oldest entries beyond a number, and every entry beyond an age. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly at: number }>();
  readonly #maxEntries: number;
  readonly #maxAgeMs: number;
  readonly #clock: () => number;

  constructor(maxEntries: number, maxAgeMs: number, clock: () => number) {
    this.#maxEntries = maxEntries;
    this.#maxAgeMs = maxAgeMs;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || this.#clock() - entry.at > this.#maxAgeMs ? undefined : entry.value;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Gives the value and forgets it. */
  take(key: string): Value | undefined {
    const value = this.get(key);
    this.#entries.delete(key);
    return value;
  }

  set(key: string, value: Value): void {
    const now = this.#clock();
    // Setting anew moves an entry to the end: the order is that of age.
    this.#entries.delete(key);
    this.#entries.set(key, { value, at: now });
    for (const [oldest, { at }] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && now - at <= this.#maxAgeMs) {
        break;
      }
      this.#entries.delete(oldest);
    }
  }
}
