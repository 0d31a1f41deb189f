import type { PoolClient, QueryResultRow } from 'pg';
import { PlumblineError } from '../errors.ts';
import { checkKey, keyBounds } from './key-range.ts';
import type { Collection, Expectation, KeyRange, Stored, Transaction } from './port.ts';
import { bytesArray, integerArray, textArray } from './postgres-arrays.ts';

/** The port's reads and writes in one transaction of one PostgreSQL connection. */
export class PostgresTransaction implements Transaction {
  readonly #client: PoolClient;
  #open = true;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  /** What is done with it from now on is refused: its connection belongs to somebody else. */
  end(): void {
    this.#open = false;
  }

  async get<Value>(collection: Collection<Value>, key: string): Promise<Stored<Value> | undefined> {
    const [row] = await this.#query<Row>(
      'get',
      'SELECT key, revision, value FROM plumbline_entry WHERE collection = $1 AND key = $2',
      [collection.name, key],
    );
    return row && stored(collection, row);
  }

  async getMany<Value>(collection: Collection<Value>, keys: readonly string[]): Promise<(Stored<Value> | undefined)[]> {
    if (keys.length === 0) return [];
    const rows = await this.#query<Row>('getMany', selectMany, [collection.name, textArray([...new Set(keys)])]);
    const found = new Map(rows.map((row) => [row.key, stored(collection, row)]));
    return keys.map((key) => found.get(key));
  }

  async range<Value>(collection: Collection<Value>, range: KeyRange): Promise<Stored<Value>[]> {
    const { name, where, parameters } = rangeClause(range);
    const rows = await this.#query<Row>(`range ${name}`, `SELECT key, revision, value FROM plumbline_entry ${where}`, [
      collection.name,
      ...parameters,
    ]);
    return rows.map((row) => stored(collection, row));
  }

  async put<Value>(collection: Collection<Value>, key: string, value: Value, expected?: Expectation): Promise<number> {
    checkKey(key);
    const entry = [collection.name, key, asBuffer(collection.encode(value))];
    const rows =
      expected === undefined
        ? await this.#query<Revision>('put', upsert, entry)
        : expected === 'absent'
          ? await this.#query<Revision>('putAbsent', insertAbsent, entry)
          : await this.#query<Revision>('putExpected', updateExpected, [...entry, expected]);
    const [row] = rows;
    if (row !== undefined) return Number(row.revision);
    // What was asked for and is not there: no row only comes of an expectation.
    throw await this.#conflict(collection.name, key, expected ?? 'absent');
  }

  async putMany<Value>(
    collection: Collection<Value>,
    entries: readonly { readonly key: string; readonly value: Value }[],
  ): Promise<void> {
    // One statement may change a row once: a key that comes several times is written once, and counted as often.
    const last = new Map<string, { value: Value; times: number }>();
    for (const { key, value } of entries) {
      checkKey(key);
      last.set(key, { value, times: (last.get(key)?.times ?? 0) + 1 });
    }
    // In one order, so that two transactions that change the same rows wait for each other and not in a circle.
    const keys = [...last.keys()].sort();
    for (let start = 0; start < keys.length; start += rowsTogether) {
      const some = keys.slice(start, start + rowsTogether);
      // Every key was put into the map above.
      const chosen = some.map((key) => last.get(key)!);
      await this.#query('putMany', upsertMany, [
        collection.name,
        textArray(some),
        integerArray(chosen.map(({ times }) => times)),
        bytesArray(chosen.map(({ value }) => collection.encode(value))),
      ]);
    }
  }

  async delete<Value>(collection: Collection<Value>, key: string): Promise<boolean> {
    const rows = await this.#query(
      'delete',
      'DELETE FROM plumbline_entry WHERE collection = $1 AND key = $2 RETURNING 1 AS one',
      [collection.name, key],
    );
    return rows.length > 0;
  }

  async deleteRange<Value>(collection: Collection<Value>, range: KeyRange): Promise<number> {
    const { name, where, parameters } = rangeClause(range);
    const [row] = await this.#query<{ deleted: bigint | number | string }>(
      `deleteRange ${name}`,
      `WITH gone AS (
        DELETE FROM plumbline_entry WHERE collection = $1 AND key IN (SELECT key FROM plumbline_entry ${where})
        RETURNING 1
      ) SELECT count(*) AS deleted FROM gone`,
      [collection.name, ...parameters],
    );
    return Number(row?.deleted ?? 0);
  }

  async #conflict(collection: string, key: string, expected: number | 'absent'): Promise<PlumblineError> {
    const [row] = await this.#query<Revision>(
      'revision',
      'SELECT revision FROM plumbline_entry WHERE collection = $1 AND key = $2',
      [collection, key],
    );
    const actual = row === undefined ? 'absent' : Number(row.revision);
    return new PlumblineError(
      'REVISION_CONFLICT',
      `${collection} ${key} is at revision ${actual}, expected ${expected}: read it again`,
      { details: { collection, key, expected, actual } },
    );
  }

  async #query<Answer extends QueryResultRow>(name: string, text: string, values: unknown[]): Promise<Answer[]> {
    if (!this.#open) throw new PlumblineError('INTERNAL', 'a transaction was used after it had ended');
    return (await this.#client.query<Answer>({ name: `plumbline ${name}`, text, values })).rows;
  }
}

