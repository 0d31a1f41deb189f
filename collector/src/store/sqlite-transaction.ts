import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PlumblineError } from '../errors.ts';
import { checkKey, keyBounds } from './key-range.ts';
import type { Collection, Expectation, KeyRange, Stored, Transaction } from './port.ts';

/** The port's reads and writes on one SQLite connection, which runs one transaction after another. */
export class SqliteTransaction implements Transaction {
  readonly database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #collections = new Map<string, number>();
  #open = false;
  #writtenBytes = 0;

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  begin(statement: string): void {
    this.database.exec(statement);
    this.#open = true;
  }

  end(statement: 'COMMIT' | 'ROLLBACK'): void {
    this.database.exec(statement);
    this.#open = false;
  }

  /** About so many bytes have been written since this was last asked; 0 when nothing was. */
  takeWrittenBytes(): number {
    const bytes = this.#writtenBytes;
    this.#writtenBytes = 0;
    return bytes;
  }

  rollBack(): void {
    this.#open = false;
    this.#writtenBytes = 0;
    // Ids of collections that were made in this transaction are gone with it.
    this.#collections.clear();
    // SQLite has already rolled back by itself after some errors, for example a full disk.
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
  }

  async get<Value>(collection: Collection<Value>, key: string): Promise<Stored<Value> | undefined> {
    const id = this.#find(collection.name);
    return id === undefined ? undefined : this.#get(collection, id, key);
  }

