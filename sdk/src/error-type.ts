/** Low-cardinality type of whatever was thrown: a system code (`ECONNRESET`), else the error's name. */
export function errorTypeOf(error: unknown): string {
  try {
    if (error instanceof Error) {
      const code = 'code' in error ? error.code : undefined;
      const type = typeof code === 'string' && code !== '' ? code : error.name;
      return typeof type === 'string' ? errorType(type) : 'Error';
    }
    return typeof error;
  } catch {
    return 'unknown';
  }
}

/** The text when it reads as the name or the number of a kind of failure; `_OTHER` for anything else: it may say anything. */
export function errorType(text: string): string {
  return text.length <= 64 && errorPattern.test(text) ? text : '_OTHER';
}

/** Begins with a letter, and has no four digits in a row: those are numbers of accounts, people and days. */
const errorPattern = /^(?:(?!.*\d{4})[A-Za-z_][\w.:-]{0,63}|[1-5]\d\d)$/;
