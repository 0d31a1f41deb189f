/** Functions that want to hear of every change. One that throws keeps none of the others from hearing. */
export class Listeners<Value> {
  readonly #listeners = new Set<(value: Value) => void>();
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Returns what takes it back. */
  add(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(value: Value): void {
    for (const listener of this.#listeners) {
      this.tellOne(listener, value);
    }
  }

  tellOne(listener: (value: Value) => void, value: Value): void {
    try {
      listener(value);
    } catch (error) {
      this.#failed(error);
    }
  }
}
