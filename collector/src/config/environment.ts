import type { Path, PathProblem } from './problems.ts';

const reference = /^env:(\w+)$/;

/**
 * Replaces every string `env:NAME` in plain data by the environment variable's value, so that secrets stay out of the
 * file. A variable that is unset or empty is a problem, never an empty secret.
 */
export function resolveEnvironment(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): { value: unknown; problems: PathProblem[] } {
  const problems: PathProblem[] = [];
  const resolve = (node: unknown, path: Path): unknown => {
    if (typeof node === 'string') {
      const name = reference.exec(node)?.[1];
      if (name === undefined) {
        return node;
      }
      const found = environment[name];
      if (found === undefined || found === '') {
        problems.push({ path, message: `environment variable ${name} is not set` });
        return node;
      }
      return found;
    }
    if (Array.isArray(node)) {
      return node.map((item, index) => resolve(item, [...path, index]));
    }
    if (node !== null && typeof node === 'object') {
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, resolve(item, [...path, key])]));
    }
    return node;
  };
  return { value: resolve(value, []), problems };
}
