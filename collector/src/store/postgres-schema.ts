import type { PoolClient } from 'pg';
import { PlumblineError } from '../errors.ts';

/** Version of the tables below. A database of a newer version is refused, never guessed at. */
const schemaVersion = 1;

/**
 * Keys are compared byte by byte, whatever the database's own order. Rows are written again and again: the smaller fill
 * factor leaves room beside them, and cleaning begins early because a changed blob leaves its old bytes behind.
 */
const createTables = `
  CREATE TABLE plumbline_schema (version integer NOT NULL);
  INSERT INTO plumbline_schema VALUES (${schemaVersion});
  CREATE TABLE plumbline_entry (
    collection text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (collection, key)
  ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02);
`;

/** Makes the tables where there are none. Throws `STORE_NEWER`, and `STORE_UNAVAILABLE` for a database it cannot use. */
export async function preparePostgres(client: PoolClient, lock: string): Promise<void> {
  const { rows: encodings } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
  const encoding = encodings[0]?.server_encoding;
  if (encoding !== 'UTF8') {
    const message = `the database holds ${encoding} text: make one with ENCODING 'UTF8'`;
    throw new PlumblineError('STORE_UNAVAILABLE', message, { details: { encoding } });
  }
  await client.query('BEGIN');
  await client.query(lock);
  const { rows: tables } = await client.query<{ found: string | null }>(
    "SELECT to_regclass('plumbline_schema') AS found",
  );
  if (tables[0]?.found === null) await client.query(createTables);
  const { rows: versions } = await client.query<{ version: number }>('SELECT version FROM plumbline_schema');
  await client.query('COMMIT');
  const found = versions[0]?.version ?? 0;
  if (found > schemaVersion) {
    throw new PlumblineError(
      'STORE_NEWER',
      `the database was written by a newer Plumbline (schema ${found}, this one knows ${schemaVersion}): upgrade, or use another database`,
      { details: { found, known: schemaVersion } },
    );
  }
}
