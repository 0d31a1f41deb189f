import { createHmac } from 'node:crypto';
import { primaryId, shadowMark } from '../subjects.ts';

export interface PseudonymKey {
  /** Stands before every pseudonym it makes: 1 to 8 letters or digits. */
  readonly id: string;
  readonly secret: string | Uint8Array;
}

/**
 * Keyed pseudonyms: HMAC-SHA-256 (RFC 2104) cut to 128 bits, after the name of its key, as `k1.3q2-7wXy...`. Without the
 * key nobody finds out whom one stands for, by trying names either: a bare hash of a name or number would tell. The key
 * stays in the app; a new key makes new pseudonyms, and once an old one is destroyed its pseudonyms lead nowhere.
 */
export class Pseudonyms {
  readonly #keys: readonly PseudonymKey[];
  readonly #known = new Map<string, string>();

  /** The first key makes pseudonyms; the others are there for outcomes of what was recorded under them. */
  constructor(keys: readonly PseudonymKey[]) {
    this.#keys = keys;
  }

  of(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) {
      return known;
    }
    const made = pseudonym(this.#keys[0]!, text);
    if (this.#known.size >= maxKnown) {
      this.#known.clear();
    }
    this.#known.set(text, made);
    return made;
  }

  /** An id to record with: UUIDs say nothing about anybody and stay, a shadow's mark and version stay. */
  ofId(id: string): string {
    return this.#replaced(id, (own) => this.of(own));
  }

  /** What an inference with this id was recorded as, under each of the keys. */
  allOfId(id: string): readonly string[] {
    const all = this.#keys.map((key) => this.#replaced(id, (own) => pseudonym(key, own)));
    return [...new Set(all)];
  }

  #replaced(id: string, replace: (own: string) => string): string {
    const own = primaryId(id);
    return uuidPattern.test(own) ? id : `${replace(own)}${id.includes(shadowMark) ? id.slice(own.length) : ''}`;
  }
}

function pseudonym({ id, secret }: PseudonymKey, text: string): string {
  return `${id}.${createHmac('sha256', secret).update(text).digest().subarray(0, 16).toString('base64url')}`;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Makes one costs some microseconds: those of the same text are remembered. */
const maxKnown = 10_000;
