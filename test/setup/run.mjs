import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { buildWhatIsStale } from './build.mjs';
import { CommandFailed, repositoryRoot } from './commands.mjs';
import { setup } from './setup.mjs';

/**
 * Runs a program of this repository as the only command of a fresh clone: setup first, then builds, then the program on
 * the Node the project is pinned to.
 *
 *   node test/setup/run.mjs [--tests] [--build] [program.ts] [arguments...]
 */

const [options, [program, ...rest]] = splitOptions(process.argv.slice(2));

if (!(await setup({ tests: options.includes('--tests') })) || !(await built())) {
  process.exitCode = 1;
} else if (program !== undefined) {
  runProgram(program, rest);
}

/** @returns {Promise<boolean>} */
async function built() {
  if (!options.includes('--build')) {
    return true;
  }
  try {
    await buildWhatIsStale(repositoryRoot, (line) => console.error(line));
    return true;
  } catch (error) {
    if (!(error instanceof CommandFailed)) {
      throw error;
    }
    console.error(`build: ${error.message}`);
    return false;
  }
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 */
function runProgram(file, args) {
  const binaries = join(repositoryRoot, 'node_modules', '.bin');
  const child = spawn(join(binaries, 'node'), ['--disable-warning=ExperimentalWarning', file, ...args], {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, PATH: [binaries, process.env.PATH].join(delimiter) },
  });
  // A terminal sends Ctrl-C to the child as well: wait for its clean end. Other signals reach only this process.
  process.on('SIGINT', () => {});
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`cannot start ${file}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

/**
 * Options before the program are ours, what follows it is the program's.
 * @param {readonly string[]} args
 * @returns {[string[], string[]]}
 */
function splitOptions(args) {
  const first = args.findIndex((argument) => !argument.startsWith('--'));
  const end = first === -1 ? args.length : first;
  return [args.slice(0, end), args.slice(end)];
}