  async getMany<Value>(collection: Collection<Value>, keys: readonly string[]): Promise<(Stored<Value> | undefined)[]> {
    const id = this.#find(collection.name);
    return keys.map((key) => (id === undefined ? undefined : this.#get(collection, id, key)));
  }

  async range<Value>(collection: Collection<Value>, range: KeyRange): Promise<Stored<Value>[]> {
    const id = this.#find(collection.name);
    if (id === undefined) return [];
    const { where, parameters } = rangeClause(range);
    const statement = this.#prepare(`SELECT key, revision, value FROM entry ${where}`);
    return statement.all(id, ...parameters).map((row) => {
      // The table is STRICT: a text key, an integer revision, a blob.
      const { key, revision, value } = row as { key: string; revision: number; value: Uint8Array };
      return { key, revision, value: collection.decode(value) };
    });
  }

  async put<Value>(collection: Collection<Value>, key: string, value: Value, expected?: Expectation): Promise<number> {
    const id = this.#findOrMake(collection.name);
    checkKey(key);
    const bytes = collection.encode(value);
    this.#writtenBytes += bytesOfRow + bytes.length;
    if (expected === undefined) return Number(this.#prepare(upsert).get(id, key, bytes)?.revision);
    const row =
      expected === 'absent'
        ? this.#prepare(insertAbsent).get(id, key, bytes)
        : this.#prepare(updateExpected).get(bytes, id, key, expected);
    if (row !== undefined) return Number(row.revision);
    throw this.#conflict(collection.name, id, key, expected);
  }

  async putMany<Value>(
    collection: Collection<Value>,
    entries: readonly { readonly key: string; readonly value: Value }[],
  ): Promise<void> {
    const id = this.#findOrMake(collection.name);
    const many = this.#prepare(upsertManyRows);
    const one = this.#prepare(upsertQuietly);
    const parameters: (number | string | Uint8Array)[] = [];
    for (const [index, { key, value }] of entries.entries()) {
      checkKey(key);
      const bytes = collection.encode(value);
      this.#writtenBytes += bytesOfRow + bytes.length;
      if (entries.length - index + parameters.length / 3 < rowsTogether) {
        one.run(id, key, bytes);
      } else if (parameters.push(id, key, bytes) === rowsTogether * 3) {
        many.run(...parameters);
        parameters.length = 0;
      }
    }
  }

  async delete<Value>(collection: Collection<Value>, key: string): Promise<boolean> {
    const id = this.#find(collection.name);
    if (id === undefined) return false;
    const { changes } = this.#prepare('DELETE FROM entry WHERE collection = ? AND key = ?').run(id, key);
    this.#writtenBytes += Number(changes) * bytesOfRow;
    return Number(changes) > 0;
  }

  async deleteRange<Value>(collection: Collection<Value>, range: KeyRange): Promise<number> {
    const id = this.#find(collection.name);
    if (id === undefined) return 0;
    const { where, parameters } = rangeClause(range);
    const sql = `DELETE FROM entry WHERE collection = ? AND key IN (SELECT key FROM entry ${where})`;
    const changes = Number(this.#prepare(sql).run(id, id, ...parameters).changes);
    this.#writtenBytes += changes * bytesOfRow;
    return changes;
  }

  #get<Value>(collection: Collection<Value>, id: number, key: string): Stored<Value> | undefined {
    const row = this.#prepare('SELECT revision, value FROM entry WHERE collection = ? AND key = ?').get(id, key);
    if (row === undefined) return undefined;
    // The table is STRICT: an integer revision and a blob.
    const { revision, value } = row as { revision: number; value: Uint8Array };
    return { key, revision, value: collection.decode(value) };
  }

  #conflict(collection: string, id: number, key: string, expected: number | 'absent'): PlumblineError {
    const row = this.#prepare('SELECT revision FROM entry WHERE collection = ? AND key = ?').get(id, key);
    const actual = row === undefined ? 'absent' : Number(row.revision);
    return new PlumblineError(
      'REVISION_CONFLICT',
      `${collection} ${key} is at revision ${actual}, expected ${expected}: read it again`,
      { details: { collection, key, expected, actual } },
    );
  }

  #find(name: string): number | undefined {
    this.#checkOpen();
    const known = this.#collections.get(name);
    if (known !== undefined) return known;
    const row = this.#prepare('SELECT id FROM collection WHERE name = ?').get(name);
    if (row === undefined) return undefined;
    const id = Number(row.id);
    this.#collections.set(name, id);
    return id;
  }

  #findOrMake(name: string): number {
    const known = this.#find(name);
    if (known !== undefined) return known;
    this.#prepare('INSERT INTO collection (name) VALUES (?)').run(name);
    return this.#find(name) ?? 0;
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #checkOpen(): void {
    if (!this.#open) throw new PlumblineError('INTERNAL', 'a transaction was used after it had ended');
  }
}

/** Of a row beside its value: key, revision, and its share of a page. */
const bytesOfRow = 200;

const insert = 'INSERT INTO entry (collection, key, revision, value) VALUES (?, ?, 1, ?)';
/** Rows in one statement: a call costs as much as inserting a row. */
const rowsTogether = 32;
const moreRows = ', (?, ?, 1, ?)'.repeat(rowsTogether - 1);
const onConflict = 'ON CONFLICT DO UPDATE SET revision = revision + 1, value = excluded.value';
const upsertManyRows = `${insert}${moreRows} ${onConflict}`;
const upsertQuietly = `${insert} ${onConflict}`;
const upsert = `${upsertQuietly} RETURNING revision`;
const insertAbsent = `${insert} ON CONFLICT DO NOTHING RETURNING revision`;
const updateExpected = `UPDATE entry SET value = ?, revision = revision + 1
  WHERE collection = ? AND key = ? AND revision = ? RETURNING revision`;

/** `parameters` follow the collection's id. */
function rangeClause(range: KeyRange): { where: string; parameters: (string | number)[] } {
  const { lower, lowerInclusive, upper } = keyBounds(range);
  const parameters: (string | number)[] = [lower];
  let where = `WHERE collection = ? AND key ${lowerInclusive ? '>=' : '>'} ?`;
  if (upper !== undefined) {
    where += ' AND key < ?';
    parameters.push(upper);
  }
  where += ` ORDER BY key ${range.reverse === true ? 'DESC' : 'ASC'}`;
  if (range.limit !== undefined) {
    where += ' LIMIT ?';
    parameters.push(range.limit);
  }
  return { where, parameters };
}
