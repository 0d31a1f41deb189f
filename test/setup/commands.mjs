import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Running other programs during setup. Plain JavaScript without dependencies: it runs on the machine's own Node (20 or
 * newer) before any package is installed.
 */

export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** A part that is missing and that setup cannot install by itself: the message says what to do. */
export class MissingPart extends Error {
  /**
   * @param {string} message what is missing
   * @param {readonly string[]} remedies lines that say how to get it
   */
  constructor(message, remedies) {
    super(message);
    this.name = 'MissingPart';
    this.remedies = remedies;
  }
}

/** A command that setup ran and that failed. Carries the end of its output. */
export class CommandFailed extends Error {
  /**
   * @param {string} command
   * @param {number | null} code
   * @param {string} output
   */
  constructor(command, code, output) {
    const tail = output.trimEnd().split('\n').slice(-25).join('\n');
    super(`\`${command}\` failed${code === null ? '' : ` with exit code ${code}`}:\n${tail}`);
    this.name = 'CommandFailed';
    this.output = output;
  }
}

/**
 * First executable file of that name on PATH, then in the extra folders.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} [extraFolders]
 * @returns {string | undefined}
 */
export function findExecutable(name, env, extraFolders = []) {
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), ...extraFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutableFile);
}

/** @param {string} path */
export function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a command to its end without showing its output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} standard output and standard error together
 */
export function run(command, args, options = {}) {
  const line = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk).slice(-1_000_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => reject(new CommandFailed(line, null, error.message)));
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new CommandFailed(line, code, output))));
  });
}

/**
 * Output of a quick question such as `--version`; undefined when the program cannot be run or fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {string | undefined}
 */
export function ask(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  return result.status === 0 ? result.stdout + result.stderr : undefined;
}
