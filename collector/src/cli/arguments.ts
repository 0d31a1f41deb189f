import { type ParseArgsConfig, parseArgs } from 'node:util';
import { PlumblineError } from '../errors.ts';

/** Node's `parseArgs`, strict, with wrong usage as `BAD_REQUEST`: one line, exit code 2. */
export function parseArguments<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    // Node adds advice about arguments that begin with a dash, which is hardly ever what was meant.
    const [problem = ''] = String(cause instanceof Error ? cause.message : cause).split('. To specify');
    throw new PlumblineError('BAD_REQUEST', problem, { cause });
  }
}

/** Positional arguments by name; every one of them is needed, and there are no others. */
export function positionals<Name extends string>(
  found: readonly string[],
  names: readonly Name[],
): Record<Name, string> {
  if (found.length !== names.length) {
    const wanted = names.length === 0 ? 'nothing more' : names.map((name) => `<${name}>`).join(' ');
    throw new PlumblineError(
      'BAD_REQUEST',
      `expected ${wanted}, got ${found.length === 0 ? 'nothing' : found.join(' ')}`,
    );
  }
  // One value a name, by the check above.
  return Object.fromEntries(names.map((name, index) => [name, found[index]])) as Record<Name, string>;
}
