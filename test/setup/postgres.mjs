import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findExecutable, isExecutableFile, MissingPart } from './commands.mjs';
import { detectDebian, installPackages } from './debian.mjs';

/** Finds PostgreSQL, on which the tests of many collectors run; the demo does not need it. */

/** Where Debian keeps its versions, each with all programs; only some of them are on PATH. */
const debianFolder = '/usr/lib/postgresql';

/**
 * The folder of `initdb` and `postgres`: POSTGRES_BIN if set, else the newest of Debian's, else that of `initdb` on PATH.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function findPostgres(env = process.env) {
  if (env.POSTGRES_BIN) {
    if (!hasPrograms(env.POSTGRES_BIN)) {
      throw new MissingPart(`POSTGRES_BIN is ${env.POSTGRES_BIN}, where initdb and postgres are not.`, instructions);
    }
    return env.POSTGRES_BIN;
  }
  const onPath = findExecutable('initdb', env);
  const folders = [...debianVersions(), ...(onPath === undefined ? [] : [join(onPath, '..')])];
  return folders.find(hasPrograms);
}

/**
 * Finds PostgreSQL or, on Debian as root, installs it. Debian's package would also start a server of its own: the
 * tests start theirs.
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function ensurePostgres(say) {
  const found = findPostgres();
  if (found !== undefined) {
    return found;
  }
  if (detectDebian()?.root !== true) {
    throw new MissingPart('PostgreSQL is not installed. The tests of many collectors need it.', instructions);
  }
  say("postgresql: installing Debian's package");
  await installPackages(['postgresql']);
  const installed = findPostgres();
  if (installed === undefined) {
    throw new MissingPart('PostgreSQL was installed, but initdb cannot be found.', instructions);
  }
  return installed;
}

/** @param {string} folder */
function hasPrograms(folder) {
  return ['initdb', 'postgres'].every((program) => isExecutableFile(join(folder, program)));
}

/** Newest first. */
function debianVersions() {
  try {
    return readdirSync(debianFolder)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(debianFolder, version, 'bin'));
  } catch {
    return [];
  }
}

const instructions = [
  'Debian, as root:  apt-get install --no-install-recommends postgresql',
  'macOS:            brew install postgresql',
  'Or point POSTGRES_BIN at the folder of initdb and postgres (version 14 or newer).',
];
