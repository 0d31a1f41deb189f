import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuditEntry, appendAudit, auditCollection, auditHeadCollection, auditSource } from './audit.ts';
import { type AuditAnchors, readSignedHeads, signCheckpoint, verifyAnchoredAudit } from './audit-heads.ts';
import { isSignedBy, readPublicKey, readSigningKey, type SignedHead, type SigningKey } from './audit-signature.ts';
import type { OutgoingEvent } from './outgoing.ts';
import { jsonCollection, type Store, sortableNumber, type Transaction } from './port.ts';
import { openSqliteStore } from './sqlite.ts';

const newKey = () =>
  readSigningKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());

let store: Store;
let key: SigningKey;
let sent: OutgoingEvent[];

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  key = newKey();
  sent = [];
});
afterEach(() => store.close());

const entry = (i: number, reason = `change ${i}`): AuditEntry => ({
  at: 1_000 + i,
  actor: 'user:ada',
  action: 'version.promoted',
  target: 'model/production/credit',
  reason,
  before: { champion: i },
  after: { champion: i + 1 },
  requestId: null,
  evidence: { gate: 'integrity', i },
});

const append = (count: number, from = 0) =>
  store.transaction(async (transaction) => {
    for (let i = from; i < from + count; i++) await appendAudit(transaction, entry(i));
  });

const sign = (now: number, rules = { everyMs: 0, everyRecords: 1 }, by = key) =>
  store.transaction((transaction) =>
    signCheckpoint(transaction, by, now, rules, async (_, event) => {
      sent.push(event);
      return `evt_${sent.length}`;
    }),
  );

const verify = (anchors: Partial<AuditAnchors> = {}) =>
  store.read(async (transaction) =>
    verifyAnchoredAudit(await auditSource(transaction), {
      publicKeys: [key.publicKey],
      stored: await readSignedHeads(transaction, 100),
      noted: [],
      ...anchors,
    }),
  );

const at = sortableNumber;
const tamper = (work: (transaction: Transaction) => Promise<unknown>) => store.transaction(work);

/** Writes the whole log anew with other reasons, hashes, links and head: all that whoever owns the store can do. */
async function rewriteEverything(records: number, forged: (i: number) => AuditEntry): Promise<void> {
  await tamper(async (transaction) => {
    await transaction.deleteRange(auditCollection, {});
    await transaction.deleteRange(auditHeadCollection, {});
    for (let i = 0; i < records; i++) await appendAudit(transaction, forged(i));
  });
}

describe('a signed head', () => {
  test('holds for the log it was made of, and for what is added behind it', async () => {
    await append(10);
    expect(await sign(5_000)).toMatchObject({ schema: 1, sequence: 10, at: 5_000, keyId: key.id });
    await append(5, 10);
    expect(await verify()).toMatchObject({ ok: true, records: 15, problem: null, signedHeads: 1 });
  });

  test('leaves as an event, so that somebody else has it', async () => {
    await append(3);
    const head = await sign(5_000);
    expect(sent).toEqual([{ type: 'audit.checkpoint', subject: 'audit', time: 5_000, data: head }]);
  });

  test('is made when enough time has passed or enough records have come, and only when there are new ones', async () => {
    const rules = { everyMs: 1_000, everyRecords: 10 };
    expect(await sign(0, rules)).toBeNull();
    await append(1);
    expect(await sign(0, rules)).toMatchObject({ sequence: 1 });
    await append(5, 1);
    expect(await sign(999, rules)).toBeNull();
    expect(await sign(1_000, rules)).toMatchObject({ sequence: 6 });
    await append(10, 6);
    expect(await sign(1_001, rules)).toMatchObject({ sequence: 16 });
    expect(await sign(99_000, rules)).toBeNull();
  });

  test('comes of a key in any of its forms, and of nothing else', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const der = privateKey.export({ format: 'der', type: 'pkcs8' });
    const forms = [pem, pem.replaceAll('\n', '\\n'), der.toString('base64'), der.subarray(-32).toString('base64')];
    expect(new Set(forms.map((form) => readSigningKey(form).id)).size).toBe(1);
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const others = [
      '',
      'c2VjcmV0',
      foreign.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    ];
    for (const other of others) expect(() => readSigningKey(other), other).toThrow(/not an Ed25519 private key/);
    expect(() => readPublicKey(foreign.publicKey.export({ format: 'pem', type: 'spki' }).toString())).toThrow();
  });

  test('does not verify once anything in it is changed', async () => {
    await append(2);
    const head = await sign(5_000);
    if (head === null) throw new Error('nothing was signed');
    expect(isSignedBy(head, key.publicKey)).toBe(true);
    for (const change of [
      { sequence: 1 },
      { at: 5_001 },
      { hash: `sha256:${'0'.repeat(64)}` },
      { keyId: newKey().id },
    ]) {
      expect(isSignedBy({ ...head, ...change }, key.publicKey)).toBe(false);
    }
  });
});