interface Row {
  readonly key: string;
  readonly revision: number;
  readonly value: Buffer;
}

interface Revision {
  readonly revision: number;
}

/** Rows in one statement: far below what one message of the protocol may hold, with the largest values we have. */
const rowsTogether = 2_000;

/**
 * One look into the index for each key, whatever the planner thinks of the collection: a prepared `key = ANY(...)` may
 * read all of it and compare each row with each key.
 */
const selectMany = `SELECT entry.key, entry.revision, entry.value FROM unnest($2::text[]) AS wanted (key)
  CROSS JOIN LATERAL (
    SELECT key, revision, value FROM plumbline_entry WHERE collection = $1 AND key = wanted.key LIMIT 1
  ) AS entry`;
const insert = 'INSERT INTO plumbline_entry AS entry (collection, key, revision, value)';
const upsert = `${insert} VALUES ($1, $2, 1, $3)
  ON CONFLICT (collection, key) DO UPDATE SET revision = entry.revision + 1, value = excluded.value RETURNING revision`;
const insertAbsent = `${insert} VALUES ($1, $2, 1, $3) ON CONFLICT (collection, key) DO NOTHING RETURNING revision`;
const updateExpected = `UPDATE plumbline_entry SET value = $3, revision = revision + 1
  WHERE collection = $1 AND key = $2 AND revision = $4 RETURNING revision`;
const upsertMany = `${insert}
  SELECT $1, new.key, new.times, new.value
  FROM unnest($2::text[], $3::int4[], $4::bytea[]) AS new (key, times, value)
  ON CONFLICT (collection, key)
  DO UPDATE SET revision = entry.revision + excluded.revision, value = excluded.value`;

/** Parameters follow the collection's name, which is `$1`. */
function rangeClause(range: KeyRange): { name: string; where: string; parameters: (string | number)[] } {
  const { lower, lowerInclusive, upper } = keyBounds(range);
  const comparison = lowerInclusive ? '>=' : '>';
  const order = range.reverse === true ? 'DESC' : 'ASC';
  const parameters: (string | number)[] = [lower];
  let where = `WHERE collection = $1 AND key ${comparison} $2`;
  if (upper !== undefined) {
    parameters.push(upper);
    where += ` AND key < $${parameters.length + 1}`;
  }
  where += ` ORDER BY key ${order}`;
  if (range.limit !== undefined) {
    parameters.push(range.limit);
    where += ` LIMIT $${parameters.length + 1}`;
  }
  const name = [comparison, upper === undefined ? '' : '<', order, range.limit === undefined ? '' : 'LIMIT'].join(' ');
  return { name, where, parameters };
}

function stored<Value>(collection: Collection<Value>, { key, revision, value }: Row): Stored<Value> {
  return { key, revision: Number(revision), value: collection.decode(value) };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
