import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  appendAudit,
  auditCollection,
  auditHeadCollection,
  emptyAuditHash,
  readAudit,
  readAuditSince,
  readLatestAudit,
  verifyAudit,
} from './audit.ts';
import { type Store, sortableNumber } from './port.ts';
import { openSqliteStore } from './sqlite.ts';

let store: Store;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
});
afterEach(() => store.close());

async function append(count: number): Promise<void> {
  await store.transaction(async (transaction) => {
    for (let i = 0; i < count; i++) {
      await appendAudit(transaction, {
        at: 1_000 + i,
        actor: i % 2 === 0 ? 'user:ada' : 'system:gates',
        action: 'version.promoted',
        target: 'model/production/credit-risk',
        reason: `change ${i}`,
        before: { champion: i, nothing: undefined },
        after: i === 3 ? undefined : { champion: i + 1, score: 0.1 + 0.2 },
        requestId: i === 0 ? null : `request-${i}`,
      });
    }
  });
}

const verify = () => store.read((transaction) => verifyAudit(transaction));
const stored = async (sequence: number) => {
  const found = await store.read((transaction) => transaction.get(auditCollection, sortableNumber(sequence)));
  if (found === undefined) throw new Error(`no record ${sequence}`);
  return found.value;
};

describe('the audit log', () => {
  test('verifies when nobody touched it, and empty too', async () => {
    expect(await verify()).toEqual({ ok: true, records: 0, head: emptyAuditHash, problem: null });
    await append(1_203);
    const verification = await verify();
    expect(verification).toMatchObject({ ok: true, records: 1_203, problem: null });
    expect(verification.head).toBe((await stored(1_203)).hash);
  });

  test('chains each record to the one before, over several transactions', async () => {
    await append(2);
    await append(1);
    const records = await store.read((transaction) => readAudit(transaction, 0, 10));
    expect(records.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(records.map(({ previousHash }) => previousHash)).toEqual([
      emptyAuditHash,
      records[0]?.hash,
      records[1]?.hash,
    ]);
  });

  test('is read in pages, and backwards for what concerns one target', async () => {
    await append(7);
    const page = await store.read((transaction) => readAudit(transaction, 2, 3));
    expect(page.map(({ sequence }) => sequence)).toEqual([3, 4, 5]);
    const latest = await store.read((transaction) =>
      readLatestAudit(transaction, ({ actor }) => actor === 'user:ada', 2),
    );
    expect(latest.map(({ sequence }) => sequence)).toEqual([7, 5]);
  });

  test('is read back to a moment for all that concerns a target, however much came after it and by whatever clock', async () => {
    const append = (targets: readonly (readonly [at: number, target: string])[]) =>
      store.transaction(async (transaction) => {
        const rest = { actor: 'user:ada', action: 'a', reason: 'r', before: null, after: null, requestId: null };
        for (const [at, target] of targets) await appendAudit(transaction, { at, target, ...rest });
      });
    const others = (count: number, at: number) => Array.from({ length: count }, () => [at, 'other'] as const);
    await append([
      [900, 'mine'],
      ...others(600, 900),
      [1_000, 'mine'],
      [1_001, 'mine'],
      [999, 'mine'],
      [1_002, 'mine'],
    ]);
    await append(others(5_600, 2_000));
    const found = await store.read((transaction) =>
      readAuditSince(transaction, 1_000, ({ target }) => target === 'mine'),
    );
    expect(found.map(({ at }) => at)).toEqual([1_002, 1_001, 1_000]);
  });

  test('has no record of a change that did not happen', async () => {
    const failed = store.transaction(async (transaction) => {
      await appendAudit(transaction, {
        at: 1,
        actor: 'user:ada',
        action: 'a',
        target: 't',
        reason: 'r',
        before: null,
        after: null,
        requestId: null,
      });
      throw new Error('the power went out');
    });
    await expect(failed).rejects.toThrow('the power went out');
    expect(await verify()).toMatchObject({ ok: true, records: 0 });
  });
});

describe('tampering with the audit log is detected', () => {
  beforeEach(() => append(10));

  const tamper = (work: Parameters<Store['transaction']>[0]) => store.transaction(work);
  const key = sortableNumber;

  test.each([
    ['at', 7],
    ['actor', 'user:mallory'],
    ['action', 'version.rolled_back'],
    ['target', 'model/production/other'],
    ['reason', 'because'],
    ['before', null],
    ['after', { champion: 99 }],
    ['requestId', 'another'],
  ])('a changed %s', async (field, value) => {
    const record = await stored(4);
    await tamper((transaction) => transaction.put(auditCollection, key(4), { ...record, [field]: value }));
    expect(await verify()).toMatchObject({
      ok: false,
      problem: 'hash mismatch: record 4 was changed after it was written',
    });
  });

  test('a record added to', async () => {
    const record = await stored(4);
    await tamper((transaction) => transaction.put(auditCollection, key(4), { ...record, ...{ note: 'harmless' } }));
    expect((await verify()).problem).toMatch(/^hash mismatch: record 4/);
  });

  test('a dropped record in the middle', async () => {
    await tamper((transaction) => transaction.delete(auditCollection, key(5)));
    expect((await verify()).problem).toBe('sequence gap: expected record 5, found record 6');
  });

  test('a dropped first record', async () => {
    await tamper((transaction) => transaction.delete(auditCollection, key(1)));
    expect((await verify()).problem).toBe('sequence gap: expected record 1, found record 2');
  });

  test('a dropped tail', async () => {
    await tamper(async (transaction) => {
      await transaction.delete(auditCollection, key(10));
      await transaction.delete(auditCollection, key(9));
    });
    expect((await verify()).problem).toBe('tail missing: the stored head is record 10, the log ends at record 8');
  });

  test('a log that was emptied', async () => {
    await tamper((transaction) => transaction.deleteRange(auditCollection, {}));
    expect((await verify()).problem).toMatch(/^tail missing/);
  });

  test('a dropped tail whose head was dropped too', async () => {
    await tamper(async (transaction) => {
      await transaction.delete(auditCollection, key(10));
      await transaction.delete(auditHeadCollection, 'head');
    });
    expect((await verify()).problem).toBe('head missing: 9 records but no stored head');
  });

  test('two records swapped', async () => {
    const [third, fourth] = [await stored(3), await stored(4)];
    await tamper(async (transaction) => {
      await transaction.put(auditCollection, key(3), fourth);
      await transaction.put(auditCollection, key(4), third);
    });
    expect((await verify()).problem).toBe('key mismatch: record 4 is stored at the place of record 3');
  });

  test('two records swapped with their numbers', async () => {
    const [third, fourth] = [await stored(3), await stored(4)];
    await tamper(async (transaction) => {
      await transaction.put(auditCollection, key(3), { ...fourth, sequence: 3 });
      await transaction.put(auditCollection, key(4), { ...third, sequence: 4 });
    });
    expect((await verify()).problem).toMatch(/^chain broken: record 3/);
  });

  test('a record rewritten with a hash of its own', async () => {
    const other = await openSqliteStore({ path: ':memory:' });
    const { sequence: _, previousHash: __, hash: ___, ...entry } = await stored(4);
    await other.transaction(async (transaction) => {
      for (let i = 1; i <= 4; i++)
        await appendAudit(transaction, { ...entry, reason: i === 4 ? 'forged' : entry.reason });
    });
    const forged = await other.read((transaction) => transaction.get(auditCollection, key(4)));
    await other.close();
    if (forged === undefined) throw new Error('no forged record');
    await tamper((transaction) => transaction.put(auditCollection, key(4), forged.value));
    expect((await verify()).problem).toMatch(/^chain broken: record 4/);
  });

  test('a record added behind the head', async () => {
    const record = await stored(10);
    await tamper((transaction) =>
      transaction.put(auditHeadCollection, 'head', { sequence: 9, hash: record.previousHash }),
    );
    expect((await verify()).problem).toBe('head behind: the stored head is record 9, the log goes on to 10');
  });

  test('a head that names another record', async () => {
    await tamper((transaction) => transaction.put(auditHeadCollection, 'head', { sequence: 10, hash: emptyAuditHash }));
    expect((await verify()).problem).toMatch(/^head mismatch: record 10/);
  });
});
