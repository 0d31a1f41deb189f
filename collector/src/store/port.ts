/**
 * The one port to durable state: named collections of ordered keys with values and revisions, changed only in
 * transactions. Everything the collector remembers goes through it, so "state, audit record, outgoing event and stream
 * position commit together" holds by construction, and a second database needs only these few methods.
 */

/** How values of a collection become bytes. Values are immutable once stored. */
export interface Collection<Value> {
  readonly name: string;
  readonly encode: (value: Value) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Value;
}

export interface Stored<Value> {
  readonly key: string;
  readonly value: Value;
  /** 1 when created, one more with every change. Deleting and creating again starts over. */
  readonly revision: number;
}

/** Keys are compared by their UTF-8 bytes. */
export interface KeyRange {
  /** Only keys that start with this. */
  readonly prefix?: string | undefined;
  /** Inclusive lower bound. */
  readonly from?: string | undefined;
  /** Exclusive lower bound: where the last page ended. */
  readonly after?: string | undefined;
  /** Exclusive upper bound. */
  readonly before?: string | undefined;
  readonly limit?: number | undefined;
  readonly reverse?: boolean | undefined;
}

export interface ReadTransaction {
  get<Value>(collection: Collection<Value>, key: string): Promise<Stored<Value> | undefined>;
  /** In the order of `keys`; `undefined` where there is none. */
  getMany<Value>(collection: Collection<Value>, keys: readonly string[]): Promise<(Stored<Value> | undefined)[]>;
  range<Value>(collection: Collection<Value>, range: KeyRange): Promise<Stored<Value>[]>;
}

/** What a write expects to find: a revision, nothing there (`'absent'`), or anything (`undefined`). */
export type Expectation = number | 'absent' | undefined;

export interface Transaction extends ReadTransaction {
  /** Returns the new revision. Throws `REVISION_CONFLICT` when the expectation fails. */
  put<Value>(collection: Collection<Value>, key: string, value: Value, expected?: Expectation): Promise<number>;
  putMany<Value>(
    collection: Collection<Value>,
    entries: readonly { readonly key: string; readonly value: Value }[],
  ): Promise<void>;
  delete<Value>(collection: Collection<Value>, key: string): Promise<boolean>;
  /** Returns how many were deleted. */
  deleteRange<Value>(collection: Collection<Value>, range: KeyRange): Promise<number>;
}

export interface TransactionOptions {
  /**
   * Names a part of the state that only transactions of this name write; they take turns with each other and may run
   * beside all others. Default: everything that has no name of its own.
   */
  readonly scope?: string;
}

export interface Store {
  /** Reads one consistent snapshot. */
  read<Result>(work: (transaction: ReadTransaction) => Promise<Result>): Promise<Result>;
  /**
   * Serialisable within its scope; commits when `work` resolves, leaves no trace when it throws. Durable when it
   * resolves. `work` runs once: what a store cannot commit fails and is not tried again behind the caller's back.
   */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  close(): Promise<void>;
}

/** A collection of JSON values. */
export function jsonCollection<Value>(name: string): Collection<Value> {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    name,
    encode: (value) => encoder.encode(JSON.stringify(value)),
    // The bytes were written by `encode` above; readers of older shapes migrate in their own room.
    decode: (bytes) => JSON.parse(decoder.decode(bytes)) as Value,
  };
}

/** A number as a key part that sorts like the number: 16 digits, for times and sequences up to 2^53. */
export function sortableNumber(value: number): string {
  return String(Math.trunc(value)).padStart(16, '0');
}

/** Key parts joined so that no part can run into the next: `/` in a part is escaped. */
export function compositeKey(...parts: readonly (string | number)[]): string {
  return parts.map((part) => (typeof part === 'number' ? sortableNumber(part) : encodeURIComponent(part))).join('/');
}
