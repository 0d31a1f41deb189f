/** Low-cardinality type of whatever was thrown: a system code (`ECONNRESET`), else the error's name. */
export function errorTypeOf(error: unknown): string {
  try {
    if (error instanceof Error) {
      const code = 'code' in error ? error.code : undefined;
      const type = typeof code === 'string' && code !== '' ? code : error.name;
      return typeof type === 'string' && type !== '' ? type.slice(0, 64) : 'Error';
    }
    return typeof error;
  } catch {
    return 'unknown';
  }
}
