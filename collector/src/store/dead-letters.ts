import { jsonCollection, type ReadTransaction, type Stored, sortableNumber, type Transaction } from './port.ts';

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
  /** Its sequence on the dead-letter stream; absent when the broker did not take it. */
  readonly aside?: number;
  readonly replayed?: { readonly at: number; readonly by: string };
}

export const deadLetterCollection = jsonCollection<DeadLetter>('dead_letters');
/** What was last done about all letters of a code. */
const replays = jsonCollection<{ readonly at: number }>('dead_letter_replays');

/** Later ones push the oldest out; how many there were in all is in `Counts.deadLetters`. */
const keptDeadLetters = 10_000;
/** Old ones are removed each time this many came. */
const removalInterval = 500;
/** Letters that one look at the store brings. */
const blockSize = 500;

/** Newest first; `before` is the id of the last one of the page before. */
export async function readDeadLetters(
  transaction: ReadTransaction,
  page: Parameters<typeof readDeadLetterPage>[1],
): Promise<DeadLetter[]> {
  return (await readDeadLetterPage(transaction, page)).map(({ value }) => value);
}

/** As `readDeadLetters`, with their revisions. */
export async function readDeadLetterPage(
  transaction: ReadTransaction,
  page: { readonly limit: number; readonly before?: string | undefined; readonly code?: string | undefined },
): Promise<Stored<DeadLetter>[]> {
  const found: Stored<DeadLetter>[] = [];
  let before = page.before === undefined ? undefined : keyOf(page.before);
  // Kept are at most `keptDeadLetters` and some: a code that nobody has is looked for that far.
  for (;;) {
    const block = await transaction.range(deadLetterCollection, { before, reverse: true, limit: blockSize });
    for (const stored of block) {
      if (page.code === undefined || stored.value.code === page.code) found.push(stored);
      if (found.length === page.limit) return found;
    }
    before = block.at(-1)?.key;
    if (block.length < blockSize || before === undefined) return found;
  }
}

export async function readDeadLetter(
  transaction: ReadTransaction,
  id: string,
): Promise<Stored<DeadLetter> | undefined> {
  return /^\d{1,16}$/.test(id) ? transaction.get(deadLetterCollection, keyOf(id)) : undefined;
}

/** Those of a code that nobody has replayed yet, the oldest first. */
export async function readWaitingDeadLetters(
  transaction: ReadTransaction,
  code: string,
): Promise<Stored<DeadLetter>[]> {
  const all = await transaction.range(deadLetterCollection, {});
  return all.filter(({ value }) => value.code === code && value.replayed === undefined);
}

export interface DeadLetterCode {
  readonly code: string;
  /** Letters of this code that are kept. */
  readonly kept: number;
  /** Those of them that nobody has replayed. */
  readonly waiting: number;
  /** Changes when all of them are replayed. */
  readonly revision: number;
}

/** The codes of the letters that are kept, the most frequent first. */
export async function readDeadLetterCodes(transaction: ReadTransaction): Promise<DeadLetterCode[]> {
  const counts = new Map<string, { kept: number; waiting: number }>();
  for (const { value } of await transaction.range(deadLetterCollection, {})) {
    const count = counts.get(value.code) ?? { kept: 0, waiting: 0 };
    count.kept += 1;
    if (value.replayed === undefined) count.waiting += 1;
    counts.set(value.code, count);
  }
  const codes = [...counts.keys()].sort((a, b) => (counts.get(b)?.kept ?? 0) - (counts.get(a)?.kept ?? 0));
  const stored = await transaction.getMany(replays, codes);
  return codes.map((code, index) => ({
    code,
    ...(counts.get(code) ?? { kept: 0, waiting: 0 }),
    revision: stored[index]?.revision ?? 0,
  }));
}

/** Marks a letter; returns its new revision. */
export async function markReplayed(
  transaction: Transaction,
  { key, value, revision }: Stored<DeadLetter>,
  replayed: NonNullable<DeadLetter['replayed']>,
): Promise<number> {
  return transaction.put(deadLetterCollection, key, { ...value, replayed }, revision);
}

/** Revision of what was done about a code; 0: nothing yet. */
export async function readReplayRevision(transaction: ReadTransaction, code: string): Promise<number> {
  return (await transaction.get(replays, code))?.revision ?? 0;
}

export async function noteReplay(transaction: Transaction, code: string, at: number): Promise<number> {
  return transaction.put(replays, code, { at });
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
  const entries = letters.map((letter) => ({ key: keyOf(letter.id), value: letter }));
  await transaction.putMany(deadLetterCollection, entries);
  if (Math.floor(total / removalInterval) === Math.floor((total - letters.length) / removalInterval)) return;
  const kept = await transaction.range(deadLetterCollection, { reverse: true, limit: keptDeadLetters });
  const oldest = kept.at(-1);
  if (oldest !== undefined) await transaction.deleteRange(deadLetterCollection, { before: oldest.key });
}

function keyOf(id: string): string {
  return sortableNumber(Number(id));
}
