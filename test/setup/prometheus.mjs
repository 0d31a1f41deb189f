import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findExecutable, isExecutableFile, MissingPart, repositoryRoot } from './commands.mjs';
import { detectDebian, unpackPackageOfSuite } from './debian.mjs';

/** Finds Prometheus, with which the tests of dashboards and alert rules ask their questions; the demo does not need it. */

const cacheFolder = join(repositoryRoot, '.cache', 'prometheus');

/**
 * Folder of `prometheus` and `promtool`: PROMETHEUS_BIN if set, else the one on PATH, else the cache.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function findPrometheus(env = process.env) {
  if (env.PROMETHEUS_BIN) {
    if (!hasPrograms(env.PROMETHEUS_BIN)) {
      throw new MissingPart(
        `PROMETHEUS_BIN is ${env.PROMETHEUS_BIN}, where prometheus and promtool are not.`,
        instructions,
      );
    }
    return env.PROMETHEUS_BIN;
  }
  const onPath = findExecutable('prometheus', env, ['/usr/bin']);
  const folders = [...(onPath === undefined ? [] : [join(onPath, '..')]), join(cacheFolder, 'usr', 'bin')];
  return folders.find(hasPrograms);
}

/**
 * Finds Prometheus or, on Debian, takes the release's package into the repository's cache folder: installing it would
 * start a server of its own.
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function ensurePrometheus(say) {
  const found = findPrometheus();
  if (found !== undefined) {
    return found;
  }
  const debian = detectDebian();
  if (debian === undefined) {
    throw new MissingPart(
      'Prometheus is not installed. The tests of dashboards and alert rules need it.',
      instructions,
    );
  }
  say("prometheus: taking Debian's package into .cache/prometheus");
  const fresh = `${cacheFolder}.${process.pid}`;
  try {
    await unpackPackageOfSuite('prometheus', debian.codename, debian.codename, fresh);
    mkdirSync(join(cacheFolder, '..'), { recursive: true });
    rmSync(cacheFolder, { recursive: true, force: true });
    renameSync(fresh, cacheFolder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  const unpacked = findPrometheus();
  if (unpacked === undefined) {
    throw new MissingPart("Debian's package of Prometheus holds no prometheus that runs here.", instructions);
  }
  return unpacked;
}

/** @param {string} folder */
function hasPrograms(folder) {
  return ['prometheus', 'promtool'].every((program) => isExecutableFile(join(folder, program)));
}

const instructions = [
  'macOS:     brew install prometheus',
  'anywhere:  a release from https://prometheus.io/download/',
  'Put it on PATH, or point PROMETHEUS_BIN at the folder of prometheus and promtool.',
];
