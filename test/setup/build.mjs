import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { CommandFailed, run } from './commands.mjs';

/**
 * Builds what has to be built (the Grafana plugin and the page that hosts it without Grafana; everything else runs from
 * source), and only when an input changed since.
 *
 * @typedef {{ name: string, workspace: string, script: string, inputs: readonly string[], output: string }} Build
 */

/** @type {readonly Build[]} */
const builds = [
  {
    name: 'plugin',
    workspace: 'plugin',
    script: 'build',
    inputs: [
      ...['src', 'build.ts', 'webpack.config.ts', 'package.json', 'README.md', 'CHANGELOG.md'].map(
        (path) => `plugin/${path}`,
      ),
      'LICENSE',
      'package-lock.json',
    ],
    output: 'plugin/dist/module.js',
  },
  {
    name: 'host page',
    workspace: 'plugin',
    script: 'build:host',
    inputs: ['plugin/host/page', 'plugin/host/vite.config.ts', 'plugin/package.json', 'package-lock.json'],
    output: 'plugin/host/dist/index.html',
  },
];

/**
 * @param {string} root repository
 * @param {(line: string) => void} say
 * @param {readonly Build[]} [list]
 */
export async function buildWhatIsStale(root, say, list = builds) {
  const results = await Promise.allSettled(list.map((build) => buildIfStale(root, build, say)));
  for (const result of results) {
    if (result.status === 'rejected') {
      throw result.reason;
    }
  }
}

/**
 * @param {string} root
 * @param {Build} build
 * @param {(line: string) => void} say
 */
async function buildIfStale(root, build, say) {
  const stamp = join(root, '.cache', 'builds', `${build.name.replaceAll(' ', '-')}.sha256`);
  const hash = hashOf(root, build.inputs);
  if (existsSync(join(root, build.output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    return;
  }
  say(`${build.name}: building`);
  const started = performance.now();
  const command = ['run', '--silent', build.script, '-w', build.workspace];
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const output = await run('npm', command, { cwd: root, env: { ...process.env, PATH: path } });
  if (!existsSync(join(root, build.output))) {
    throw new CommandFailed(`npm ${command.join(' ')}`, null, `it did not write ${build.output}\n${output}`);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  say(`${build.name}: built (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/**
 * Hash of the names and contents of all files under the inputs, without tests and without what builds write.
 * @param {string} root
 * @param {readonly string[]} inputs files or folders
 */
function hashOf(root, inputs) {
  const hash = createHash('sha256');
  for (const path of inputs.flatMap((input) => filesUnder(root, input))) {
    hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(root, path) {
  let entries;
  try {
    entries = readdirSync(join(root, path), { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') {
      return [path];
    }
    throw error;
  }
  return entries
    .filter((entry) => !['node_modules', 'dist'].includes(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(root, `${path}/${entry.name}`) : [`${path}/${entry.name}`]));
}
