import { PlumblineError } from '../errors.ts';

/**
 * Refuses paths that a proxy in front may have read differently: dot segments, empty segments, encoded slashes, dots or
 * NULs, backslashes. Permissions are given by path prefix there, so a path must mean the same thing everywhere.
 */
export function checkPath(url: string): void {
  const path = url.split('?', 1)[0] ?? '';
  if (!path.startsWith('/') || trick.test(path)) {
    throw new PlumblineError('BAD_REQUEST', 'the path holds a dot segment, an empty segment or an encoded separator', {
      details: { reason: 'path' },
    });
  }
}

const trick = /\/\/|\\|%(?:2f|5c|2e|00|25)|\/\.{1,2}(?:\/|$)/i;
