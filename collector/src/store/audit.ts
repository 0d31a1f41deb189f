import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ReadTransaction, Transaction } from './port.ts';
import { jsonCollection, sortableNumber } from './port.ts';

/**
 * The audit log: who changed what, when and why, as a chain of hashes. Each record holds the hash of the one before it,
 * and the head (last sequence and hash) is stored beside the chain, so a changed, dropped, swapped or cut-off record is
 * noticed. Appended in the transaction of the change it describes: neither exists without the other.
 */
export interface AuditRecord {
  /** 1, 2, 3, ... without gaps. */
  readonly sequence: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** Subject of the actor: `user:<id>`, `token:<name>`, `system:<room>`. */
  readonly actor: string;
  /** What was done, `<room>.<verb>`: `version.promoted`. */
  readonly action: string;
  /** What it was done to: `model/<environment>/<name>`. */
  readonly target: string;
  readonly reason: string;
  readonly before: unknown;
  readonly after: unknown;
  /** `sha256:<hex>` of what the decision rests on (verdicts with every number); `null` where it rests on nobody's figures. */
  readonly evidenceDigest: string | null;
  /** Idempotency key of the request that caused it; `null` for what the collector did by itself. */
  readonly requestId: string | null;
  readonly previousHash: string;
  /** SHA-256 of the canonical JSON (RFC 8785) of everything above. */
  readonly hash: string;
}

export interface AuditEntry extends Omit<AuditRecord, 'sequence' | 'previousHash' | 'hash' | 'evidenceDigest'> {
  /** What the decision rests on: the record keeps its digest, `after` what of it people are to see. */
  readonly evidence?: unknown;
}

export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
}

export interface AuditVerification {
  readonly ok: boolean;
  /** Records that were read. */
  readonly records: number;
  /** Hash of the stored head; of the empty log `emptyAuditHash`. */
  readonly head: string;
  /** The first thing that is wrong, in words that name the record; `null` when nothing is. */
  readonly problem: string | null;
}

/** A log as it is read for verification: pages in the order of the store, with the head stored beside them. */
export interface AuditSource {
  readonly head: AuditHead | undefined;
  /** Keys and records after a key, oldest first; empty at the end. */
  page(after: string | undefined): Promise<readonly { readonly key: string; readonly value: AuditRecord }[]>;
}

export interface VerifiedAudit extends AuditVerification {
  /** Hashes of the records that were asked for. */
  readonly hashes: ReadonlyMap<number, string>;
}

export const auditCollection = jsonCollection<AuditRecord>('audit');
export const auditHeadCollection = jsonCollection<AuditHead>('audit_head');

/** `previousHash` of the first record. */
export const emptyAuditHash = `sha256:${'0'.repeat(64)}`;

export const headKey = 'head';
const pageSize = 500;
const mostScanned = 10 * pageSize;

export async function appendAudit(transaction: Transaction, entry: AuditEntry): Promise<AuditRecord> {
  const stored = await transaction.get(auditHeadCollection, headKey);
  const head = stored?.value ?? { sequence: 0, hash: emptyAuditHash };
  const { at, actor, action, target, reason, requestId } = entry;
  const unsigned = {
    sequence: head.sequence + 1,
    at,
    actor,
    action,
    target,
    reason,
    requestId,
    before: asJson(entry.before),
    after: asJson(entry.after),
    evidenceDigest: entry.evidence === undefined ? null : hashOf(entry.evidence),
    previousHash: head.hash,
  };
  const record: AuditRecord = { ...unsigned, hash: hashOf(unsigned) };
  await transaction.put(auditCollection, sortableNumber(record.sequence), record, 'absent');
  await transaction.put(auditHeadCollection, headKey, { sequence: record.sequence, hash: record.hash });
  return record;
}

/** Records with a sequence above `after`, oldest first. */
export async function readAudit(transaction: ReadTransaction, after: number, limit: number): Promise<AuditRecord[]> {
  const stored = await transaction.range(auditCollection, { after: sortableNumber(after), limit });
  return stored.map((entry) => entry.value);
}

/** The last `limit` records that `matches` accepts among the latest 5,000 of the log, newest first. */
export async function readLatestAudit(
  transaction: ReadTransaction,
  matches: (record: AuditRecord) => boolean,
  limit: number,
): Promise<AuditRecord[]> {
  const found: AuditRecord[] = [];
  let scanned = 0;
  for await (const page of pagesBackwards(transaction)) {
    found.push(...page.filter(matches));
    scanned += page.length;
    if (found.length >= limit || scanned >= mostScanned) break;
  }
  return found.slice(0, limit);
}

