import { deserialize, serialize } from 'node:v8';
import type { InferenceBatch } from '@plumbline/sdk/event';
import type { OutcomeArrivals } from '../../monitor/index.ts';
import { encodeProfile, type Profile } from '../../profile/index.ts';
import type { Counts } from '../../store/counts.ts';
import type { VersionKey } from '../../store/history.ts';
import { packed } from '../../store/packed.ts';
import { compositeKey, type ReadTransaction, sortableNumber, type Transaction } from '../../store/port.ts';
import type { JoinRecord } from '../join-record.ts';

/** A label of a version that had no reference yet when it was joined. */
export interface RawLabel {
  readonly inferenceId: string;
  /** The inference as it was before this label. */
  readonly record: JoinRecord;
  readonly label: string | number;
}

/** What one collector counted of one slice, in parts. The leader puts together those of all collectors. */
export type Contribution =
  /** Rows of a version in a window, folded with the version's reference. */
  | { readonly kind: 'rows'; readonly key: VersionKey; readonly from: number }
  /** Rows as they came, of a version whose reference was not known: `sequence` is their place on the stream. */
  | { readonly kind: 'batch'; readonly key: VersionKey; readonly from: number; readonly sequence: number }
  /** What labels changed in a window, folded with the version's reference. */
  | { readonly kind: 'outcomes'; readonly key: VersionKey; readonly from: number }
  | { readonly kind: 'arrivals'; readonly key: VersionKey; readonly arrivals: OutcomeArrivals }
  | { readonly kind: 'labels'; readonly key: VersionKey; readonly labels: readonly RawLabel[] }
  | {
      readonly kind: 'agreements';
      readonly key: VersionKey;
      readonly from: number;
      readonly agree: number;
      readonly disagree: number;
    }
  /** Numbers to add to those of the store; what waits may have become less. */
  | { readonly kind: 'counts'; readonly counts: Partial<Counts> };

export interface StoredContribution {
  readonly slice: number;
  readonly contribution: Contribution;
  /** A profile for `rows` and `outcomes`, a batch for `batch`; else empty. */
  readonly bytes: Uint8Array;
}

const contributions = packed<Contribution>('contributions');
const noBytes = new Uint8Array(0);

export interface ContributionPart {
  readonly slice: number;
  readonly contribution: Contribution;
  readonly content?: Profile | InferenceBatch;
}

/** `commit`: a number that no other commit of this collector has; `first`: how many of its parts were put before. */
export async function putContributions(
  transaction: Transaction,
  collector: string,
  { commit, first }: { readonly commit: number; readonly first: number },
  parts: readonly ContributionPart[],
): Promise<void> {
  await transaction.putMany(
    contributions,
    parts.map(({ slice, contribution, content }, index) => ({
      key: compositeKey(slice, collector, commit, first + index),
      value: { header: contribution, bytes: content === undefined ? noBytes : encodeContent(content) },
    })),
  );
}

/** Contributions to slices in `(after, through]`, slice by slice; the last slice may be cut off by `limit`. */
export async function readContributions(
  transaction: ReadTransaction,
  after: number,
  through: number,
  limit: number,
): Promise<StoredContribution[]> {
  const range = { from: sortableNumber(after + 1), before: sortableNumber(through + 1), limit };
  const stored = await transaction.range(contributions, range);
  return stored.map(({ key, value }) => ({
    slice: Number(key.slice(0, key.indexOf('/'))),
    contribution: value.header,
    bytes: value.bytes,
  }));
}

export async function forgetContributions(transaction: Transaction, through: number): Promise<void> {
  await transaction.deleteRange(contributions, { before: sortableNumber(through + 1) });
}

/** Rows of a `batch`. */
export function decodeRows(bytes: Uint8Array): InferenceBatch {
  // Written by `encodeContent` below, columns as typed arrays.
  return deserialize(bytes) as InferenceBatch;
}

function encodeContent(content: Profile | InferenceBatch): Uint8Array {
  return 'kind' in content ? serialize(content) : encodeProfile(content);
}
