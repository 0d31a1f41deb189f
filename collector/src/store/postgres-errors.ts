import { DatabaseError } from 'pg';
import { isPlumblineError, PlumblineError } from '../errors.ts';

/**
 * What PostgreSQL or the way to it says, as an error of ours with what to do. Errors of the work itself pass unchanged.
 * Codes: PostgreSQL documentation, appendix A.
 */
export function postgresError(error: unknown, doing: string): unknown {
  if (isPlumblineError(error) || !(error instanceof Error)) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return new PlumblineError('STORE_UNAVAILABLE', `${doing}: ${reason}`, {
    cause: error,
    ...(code === undefined ? {} : { details: { code } }),
  });
}

function reasonOf(error: Error): string | undefined {
  if (error instanceof DatabaseError) {
    const { code = '', message } = error;
    const advice = databaseAdvice.find(([codes]) => codes.test(code))?.[1];
    return advice === undefined ? `PostgreSQL says: ${message} (${code})` : `${message}: ${advice}`;
  }
  if ('code' in error && typeof error.code === 'string' && connectionCodes.has(error.code)) {
    return `no PostgreSQL answers (${error.message || error.code}): start it, or set collector.store`;
  }
  return lostConnection.test(error.message) ? `the connection to PostgreSQL was lost (${error.message})` : undefined;
}

const databaseAdvice: readonly (readonly [RegExp, string])[] = [
  [/^28/, 'set user and password in collector.store'],
  [/^3D000$/, 'make the database, or set another one in collector.store'],
  [/^42501$/, 'the user needs CREATE on its schema for the first start, and the tables afterwards'],
  [/^53300$/, 'raise max_connections; each collector uses up to 10'],
  [/^(53100|53200|53)/, 'give the server more room'],
  [/^57P/, 'the server ended the connection; it is opened again'],
  [/^25P03$/, 'this collector was silent in the middle of a transaction, which was undone'],
  [/^55P03$/, 'another collector holds the lock for too long'],
  [/^(40001|40P01)$/, 'two transactions were in the way of each other; do it again'],
  [/^25006$/, 'this server only reads: connect to the primary'],
];

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Words of the client library, which gives these no code. */
const lostConnection =
  /connection terminated|connection ended|client was closed|not queryable|timeout exceeded|query read timeout/i;
