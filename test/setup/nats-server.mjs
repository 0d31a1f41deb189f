import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ask, findExecutable, isExecutableFile, MissingPart, repositoryRoot } from './commands.mjs';
import { detectDebian, installPackages, isUntrustedKey, unpackPackageOfSuite } from './debian.mjs';

/**
 * Finds nats-server, or brings it. The rules are shared by setup and by the stack launcher.
 *
 * 2.10 is the least that can be told to write to disk before it acknowledges; with 2.9 an acknowledged batch can be
 * lost in a power cut, so it serves for looking around only.
 */

export const leastVersion = [2, 10];

/** @typedef {{ path: string, version: string, outdated: boolean }} NatsServer */

/** Where Debian's package puts the binary, now and perhaps later. */
const packagedFolders = ['usr/sbin', 'usr/bin'];

const instructions = [
  'Debian and Ubuntu: a nats-server package of 2.10 or newer (Debian 13 has it)',
  'macOS:             brew install nats-server',
  'anywhere:          a release from https://github.com/nats-io/nats-server/releases',
  'Put it on PATH, or point NATS_SERVER_BIN at the file. To use a server that runs already, set NATS_URL.',
];

/**
 * NATS_SERVER_BIN if set (then nothing else is tried), else PATH, the folders system packages use, and the cache.
 * The first that is new enough wins; an outdated one is returned only when there is no other.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {{ cacheFolder?: string, systemFolders?: readonly string[] }} [places]
 * @returns {NatsServer | undefined}
 */
export function findNatsServer(env = process.env, places = {}) {
  if (env.NATS_SERVER_BIN) {
    const server = inspect(env.NATS_SERVER_BIN);
    if (server === undefined) {
      throw new MissingPart(
        `NATS_SERVER_BIN is ${env.NATS_SERVER_BIN}, which is not a nats-server that runs here.`,
        instructions,
      );
    }
    return server;
  }
  const systemFolders = places.systemFolders ?? ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];
  const cacheFolder = places.cacheFolder ?? natsServerCache;
  const candidates = [
    findExecutable('nats-server', env),
    ...systemFolders.map((folder) => join(folder, 'nats-server')),
    ...packagedFolders.map((folder) => join(cacheFolder, folder, 'nats-server')),
  ];
  /** @type {NatsServer | undefined} */
  let outdated;
  for (const path of candidates) {
    const server = path === undefined ? undefined : inspect(path);
    if (server !== undefined && !server.outdated) {
      return server;
    }
    outdated ??= server;
  }
  return outdated;
}

/**
 * As `findNatsServer`, and a clear error when there is none.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {{ cacheFolder?: string, systemFolders?: readonly string[] }} [places]
 * @returns {NatsServer}
 */
export function requireNatsServer(env = process.env, places = {}) {
  const server = findNatsServer(env, places);
  if (server === undefined) {
    throw new MissingPart(`nats-server ${leastVersion.join('.')} or newer is not installed.`, [
      'npm run setup      brings it on Debian',
      ...instructions,
    ]);
  }
  return server;
}

/**
 * Finds nats-server or, on Debian, takes it from a newer suite into the repository's cache folder.
 * @param {(line: string) => void} say
 * @returns {Promise<NatsServer>}
 */
export async function ensureNatsServer(say) {
  const found = findNatsServer();
  if (found !== undefined && !found.outdated) {
    return found;
  }
  const debian = detectDebian();
  if (debian === undefined) {
    return found ?? fail();
  }
  const reasons = [];
  for (const suite of suitesToTry(debian.codename)) {
    say(`nats-server: taking Debian's package of ${suite} into .cache/nats-server`);
    try {
      await unpackInto(natsServerCache, suite, debian);
      break;
    } catch (error) {
      reasons.push(`${suite}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return findNatsServer() ?? lastResort(debian, reasons);
}

const natsServerCache = join(repositoryRoot, '.cache', 'nats-server');

/**
 * @param {string} path
 * @returns {NatsServer | undefined}
 */
function inspect(path) {
  const answer = isExecutableFile(path) ? ask(path, ['-v']) : undefined;
  const match = answer?.match(/v?(\d+)\.(\d+)\.(\d+\S*)/);
  if (!match) {
    return undefined;
  }
  const [, major = '', minor = '', patch = ''] = match;
  const [leastMajor = 0, leastMinor = 0] = leastVersion;
  const outdated = Number(major) < leastMajor || (Number(major) === leastMajor && Number(minor) < leastMinor);
  return { path, version: `${major}.${minor}.${patch}`, outdated };
}

/**
 * Releases before trixie package 2.9 or nothing at all.
 * @param {string} codename
 */
function suitesToTry(codename) {
  return ['buster', 'bullseye', 'bookworm'].includes(codename) ? ['trixie', 'sid'] : [...new Set([codename, 'sid'])];
}

/**
 * @param {string} folder
 * @param {string} suite
 * @param {{ codename: string, root: boolean }} debian
 */
async function unpackInto(folder, suite, debian) {
  const fresh = `${folder}.${process.pid}`;
  try {
    await unpackPackageOfSuite('nats-server', suite, debian.codename, fresh).catch(async (error) => {
      if (!debian.root || !isUntrustedKey(error)) {
        throw error;
      }
      // An old installation may not know the newer suite's key yet: its own suite's update of the key ring brings it.
      await installPackages(['debian-archive-keyring']);
      await unpackPackageOfSuite('nats-server', suite, debian.codename, fresh);
    });
    mkdirSync(join(folder, '..'), { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    if (packagedFolders.every((part) => inspect(join(folder, part, 'nats-server')) === undefined)) {
      throw new Error(`the nats-server of ${suite} does not run here`);
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * Nothing newer could be had: the release's own 2.9 package, so that at least the demo runs.
 * @param {{ codename: string, root: boolean }} debian
 * @param {readonly string[]} reasons why the newer suites failed
 * @returns {Promise<NatsServer>}
 */
async function lastResort(debian, reasons) {
  try {
    await unpackInto(natsServerCache, debian.codename, debian);
  } catch (error) {
    fail([...reasons, `${debian.codename}: ${error instanceof Error ? error.message : error}`]);
  }
  return findNatsServer() ?? fail(reasons);
}

/**
 * @param {readonly string[]} [reasons]
 * @returns {never}
 */
function fail(reasons = []) {
  throw new MissingPart(`nats-server ${leastVersion.join('.')} or newer is not installed.`, [
    ...instructions,
    ...reasons,
  ]);
}