describe('tampering with the audit log is noticed:', () => {
  let noted: SignedHead;
  beforeEach(async () => {
    await append(10);
    const head = await sign(5_000);
    if (head === null) throw new Error('nothing was signed');
    noted = head;
  });

  test('a flipped byte', async () => {
    await tamper(async (transaction) => {
      const record = (await transaction.get(auditCollection, at(4)))?.value;
      if (record === undefined) throw new Error('no record 4');
      await transaction.put(auditCollection, at(4), { ...record, reason: 'changE 3' });
    });
    expect(await verify()).toMatchObject({ ok: false, problem: expect.stringMatching(/^hash mismatch: record 4/) });
  });

  test('evidence exchanged under a decision', async () => {
    await tamper(async (transaction) => {
      const record = (await transaction.get(auditCollection, at(4)))?.value;
      if (record === undefined) throw new Error('no record 4');
      await transaction.put(auditCollection, at(4), { ...record, evidenceDigest: `sha256:${'1'.repeat(64)}` });
    });
    expect((await verify()).problem).toMatch(/^hash mismatch: record 4/);
  });

  test('a record dropped in the middle', async () => {
    await tamper((transaction) => transaction.delete(auditCollection, at(5)));
    expect((await verify()).problem).toMatch(/^sequence gap: expected record 5/);
  });

  test('two records in another order', async () => {
    await tamper(async (transaction) => {
      const [third, fourth] = await transaction.getMany(auditCollection, [at(3), at(4)]);
      if (third === undefined || fourth === undefined) throw new Error('no records');
      await transaction.put(auditCollection, at(3), { ...fourth.value, sequence: 3 });
      await transaction.put(auditCollection, at(4), { ...third.value, sequence: 4 });
    });
    expect((await verify()).problem).toMatch(/^chain broken: record 3/);
  });

  const dropTail = () =>
    tamper(async (transaction) => {
      const last = (await transaction.get(auditCollection, at(8)))?.value;
      if (last === undefined) throw new Error('no record 8');
      for (const sequence of [9, 10]) await transaction.delete(auditCollection, at(sequence));
      await transaction.put(auditHeadCollection, 'head', { sequence: 8, hash: last.hash });
    });

  test('a tail dropped together with its head', async () => {
    await dropTail();
    expect((await verify({ stored: [], noted: [], publicKeys: [] })).ok).toBe(true);
    expect((await verify()).problem).toMatch(/^tail missing: .* record 10 exists, the log ends at record 8/);
  });

  test('a tail dropped with every signed head in the store, by the one that was noted elsewhere', async () => {
    await dropTail();
    await tamper((transaction) => transaction.deleteRange(jsonCollection('audit_signed_heads'), {}));
    expect((await verify({ noted: [noted] })).problem).toMatch(/^tail missing/);
    expect((await verify()).problem).toMatch(/^signed head missing/);
  });

  test('everything rewritten, links and head included', async () => {
    await rewriteEverything(10, (i) => entry(i, i === 3 ? 'nothing to see here' : undefined));
    expect((await verify({ stored: [], noted: [], publicKeys: [] })).ok).toBe(true);
    expect((await verify()).problem).toMatch(/^log rewritten: record 10 is not the one that was signed/);
    expect((await verify({ stored: [], noted: [noted] })).problem).toMatch(/^log rewritten: record 10/);
  });

  test('everything rewritten and signed anew with another key', async () => {
    await rewriteEverything(10, (i) => entry(i, 'forged'));
    await tamper((transaction) => transaction.deleteRange(jsonCollection('audit_signed_heads'), {}));
    const other = newKey();
    await sign(9_000, undefined, other);
    expect((await verify()).problem).toMatch(/which was not given$/);
    expect((await verify({ noted: [noted], publicKeys: [] })).problem).toMatch(/^log rewritten/);
  });

  test('a signed head with a forged signature', async () => {
    const forged = { ...noted, hash: `sha256:${'0'.repeat(64)}` };
    expect((await verify({ stored: [forged] })).problem).toMatch(/its signature is not of key/);
  });
});