/** All records since a moment that `matches` accepts, newest first. Reads backwards from the head as far as that moment. */
export async function readAuditSince(
  transaction: ReadTransaction,
  since: number,
  matches: (record: AuditRecord) => boolean,
): Promise<AuditRecord[]> {
  const found: AuditRecord[] = [];
  for await (const page of pagesBackwards(transaction)) {
    found.push(...page.filter((record) => record.at >= since && matches(record)));
    // One older record ends nothing: the clocks of those who wrote them differ.
    if (page.every(({ at }) => at < since)) break;
  }
  return found;
}

/** The log, newest first. */
async function* pagesBackwards(transaction: ReadTransaction): AsyncGenerator<AuditRecord[], void, void> {
  for (let before: string | undefined; ; ) {
    const page = await transaction.range(auditCollection, { before, limit: pageSize, reverse: true });
    if (page.length === 0) return;
    yield page.map(({ value }) => value);
    before = page.at(-1)?.key;
  }
}

/**
 * Reads the whole log and names the first thing that is wrong with it. A rewrite of every record and of the head
 * together cannot be seen from inside: compare the head with one noted elsewhere.
 */
export async function verifyAudit(transaction: ReadTransaction): Promise<AuditVerification> {
  const { hashes: _, ...verification } = await verifyAuditSource(await auditSource(transaction));
  return verification;
}

/** The log of a store. */
export async function auditSource(transaction: ReadTransaction): Promise<AuditSource> {
  return {
    head: (await transaction.get(auditHeadCollection, headKey))?.value,
    page: (after) => transaction.range(auditCollection, { after, limit: pageSize }),
  };
}

/** Verifies a log wherever it is read from. `wanted`: sequences whose hashes the caller compares with what it knows. */
export async function verifyAuditSource(
  { head, page: readPage }: AuditSource,
  wanted: ReadonlySet<number> = new Set(),
): Promise<VerifiedAudit> {
  const hashes = new Map<number, string>();
  let previous: AuditHead = { sequence: 0, hash: emptyAuditHash };
  let records = 0;
  let after: string | undefined;
  const answer = (problem: string | null): VerifiedAudit => ({
    hashes,
    ok: problem === null,
    records,
    head: head?.hash ?? emptyAuditHash,
    problem,
  });

  for (;;) {
    const page = await readPage(after);
    for (const { key, value } of page) {
      records += 1;
      const problem = problemOf(value, key, previous);
      if (problem !== null) return answer(problem);
      previous = { sequence: value.sequence, hash: value.hash };
      if (wanted.has(value.sequence)) hashes.set(value.sequence, value.hash);
    }
    after = page.at(-1)?.key;
    if (after === undefined) break;
  }

  if (head === undefined) {
    return answer(records === 0 ? null : `head missing: ${records} records but no stored head`);
  }
  if (previous.sequence < head.sequence) {
    return answer(
      `tail missing: the stored head is record ${head.sequence}, the log ends at record ${previous.sequence}`,
    );
  }
  if (previous.sequence > head.sequence) {
    return answer(`head behind: the stored head is record ${head.sequence}, the log goes on to ${previous.sequence}`);
  }
  return answer(
    previous.hash === head.hash ? null : `head mismatch: record ${previous.sequence} is not the one the head names`,
  );
}

function problemOf(record: AuditRecord, key: string, previous: AuditHead): string | null {
  const expected = previous.sequence + 1;
  if (key !== sortableNumber(record.sequence)) {
    return `key mismatch: record ${record.sequence} is stored at the place of record ${Number(key)}`;
  }
  if (record.sequence !== expected) {
    return `sequence gap: expected record ${expected}, found record ${record.sequence}`;
  }
  if (record.previousHash !== previous.hash) {
    return `chain broken: record ${record.sequence} does not follow record ${previous.sequence}`;
  }
  const { hash, ...unsigned } = record;
  if (hashOf(unsigned) !== hash) return `hash mismatch: record ${record.sequence} was changed after it was written`;
  return null;
}

/** `sha256:<hex>` of a value's canonical JSON. */
export function hashOf(value: unknown): string {
  return `sha256:${createHash('sha256')
    .update(canonicalize(asJson(value)) ?? 'null')
    .digest('hex')}`;
}

/** What the value is after a trip through the store: the hash must be of that. */
function asJson(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
