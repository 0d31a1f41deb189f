import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, CommandFailed, run } from './commands.mjs';

/**
 * What setup needs of Debian's package manager: which release this is, installing a package, and taking one package of
 * a newer release out of its archive without touching the machine's own package lists.
 */

/** @returns {{ codename: string, root: boolean } | undefined} undefined when this is not Debian */
export function detectDebian(osRelease = '/etc/os-release') {
  let text;
  try {
    text = readFileSync(osRelease, 'utf8');
  } catch {
    return undefined;
  }
  const field = (/** @type {string} */ name) => text.match(new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm'))?.[1];
  if (field('ID') !== 'debian' || ask('apt-get', ['--version']) === undefined) {
    return undefined;
  }
  return { codename: field('VERSION_CODENAME') ?? 'sid', root: process.getuid?.() === 0 };
}

const nonInteractive = () => ({ ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' });

/**
 * Installs packages from the machine's own sources. Needs root.
 * @param {readonly string[]} packages
 */
export async function installPackages(packages) {
  try {
    await run('apt-get', ['update', '-q'], { env: nonInteractive() });
  } catch {
    // One source out of reach need not stop us: what the others hold may be enough, and the install says so if not.
  }
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env: nonInteractive() });
}

/**
 * Takes one package of another suite from the machine's own mirrors and unpacks it into a folder. Signatures are
 * checked with the keys the sources name. Needs no root.
 * @param {string} name package
 * @param {string} suite such as `trixie`
 * @param {string} codename the machine's own suite, which is replaced
 * @param {string} target folder, created
 */
export async function unpackPackageOfSuite(name, suite, codename, target) {
  const work = mkdtempSync(join(tmpdir(), 'plumbline-apt-'));
  try {
    const sources = join(work, 'sources');
    for (const folder of ['sources', 'lists/partial', 'cache/archives/partial', 'download']) {
      mkdirSync(join(work, folder), { recursive: true });
    }
    const rewritten = sourcesOfSuite(readSources(), codename, suite);
    if (rewritten.length === 0) {
      throw new CommandFailed('apt-get', null, `no apt source of ${codename} found to take ${suite} from`);
    }
    for (const source of rewritten) {
      writeFileSync(join(sources, source.name), source.text);
    }
    const options = [
      ['Dir::Etc::SourceList', '/dev/null'],
      ['Dir::Etc::SourceParts', sources],
      ['Dir::State::Lists', join(work, 'lists')],
      ['Dir::Cache', join(work, 'cache')],
      // The work folder may lie where apt's own user cannot read.
      ['APT::Sandbox::User', 'root'],
      ['Acquire::Languages', 'none'],
      ['Acquire::IndexTargets::deb::DEP-11::DefaultEnabled', 'false'],
    ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
    const execute = { cwd: join(work, 'download'), env: nonInteractive() };
    await run('apt-get', [...options, '-q', '--error-on=any', 'update'], execute);
    await run('apt-get', [...options, '-q', 'download', name], execute);
    const archive = readdirSync(join(work, 'download')).find((file) => file.endsWith('.deb'));
    if (archive === undefined) {
      throw new CommandFailed(`apt-get download ${name}`, null, `no package file of ${name} in ${suite}`);
    }
    mkdirSync(target, { recursive: true });
    await run('dpkg', ['-x', join(work, 'download', archive), target]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {unknown} error whether apt refused a suite because the machine does not trust its key */
export function isUntrustedKey(error) {
  return error instanceof CommandFailed && /NO_PUBKEY|EXPKEYSIG|is not signed/.test(error.output);
}

/**
 * @typedef {{ name: string, text: string }} SourceFile
 * @returns {SourceFile[]} the machine's apt source files
 */
function readSources(folder = '/etc/apt') {
  const parts = join(folder, 'sources.list.d');
  const paths = [join(folder, 'sources.list')];
  try {
    paths.push(
      ...readdirSync(parts)
        .filter((file) => /\.(list|sources)$/.test(file))
        .map((file) => join(parts, file)),
    );
  } catch {
    // No such folder: the single file holds everything.
  }
  return paths.flatMap((path) => {
    try {
      return [{ name: path.split('/').at(-1) ?? path, text: readFileSync(path, 'utf8') }];
    } catch {
      return [];
    }
  });
}

/**
 * The same sources with the main suite replaced. Keeps mirror, scheme, keys and options as they are; drops what has no
 * counterpart (updates, security, back-ports, other vendors' suites).
 * @param {readonly SourceFile[]} files
 * @param {string} codename suite to replace
 * @param {string} suite its replacement
 * @returns {SourceFile[]} only files with something left in them
 */
export function sourcesOfSuite(files, codename, suite) {
  return files
    .map((file) => ({
      name: file.name,
      text: file.name.endsWith('.sources')
        ? stanzasOfSuite(file.text, codename, suite)
        : linesOfSuite(file.text, codename, suite),
    }))
    .filter((file) => file.text !== '');
}

/**
 * @param {string} text one-line format: `deb [options] uri suite component...`
 * @param {string} codename
 * @param {string} suite
 */
function linesOfSuite(text, codename, suite) {
  return text
    .split('\n')
    .flatMap((line) => {
      const match = line.match(/^\s*deb\s+((?:\[[^\]]*\]\s+)?)(\S+)\s+(\S+)\s+([^#]+)/);
      const [, options = '', uri = '', own = '', components = ''] = match ?? [];
      return ownNames(codename).includes(own) ? [`deb ${options}${uri} ${suite} ${components.trim()}\n`] : [];
    })
    .join('');
}

/**
 * @param {string} text deb822 format: stanzas of `Field: value`, continued by lines that begin with a space
 * @param {string} codename
 * @param {string} suite
 */
function stanzasOfSuite(text, codename, suite) {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const value = (/** @type {string} */ field) =>
        (stanza.match(new RegExp(`^${field}:((?:.*)(?:\\n[ \\t].*)*)`, 'im'))?.[1] ?? '').trim().split(/\s+/);
      const wanted =
        value('Types').includes('deb') &&
        value('Suites').some((name) => ownNames(codename).includes(name)) &&
        !/^(no|false)$/i.test(value('Enabled')[0] ?? '');
      if (!wanted) {
        return [];
      }
      return [
        `${stanza
          .trim()
          .replace(/^Types:.*$/im, 'Types: deb')
          .replace(/^Suites:.*(?:\n[ \t].*)*/im, `Suites: ${suite}`)}\n`,
      ];
    })
    .join('\n');
}

/** Names under which a machine's sources may know its own main suite. @param {string} codename */
function ownNames(codename) {
  return [codename, 'stable', 'oldstable', 'testing', 'unstable', 'sid'];
}
