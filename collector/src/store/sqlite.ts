import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isPlumblineError, PlumblineError } from '../errors.ts';
import { DiskSync } from './disk-sync.ts';
import type { Store } from './port.ts';
import { RunningTransactions } from './running-transactions.ts';
import { SqliteCheckpointer } from './sqlite-checkpointer.ts';
import { SqliteTransaction } from './sqlite-transaction.ts';

export interface SqliteStoreOptions {
  /** A file, made with its folder when absent; or `:memory:`. */
  readonly path: string;
  /** Look at the file of a running collector without touching it: transactions are refused. */
  readonly readOnly?: boolean;
}

/** Version of the tables below. A file of a newer version is refused, never guessed at. */
const schemaVersion = 1;
/** "Plmb": tells our files from other SQLite databases. */
const applicationId = 0x506c6d62;
const maximumReaders = 4;
const largestLogBytes = 64 * 1_048_576;

const createTables = `
  CREATE TABLE collection (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE entry (
    collection INTEGER NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (collection, key)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * The embedded store: one SQLite file in write-ahead mode. A transaction that has resolved is on the disk. One writer at a
 * time, in the order of asking; readers see a snapshot and wait for nobody. A second process on the same file is refused.
 *
 * Throws `STORE_NEWER` for a file of a newer Plumbline, `STORE_UNAVAILABLE` when it cannot be opened or is in use.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const inMemory = options.path === ':memory:';
  const path = inMemory ? options.path : resolve(options.path);
  const readOnly = options.readOnly ?? false;
  const lock = inMemory || readOnly ? undefined : lockFile(path);
  try {
    const writer = openDatabase(path, readOnly);
    if (!readOnly) prepareSchema(writer, path);
    checkSchema(writer, path);
    return new SqliteStore(writer, inMemory ? undefined : path, lock, readOnly);
  } catch (error) {
    lock?.close();
    throw unavailable(error, `cannot open the store ${path}`);
  }
}

class SqliteStore implements Store {
  readonly #writer: SqliteTransaction;
  /** `undefined` in memory. */
  readonly #path: string | undefined;
  readonly #sync: DiskSync | undefined;
  readonly #checkpointer: SqliteCheckpointer | undefined;
  readonly #lock: DatabaseSync | undefined;
  readonly #readOnly: boolean;
  readonly #idleReaders: SqliteTransaction[] = [];
  readonly #waitingForReader: ((reader: SqliteTransaction) => void)[] = [];
  readonly #transactions = new RunningTransactions();
  #readers = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(writer: DatabaseSync, path: string | undefined, lock: DatabaseSync | undefined, readOnly: boolean) {
    this.#writer = new SqliteTransaction(writer);
    this.#path = path;
    this.#sync = path === undefined ? undefined : new DiskSync(`${path}-wal`);
    this.#checkpointer = path === undefined ? undefined : new SqliteCheckpointer(path);
    this.#lock = lock;
    this.#readOnly = readOnly;
  }

  transaction<Result>(work: (transaction: SqliteTransaction) => Promise<Result>): Promise<Result> {
    if (this.#readOnly) return Promise.reject(new PlumblineError('STORE_UNAVAILABLE', 'the store is open for reading'));
    return this.#transactions.track(async () => {
      const { result, writtenBytes } = await this.#inTurn(async () => ({
        result: await this.#run(this.#writer, 'BEGIN IMMEDIATE', work),
        writtenBytes: this.#writer.takeWrittenBytes(),
      }));
      if (writtenBytes > 0) await this.#keep(writtenBytes);
      return result;
    });
  }

  read<Result>(work: (transaction: SqliteTransaction) => Promise<Result>): Promise<Result> {
    // A database in memory has one connection, which reads must share with the writer.
    if (this.#path === undefined) {
      return this.#transactions.track(() => this.#inTurn(() => this.#run(this.#writer, 'BEGIN', work)));
    }
    return this.#transactions.track(async () => {
      const reader = await this.#takeReader();
      try {
        return await this.#run(reader, 'BEGIN', work);
      } finally {
        this.#returnReader(reader);
      }
    });
  }

  async close(): Promise<void> {
    if (!(await this.#transactions.close())) return;
    await this.#checkpointer?.close();
    await this.#sync?.close();
    for (const reader of this.#idleReaders) reader.database.close();
    this.#writer.database.close();
    this.#lock?.close();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Others may commit meanwhile: one sync serves all that is there when it begins. */
  async #keep(writtenBytes: number): Promise<void> {
    this.#checkpointer?.committed(writtenBytes);
    try {
      await this.#sync?.sync();
    } catch (error) {
      throw unavailable(error, 'the store failed');
    }
  }

  async #run<Result>(
    transaction: SqliteTransaction,
    begin: string,
    work: (transaction: SqliteTransaction) => Promise<Result>,
  ): Promise<Result> {
    const scope = { open: true };
    try {
      transaction.begin(begin);
      const result = await this.#transactions.within(scope, () => work(transaction));
      transaction.end('COMMIT');
      return result;
    } catch (error) {
      transaction.rollBack();
      throw unavailable(error, 'the store failed');
    } finally {
      scope.open = false;
    }
  }

  async #takeReader(): Promise<SqliteTransaction> {
    const idle = this.#idleReaders.pop();
    if (idle !== undefined) return idle;
    if (this.#path !== undefined && this.#readers < maximumReaders) {
      this.#readers++;
      try {
        return new SqliteTransaction(openDatabase(this.#path, true));
      } catch (error) {
        this.#readers--;
        throw unavailable(error, 'cannot open the store for reading');
      }
    }
    return new Promise((take) => this.#waitingForReader.push(take));
  }

  #returnReader(reader: SqliteTransaction): void {
    const next = this.#waitingForReader.shift();
    if (next === undefined) this.#idleReaders.push(reader);
    else next(reader);
  }
}

function openDatabase(path: string, readOnly: boolean): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly, timeout: 5_000 });
  // In KiB, and a bound on memory: there is one writer and a few readers, and behind them the cache of the system.
  database.exec(`PRAGMA cache_size = -${readOnly ? 16_384 : 32_768}`);
  return database;
}

function prepareSchema(database: DatabaseSync, path: string): void {
  // Values of tens of kilobytes are the rule: in pages of 4 KiB writing them costs a third more. Only a new file takes this.
  database.exec('PRAGMA page_size = 16384');
  // Whoever commits neither syncs nor moves pages from the log to the database: `DiskSync` and `SqliteCheckpointer` do,
  // beside everything else. Where those do not keep up, SQLite moves what has come together itself.
  const pages = Math.ceil(largestLogBytes / pragma(database, 'page_size'));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${pages}`);
  if (pragma(database, 'user_version') !== 0) return;
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get();
  if (tables?.tables !== 0) {
    throw new PlumblineError('STORE_UNAVAILABLE', `${path} is another program's SQLite database`);
  }
  database.exec(`BEGIN IMMEDIATE; ${createTables} COMMIT`);
}

