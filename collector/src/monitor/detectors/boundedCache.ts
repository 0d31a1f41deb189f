/**
 * Keeps what takes long to make, by key, as far as it fits into so many bytes.
 *
 * When it is full, what was asked for longest ago makes room, but only once nobody has wanted it for long: windows of many
 * models end in turn, and if each took the place of the next to come, none would ever be found. Until then what is new is
 * made each time it is asked for.
 */
export class BoundedCache<Value> {
  readonly #options: BoundedCacheOptions<Value>;
  /** Asked for longest ago first. */
  readonly #entries = new Map<string, Entry<Value>>();
  #bytes = 0;
  #askings = 0;

  constructor(options: BoundedCacheOptions<Value>) {
    this.#options = options;
  }

  get(key: string, make: () => Value): Value {
    this.#askings++;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, { ...known, askedAt: this.#askings });
      return known.value;
    }
    const value = make();
    const bytes = this.#options.bytesOf(value);
    this.#makeRoom(bytes);
    if (this.#bytes + bytes <= this.#options.bytes) {
      this.#entries.set(key, { value, bytes, askedAt: this.#askings });
      this.#bytes += bytes;
    }
    return value;
  }

  #makeRoom(bytes: number): void {
    for (const [key, entry] of this.#entries) {
      const isWanted = this.#askings - entry.askedAt <= this.#options.wantedFor;
      if (isWanted || this.#bytes + bytes <= this.#options.bytes) return;
      this.#entries.delete(key);
      this.#bytes -= entry.bytes;
    }
  }
}

export interface BoundedCacheOptions<Value> {
  readonly bytes: number;
  /** About how much memory a value takes. */
  readonly bytesOf: (value: Value) => number;
  /** What has been asked for among the last so many askings stays. */
  readonly wantedFor: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
  readonly askedAt: number;
}
