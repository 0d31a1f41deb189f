import type { KeyObject } from 'node:crypto';
import { type AuditSource, type AuditVerification, auditHeadCollection, headKey, verifyAuditSource } from './audit.ts';
import { isSignedBy, keyIdOf, type SignedHead, type SigningKey, signHead } from './audit-signature.ts';
import type { EnqueueEvent } from './outgoing.ts';
import { jsonCollection, type ReadTransaction, sortableNumber, type Transaction } from './port.ts';

/** Signed heads as they were made, by the sequence of the record they cover. */
const signedHeads = jsonCollection<SignedHead>('audit_signed_heads');

export interface CheckpointRules {
  /** A head is signed when the last one is older than this, or has as many records behind it. */
  readonly everyMs: number;
  readonly everyRecords: number;
}

/** Signed heads, newest first. */
export async function readSignedHeads(transaction: ReadTransaction, limit: number): Promise<SignedHead[]> {
  return (await transaction.range(signedHeads, { limit, reverse: true })).map(({ value }) => value);
}

/**
 * Signs the head of the log and sends it away as `audit.checkpoint`, if the last one is old enough: whoever receives it
 * can prove later what the log was. `null` when there is nothing to sign yet.
 */
export async function signCheckpoint(
  transaction: Transaction,
  key: SigningKey,
  now: number,
  { everyMs, everyRecords }: CheckpointRules,
  enqueue: EnqueueEvent,
): Promise<SignedHead | null> {
  const head = (await transaction.get(auditHeadCollection, headKey))?.value;
  const [last] = await readSignedHeads(transaction, 1);
  const behind = (head?.sequence ?? 0) - (last?.sequence ?? 0);
  if (head === undefined || behind <= 0) return null;
  if (last !== undefined && behind < everyRecords && now - last.at < everyMs) return null;
  const signed = signHead(head, key, now);
  await transaction.put(signedHeads, sortableNumber(signed.sequence), signed);
  await enqueue(transaction, { type: 'audit.checkpoint', subject: 'audit', time: now, data: { ...signed } });
  return signed;
}

/** What a log is held to beside itself. */
export interface AuditAnchors {
  /** Public keys that may have signed heads; with none of them, signatures are not looked at. */
  readonly publicKeys: readonly KeyObject[];
  /** Signed heads of the store itself, and those that were noted somewhere else. */
  readonly stored: readonly SignedHead[];
  readonly noted: readonly SignedHead[];
}

/** Verifies a log by itself and against its anchors. */
export async function verifyAnchoredAudit(
  source: AuditSource,
  anchors: AuditAnchors,
): Promise<AuditVerification & { readonly signedHeads: number }> {
  const wanted = new Set([...anchors.stored, ...anchors.noted].map(({ sequence }) => sequence));
  const { hashes, ...verified } = await verifyAuditSource(source, wanted);
  const problem = verified.problem ?? anchorProblem(anchors, verified.records, hashes);
  return { ...verified, ok: problem === null, problem, signedHeads: wanted.size };
}

/** The first anchor that a log does not hold to; `null` when it holds to all. `hashes`: of the records that heads name. */
function anchorProblem(
  { publicKeys, stored, noted }: AuditAnchors,
  records: number,
  hashes: ReadonlyMap<number, string>,
): string | null {
  if (publicKeys.length > 0 && records > 0 && stored.length === 0 && noted.length === 0) {
    return 'signed head missing: a key was given, and no head was ever signed with it';
  }
  for (const head of [...noted, ...stored].toSorted((a, b) => b.sequence - a.sequence)) {
    const where = `signed head of record ${head.sequence}`;
    const key = publicKeys.find((candidate) => keyIdOf(candidate) === head.keyId);
    if (publicKeys.length > 0 && key === undefined)
      return `${where}: signed with key ${head.keyId}, which was not given`;
    if (key !== undefined && !isSignedBy(head, key)) return `${where}: its signature is not of key ${head.keyId}`;
    if (records < head.sequence) return `tail missing: the ${where} exists, the log ends at record ${records}`;
    if (hashes.get(head.sequence) !== head.hash) {
      return `log rewritten: record ${head.sequence} is not the one that was signed`;
    }
  }
  return null;
}
