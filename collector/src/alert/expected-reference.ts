import { decodeReference, encodeReference, type Reference } from '../profile/index.ts';
import { type VersionKey, versionKey } from '../store/history.ts';
import { type Collection, jsonCollection, type ReadTransaction, type Transaction } from '../store/port.ts';

/**
 * A reference that waits for the engine: it changes what a version is compared with when it closes windows, together with
 * everything it remembers about the old one.
 */
export interface ExpectedReference {
  /** Id of the reference whose bins it has; if the version has another one by then, it is of no use. */
  readonly base: string;
  /** Windows that start before are in it: they are no evidence against it. */
  readonly judgedFrom: number;
  readonly reference: Reference;
}

const about = jsonCollection<Omit<ExpectedReference, 'reference'>>('expected_references');
const references: Collection<Reference> = {
  name: 'expected_reference_contents',
  encode: (reference) => new TextEncoder().encode(encodeReference(reference)),
  decode: (bytes) => decodeReference(new TextDecoder().decode(bytes)),
};

export async function putExpectedReference(
  transaction: Transaction,
  key: VersionKey,
  { reference, ...rest }: ExpectedReference,
): Promise<void> {
  await transaction.put(about, versionKey(key), rest);
  await transaction.put(references, versionKey(key), reference);
}

/** What waits for a version, for whoever changes its reference now; it waits no longer. */
export async function takeExpectedReference(
  transaction: Transaction,
  key: VersionKey,
): Promise<ExpectedReference | undefined> {
  const waiting = await readWaiting(transaction, key);
  if (waiting === undefined) return undefined;
  await transaction.delete(about, versionKey(key));
  await transaction.delete(references, versionKey(key));
  return waiting;
}

async function readWaiting(transaction: ReadTransaction, key: VersionKey): Promise<ExpectedReference | undefined> {
  const stored = await transaction.get(about, versionKey(key));
  const reference = stored && (await transaction.get(references, versionKey(key)));
  return stored && reference && { ...stored.value, reference: reference.value };
}
