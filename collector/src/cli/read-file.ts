import { readFile } from 'node:fs/promises';
import { cannotRead, type ErrorCode, PlumblineError } from '../errors.ts';

/** The text of a file that somebody named; throws `code`, saying why, when it cannot be read. */
export async function readText(path: string, code: ErrorCode = 'BAD_DATA'): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PlumblineError(code, cannotRead(path, cause), { cause });
  });
}

/** `source` names the text in the `BAD_DATA` of one that is no JSON. */
export function parseJson(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new PlumblineError('BAD_DATA', `${source} is not JSON (${problem})`, { cause });
  }
}
