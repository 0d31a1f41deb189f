import type { FeatureValue } from '../event.ts';

/** Numbers that describe a value which must not leave the app itself: a vector, a text. */
export interface Descriptor {
  /** Features that it makes of one, all of them numbers. */
  readonly names: readonly string[];
  /** Writes them. Of a missing value it writes none; of what is no such value all of them, as invalid. */
  describe(value: unknown, into: Record<string, FeatureValue>): void;
}

/** What is there, but is not of the declared kind: counted as invalid, as numbers are that are not finite. */
export function describeInvalid(names: readonly string[], into: Record<string, FeatureValue>): void {
  for (const name of names) {
    into[name] = Number.POSITIVE_INFINITY;
  }
}
