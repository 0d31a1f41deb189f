import { jsonCollection, type ReadTransaction, sortableNumber, type Transaction } from './port.ts';

/** What could not be read, and why. The bytes themselves wait in the dead-letter stream of the broker. */
export interface DeadLetter {
  /** Sequence of the message on the stream. */
  readonly id: string;
  /** When the broker stored it, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  readonly subject: string;
  readonly code: string;
  readonly reason: string;
  readonly bytes: number;
}

export const deadLetterCollection = jsonCollection<DeadLetter>('dead_letters');

/** Later ones push the oldest out; how many there were in all is in `Counts.deadLetters`. */
const keptDeadLetters = 10_000;
/** Old ones are removed each time this many came. */
const removalInterval = 500;

/** Newest first; `before` is the id of the last one of the page before. */
export async function readDeadLetters(
  transaction: ReadTransaction,
  page: { readonly limit: number; readonly before?: string },
): Promise<DeadLetter[]> {
  const stored = await transaction.range(deadLetterCollection, {
    limit: page.limit,
    reverse: true,
    ...(page.before === undefined ? {} : { before: sortableNumber(Number(page.before)) }),
  });
  return stored.map(({ value }) => value);
}

/**
 * Records letters in the transaction that counts them and moves the position past them.
 * `total`: how many there were in all, these included.
 */
export async function putDeadLetters(
  transaction: Transaction,
  letters: readonly DeadLetter[],
  total: number,
): Promise<void> {
  if (letters.length === 0) return;
  const entries = letters.map((letter) => ({ key: sortableNumber(Number(letter.id)), value: letter }));
  await transaction.putMany(deadLetterCollection, entries);
  if (Math.floor(total / removalInterval) === Math.floor((total - letters.length) / removalInterval)) return;
  const kept = await transaction.range(deadLetterCollection, { reverse: true, limit: keptDeadLetters });
  const oldest = kept.at(-1);
  if (oldest !== undefined) await transaction.deleteRange(deadLetterCollection, { before: oldest.key });
}