function checkSchema(database: DatabaseSync, path: string): void {
  if (pragma(database, 'application_id') !== applicationId) {
    throw new PlumblineError('STORE_UNAVAILABLE', `${path} is another program's SQLite database`);
  }
  const found = pragma(database, 'user_version');
  if (found > schemaVersion) {
    throw new PlumblineError(
      'STORE_NEWER',
      `${path} was written by a newer Plumbline (schema ${found}, this one knows ${schemaVersion}): upgrade, or use another file`,
      { details: { found, known: schemaVersion } },
    );
  }
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id' | 'page_size'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/**
 * A lock the operating system drops when the process ends, however it ends: an exclusive SQLite transaction on an empty
 * file beside the store.
 */
function lockFile(path: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof Error && error.message.includes('locked')) {
      const message = `another process is using the store ${path}: stop it, or give this one another file`;
      throw new PlumblineError('STORE_UNAVAILABLE', message, { cause: error });
    }
    throw unavailable(error, `cannot open the store ${path}`);
  }
}

/** Failures of SQLite and of the disk become `STORE_UNAVAILABLE`; everything else passes as it is. */
function unavailable(error: unknown, what: string): unknown {
  if (isPlumblineError(error) || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code !== 'ERR_SQLITE_ERROR' && !/^E[A-Z]+$/.test(code)) return error;
  return new PlumblineError('STORE_UNAVAILABLE', `${what}: ${error.message}`, { cause: error });
}
