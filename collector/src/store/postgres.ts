import { setTimeout as delay } from 'node:timers/promises';
import { escapeLiteral, Pool, type PoolClient } from 'pg';
import { isPlumblineError, PlumblineError } from '../errors.ts';
import type { ReadTransaction, Store, Transaction, TransactionOptions } from './port.ts';
import { postgresError } from './postgres-errors.ts';
import { preparePostgres } from './postgres-schema.ts';
import { PostgresTransaction } from './postgres-transaction.ts';
import { RunningTransactions } from './running-transactions.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database`, with the parameters of libpq (`?sslmode=verify-full`). */
  readonly url: string;
  /** How long to wait for a server that does not answer yet. Default 10 s. */
  readonly patienceMs?: number;
  /** Connections at a time. Default 10. */
  readonly connections?: number;
  /**
   * The server undoes a transaction whose collector says nothing for this long: one that is paused in the middle of a
   * transaction must not keep the others from taking over. Default 3 s.
   */
  readonly silenceMs?: number;
}

/** Longest wait for others who write in the same scope. */
const lockTimeoutMs = 15_000;
/** Longest single statement. */
const statementTimeoutMs = 60_000;
const retryMs = 250;

/**
 * The store of many collectors: two tables in a PostgreSQL database. Every commit is on disk when it resolves. Writers of
 * one scope take turns, over all collectors, by an advisory lock of the transaction; so work never runs twice, and each
 * statement sees what was committed before it. Readers see a snapshot and wait for nobody. Lost connections are replaced;
 * what was under way on them has failed with `STORE_UNAVAILABLE`, and whoever wants it done does it again.
 *
 * Throws `STORE_NEWER` for a database of a newer Plumbline, `STORE_UNAVAILABLE` when there is none to be had.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, patienceMs = 10_000, connections = 10, silenceMs = 3_000 } = options;
  const pool = makePool(url, connections);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      const client = await pool.connect();
      try {
        await preparePostgres(client, lockStatement('schema'));
        const { rows } = await client.query<{ synchronous_commit: string }>('SHOW synchronous_commit');
        return new PostgresStore(pool, silenceMs, rows[0]?.synchronous_commit === 'off');
      } finally {
        client.release(true);
      }
    } catch (error) {
      const failure = postgresError(error, 'cannot open the store');
      if (!isWorthRetrying(failure) || performance.now() >= giveUpAt) {
        await pool.end();
        throw failure;
      }
      await delay(retryMs);
    }
  }
}

function makePool(url: string, connections: number): Pool {
  if (!URL.canParse(url)) {
    const text = 'collector.store is no address of a PostgreSQL: postgres://user:password@host:5432/database';
    throw new PlumblineError('BAD_CONFIG', text);
  }
  const pool = new Pool({
    connectionString: url,
    max: connections,
    application_name: 'plumbline-collector',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    // What is asked for at once travels at once, in its order.
    pipeline: true,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 5_000,
  });
  // A connection that is lost while nobody uses it is simply replaced.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A server that is starting, or not there yet; not wrong credentials. */
function isWorthRetrying(error: unknown): boolean {
  if (!isPlumblineError(error, 'STORE_UNAVAILABLE')) return false;
  const code = String(error.details?.code ?? '');
  return code === '' || code === '57P03' || code.startsWith('E') || code.startsWith('08') || code === '53300';
}

class PostgresStore implements Store {
  readonly #pool: Pool;
  readonly #beginWriting: string;
  readonly #transactions = new RunningTransactions();
  /** Writers of this process, by scope: those who wait hold no connection. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(pool: Pool, silenceMs: number, commitsWithoutSync: boolean) {
    this.#pool = pool;
    // Read committed, not repeatable read: a snapshot taken before the lock was granted would be an old one.
    this.#beginWriting = [
      'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
      `SET LOCAL idle_in_transaction_session_timeout = ${silenceMs}`,
      `SET LOCAL lock_timeout = ${lockTimeoutMs}`,
      ...(commitsWithoutSync ? ['SET LOCAL synchronous_commit = on'] : []),
      '',
    ].join('; ');
  }

  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    { scope = defaultScope }: TransactionOptions = {},
  ): Promise<Result> {
    return this.#transactions.track(() => {
      const before = this.#queues.get(scope) ?? Promise.resolve();
      const result = before.then(() => this.#run(this.#beginWriting + lockStatement(scope), 'COMMIT', work));
      const settled = result.catch(() => undefined);
      this.#queues.set(scope, settled);
      void settled.then(() => {
        if (this.#queues.get(scope) === settled) this.#queues.delete(scope);
      });
      return result;
    });
  }

  read<Result>(work: (transaction: ReadTransaction) => Promise<Result>): Promise<Result> {
    return this.#transactions.track(() => this.#run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', 'COMMIT', work));
  }

  async close(): Promise<void> {
    if (!(await this.#transactions.close())) return;
    await this.#pool.end();
  }

  async #run<Result>(
    begin: string,
    end: string,
    work: (transaction: PostgresTransaction) => Promise<Result>,
  ): Promise<Result> {
    let client: PoolClient | undefined;
    let transaction: PostgresTransaction | undefined;
    let isUsable = false;
    const scope = { open: true };
    try {
      client = await this.#pool.connect();
      await client.query(begin);
      transaction = new PostgresTransaction(client);
      const current = transaction;
      const result = await this.#transactions.within(scope, () => work(current));
      transaction.end();
      await client.query(end);
      isUsable = true;
      return result;
    } catch (error) {
      transaction?.end();
      isUsable = client !== undefined && (await rollBack(client));
      throw postgresError(error, 'the store failed');
    } finally {
      scope.open = false;
      client?.release(!isUsable);
    }
  }
}

const defaultScope = '';

/** One lock for each scope, of all collectors on this database; it goes with the transaction. */
function lockStatement(scope: string): string {
  return `SELECT pg_advisory_xact_lock(hashtextextended(${escapeLiteral(`plumbline:${scope}`)}, 0))`;
}

/** Whether the connection can be used again. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
