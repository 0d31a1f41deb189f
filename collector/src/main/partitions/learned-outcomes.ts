import { type VersionKey, versionKey } from '../../store/history.ts';
import { type Collection, compositeKey, type ReadTransaction, type Transaction } from '../../store/port.ts';
import { decodeJoinRecord, encodeJoinRecord, type JoinRecord } from '../join-record.ts';
import type { JoinCounts } from '../join-run.ts';
import type { OutcomeJoin } from '../outcome-join.ts';
import type { RawLabel } from './contribution.ts';

/**
 * What the leader has in place of the join: the owners of the partitions have joined already. It keeps the labels of
 * versions that are learning their reference, as far as slices are merged. The join itself may be ahead of that, and
 * a label taken from there would be counted once more when its slice comes.
 */
export class LearnedOutcomes implements Pick<OutcomeJoin, 'join' | 'giveUp' | 'records'> {
  async join(): Promise<JoinCounts> {
    return { first: 0, corrected: 0, repeated: 0, refused: 0, unlabelled: 0 };
  }

  async giveUp(): Promise<number> {
    return 0;
  }

  async records(
    transaction: ReadTransaction,
    key: VersionKey,
    ids: readonly string[],
  ): Promise<(JoinRecord | undefined)[]> {
    const stored = await transaction.getMany(
      learned,
      ids.map((id) => keyOf(key, id)),
    );
    return stored.map((one) => one && decodeJoinRecord(one.value));
  }

  async keep(transaction: Transaction, key: VersionKey, labels: readonly RawLabel[]): Promise<void> {
    await transaction.putMany(
      learned,
      labels.map(({ inferenceId, record, label }) => ({
        key: keyOf(key, inferenceId),
        value: encodeJoinRecord({ ...record, label, labelTime: 0 }),
      })),
    );
  }

  /** The version has its reference: its labels count in its windows from now on. */
  async forget(transaction: Transaction, key: VersionKey): Promise<void> {
    await transaction.deleteRange(learned, { prefix: `${versionKey(key)}/` });
  }
}

function keyOf(key: VersionKey, inferenceId: string): string {
  return `${versionKey(key)}/${compositeKey(inferenceId)}`;
}

const learned: Collection<Uint8Array> = {
  name: 'learned_outcomes',
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
};
