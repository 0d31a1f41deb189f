import type { SegmentRecord } from '../monitor/index.ts';
import { type VersionKey, versionKey } from './history.ts';
import { jsonCollection, type ReadTransaction, type Transaction } from './port.ts';

/** What the regular searches for weak segments have confirmed, by version. */
const records = jsonCollection<SegmentRecord>('segment_records');

export async function readSegmentRecord(
  transaction: ReadTransaction,
  key: VersionKey,
): Promise<SegmentRecord | undefined> {
  return (await transaction.get(records, versionKey(key)))?.value;
}

export async function putSegmentRecord(
  transaction: Transaction,
  key: VersionKey,
  record: SegmentRecord,
): Promise<void> {
  await transaction.put(records, versionKey(key), record);
}
