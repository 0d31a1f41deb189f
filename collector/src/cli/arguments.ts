import { type ParseArgsConfig, parseArgs } from 'node:util';
import { PlumblineError } from '../errors.ts';

/** Node's `parseArgs`, strict, with wrong usage as `BAD_REQUEST`: one line, exit code 2. */
export function parseArguments<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new PlumblineError('BAD_REQUEST', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Positional arguments by name; every one of them is needed, and there are no others. */
export function positionals<Name extends string>(
  found: readonly string[],
  names: readonly Name[],
): Record<Name, string> {
  if (found.length !== names.length) {
    throw new PlumblineError('BAD_REQUEST', `expected ${names.map((name) => `<${name}>`).join(' ')}`);
  }
  // One value a name, by the check above.
  return Object.fromEntries(names.map((name, index) => [name, found[index]])) as Record<Name, string>;
}
