import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { ask, CommandFailed, run } from './commands.mjs';

/**
 * Installs the npm packages of the lock file when they are missing or other than it says, and the Node the project is
 * pinned to (npm package `node`), which everything after setup runs on.
 */

/**
 * @param {string} root repository
 * @param {(line: string) => void} say
 */
export async function ensurePackages(root, say) {
  if (!packagesAreCurrent(root)) {
    say('npm packages: installing from package-lock.json');
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      env: outsideEnvironment(root),
    });
  }
  await ensurePinnedNode(root, say);
  writeFileSync(stampPath(root), lockHash(root));
}

/**
 * The stamp answers at once in the usual case. Without it (after `npm install` by hand, say) the list that npm keeps of
 * what it installed is compared with the lock file.
 * @param {string} root
 */
export function packagesAreCurrent(root) {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
    return false;
  }
  if (existsSync(stampPath(root)) && readFileSync(stampPath(root), 'utf8') === lockHash(root)) {
    return true;
  }
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.optional) {
      return true;
    }
    const own = installed[path];
    return own !== undefined && own.version === entry.version && own.integrity === entry.integrity;
  });
}

/**
 * Newer versions of npm run no install script that the project did not allow, and npm may be configured to run none:
 * the one script that matters is then run here.
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function ensurePinnedNode(root, say) {
  const folder = join(root, 'node_modules', 'node');
  const binary = join(root, 'node_modules', '.bin', 'node');
  const wanted = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  const current = () => existsSync(binary) && ask(binary, ['--version'])?.trim() === `v${wanted}`;
  if (existsSync(stampPath(root)) && existsSync(binary)) {
    return;
  }
  if (!current()) {
    say(`node: installing version ${wanted} into node_modules`);
    await run(process.execPath, ['installArchSpecificPackage.js'], { cwd: folder, env: outsideEnvironment(root) });
  }
  if (!current()) {
    throw new CommandFailed('node --version', null, `node_modules/.bin/node is not version ${wanted}`);
  }
}

/**
 * npm must not run on the Node inside the folder it is about to replace, and must not fetch what we do not use: the GPU
 * libraries of the ONNX runtime.
 * @param {string} root
 */
function outsideEnvironment(root) {
  const inside = join(root, 'node_modules') + sep;
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !`${folder}${sep}`.startsWith(inside))
    .join(delimiter);
  return { ...process.env, PATH: path, ONNXRUNTIME_NODE_INSTALL: 'skip' };
}

/** @param {string} root */
function stampPath(root) {
  return join(root, 'node_modules', '.plumbline-setup');
}

/** @param {string} root */
function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 * @param {string} path
 * @returns {Record<string, LockedPackage>}
 */
function lockedPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}
