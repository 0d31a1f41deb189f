import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detectDebian, sourcesOfSuite } from './debian.mjs';
import { findNatsServer, requireNatsServer } from './nats-server.mjs';
import { packagesAreCurrent } from './npm-packages.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-setup-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function program(path: string, script: string): string {
  const file = write(path, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const natsServer = (path: string, version: string) => program(path, `echo "nats-server: v${version}"`);

describe('nats-server is found', () => {
  const nowhere = () => ({ cacheFolder: join(folder, 'cache'), systemFolders: [join(folder, 'sbin')] });

  it('first where NATS_SERVER_BIN says', () => {
    natsServer('path/nats-server', '2.15.1');
    const own = natsServer('own/nats', '2.10.27');
    const env = { PATH: join(folder, 'path'), NATS_SERVER_BIN: own };
    expect(findNatsServer(env, nowhere())).toEqual({ path: own, version: '2.10.27', outdated: false });
  });

  it('then on PATH, in the system folders, and in the cache', () => {
    const cached = natsServer('cache/usr/sbin/nats-server', '2.10.3');
    expect(findNatsServer({ PATH: '' }, nowhere())?.path).toBe(cached);
    const system = natsServer('sbin/nats-server', '2.11.0');
    expect(findNatsServer({ PATH: '' }, nowhere())?.path).toBe(system);
    const onPath = natsServer('path/nats-server', '2.15.1');
    expect(findNatsServer({ PATH: join(folder, 'path') }, nowhere())?.path).toBe(onPath);
  });

  it('with a new enough one preferred to an outdated one that comes first', () => {
    natsServer('path/nats-server', '2.9.10');
    const cached = natsServer('cache/usr/sbin/nats-server', '2.10.27');
    expect(findNatsServer({ PATH: join(folder, 'path') }, nowhere())?.path).toBe(cached);
  });

  it('outdated when there is no other', () => {
    const path = natsServer('path/nats-server', '2.9.10');
    const expected = { path, version: '2.9.10', outdated: true };
    expect(findNatsServer({ PATH: join(folder, 'path') }, nowhere())).toEqual(expected);
  });

  it.each(['3.0.0', '2.100.0-beta.1', '2.10.0'])('new enough at %s', (version) => {
    natsServer('path/nats-server', version);
    expect(findNatsServer({ PATH: join(folder, 'path') }, nowhere())).toMatchObject({ version, outdated: false });
  });

  it('not in a file of that name that is something else', () => {
    program('path/nats-server', 'echo "wrong architecture" >&2; exit 126');
    expect(findNatsServer({ PATH: join(folder, 'path') }, nowhere())).toBeUndefined();
  });

  it('or its absence is an error that says how to get it', () => {
    expect(() => requireNatsServer({ PATH: '' }, nowhere())).toThrow('nats-server 2.10 or newer is not installed.');
  });
});

describe("a newer suite is taken from the machine's own mirrors", () => {
  const rewrite = (name: string, text: string) => sourcesOfSuite([{ name, text }], 'bookworm', 'trixie')[0]?.text;

  it('in stanzas, with mirror, keys and options kept', () => {
    const stanza = [
      '# comment',
      'Types: deb deb-src',
      'URIs: https://mirror.example/debian',
      'Suites: bookworm bookworm-updates',
      'Components: main contrib',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
      'Types: deb',
      'URIs: https://mirror.example/debian-security',
      'Suites: bookworm-security',
      'Components: main',
    ].join('\n');
    expect(rewrite('debian.sources', stanza)).toBe(
      [
        'Types: deb',
        'URIs: https://mirror.example/debian',
        'Suites: trixie',
        'Components: main contrib',
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
        '',
      ].join('\n'),
    );
  });

  it('in stanzas with values over several lines', () => {
    const stanza =
      'Types: deb\nURIs: http://a/debian\n http://b/debian\nSuites:\n bookworm\n bookworm-updates\nComponents: main\n';
    expect(rewrite('a.sources', stanza)).toBe(
      'Types: deb\nURIs: http://a/debian\n http://b/debian\nSuites: trixie\nComponents: main\n',
    );
  });

  it('in lines, with options kept', () => {
    const lines = [
      '# deb http://old.example/debian bookworm main',
      'deb [signed-by=/etc/key.gpg arch=amd64] https://mirror.example/debian bookworm main contrib # ours',
      'deb https://mirror.example/debian bookworm-updates main',
      'deb-src https://mirror.example/debian bookworm main',
      'deb https://vendor.example/apt vendor-bookworm main',
    ].join('\n');
    expect(rewrite('sources.list', lines)).toBe(
      'deb [signed-by=/etc/key.gpg arch=amd64] https://mirror.example/debian trixie main contrib\n',
    );
  });

  it('by whatever name the machine knows its own suite', () => {
    expect(rewrite('sources.list', 'deb http://a/debian stable main')).toBe('deb http://a/debian trixie main\n');
  });

  it.each([
    [
      'of another vendor',
      'node.sources',
      'Types: deb\nURIs: https://vendor.example\nSuites: nodistro\nComponents: main\n',
    ],
    [
      'that are switched off',
      'a.sources',
      'Enabled: no\nTypes: deb\nURIs: http://a/debian\nSuites: bookworm\nComponents: main\n',
    ],
    [
      'that hold sources only',
      'a.sources',
      'Types: deb-src\nURIs: http://a/debian\nSuites: bookworm\nComponents: main\n',
    ],
  ])('but not from archives %s', (_which, name, text) => {
    expect(rewrite(name, text)).toBeUndefined();
  });
});

describe('Debian', () => {
  it('is told from its relatives, whose archives differ', () => {
    const ubuntu = write('os-release', 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n');
    expect(detectDebian(ubuntu)).toBeUndefined();
    expect(detectDebian(join(folder, 'absent'))).toBeUndefined();
  });
});

describe('npm packages', () => {
  const lock = (packages: Readonly<Record<string, object>>) => JSON.stringify({ packages });
  const zod = { version: '4.6.7', integrity: 'sha512-a' };

  it('are missing without node_modules', () => {
    write('package-lock.json', lock({ 'node_modules/zod': zod }));
    expect(packagesAreCurrent(folder)).toBe(false);
  });

  it('are current when npm installed what the lock file says, optional packages of other platforms aside', () => {
    write('package-lock.json', lock({ '': {}, 'node_modules/zod': zod, 'node_modules/mac-only': { optional: true } }));
    write('node_modules/.package-lock.json', lock({ 'node_modules/zod': zod }));
    expect(packagesAreCurrent(folder)).toBe(true);
  });

  it.each([
    ['another version', { version: '4.6.8', integrity: 'sha512-b' }],
    ['other content', { version: '4.6.7', integrity: 'sha512-c' }],
  ])('are out of date with %s of one', (_what, installed) => {
    write('package-lock.json', lock({ 'node_modules/zod': zod }));
    write('node_modules/.package-lock.json', lock({ 'node_modules/zod': installed }));
    expect(packagesAreCurrent(folder)).toBe(false);
  });
});

describe('npm run setup', () => {
  /** A repository in which everything npm brings is there already. */
  function repository(): string {
    cpSync(fileURLToPath(new URL('.', import.meta.url)), join(folder, 'test/setup'), { recursive: true });
    write('package-lock.json', '{"packages":{}}');
    write('node_modules/.package-lock.json', '{"packages":{}}');
    write('node_modules/node/package.json', JSON.stringify({ version: process.versions.node }));
    mkdirSync(join(folder, 'node_modules/.bin'));
    symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'));
    return join(folder, 'test/setup/setup.mjs');
  }

  function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    return spawnSync(process.execPath, [file, ...args], { encoding: 'utf8', env: { PATH: '/nowhere', ...env } });
  }

  it('says everything that is missing, how to get it, and fails without a stack trace', () => {
    const { status, stdout, stderr } = run(repository(), ['--tests'], {
      NATS_SERVER_BIN: '/nowhere/nats-server',
      CHROMIUM_BIN: '/nowhere/chromium',
    });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      'setup: NATS_SERVER_BIN is /nowhere/nats-server, which is not a nats-server that runs here.',
    );
    expect(stderr).toContain('brew install nats-server');
    expect(stderr).toContain('setup: CHROMIUM_BIN is /nowhere/chromium, which is not an executable file.');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('says in one line that all is ready', () => {
    const server = natsServer('nats', '2.15.1');
    const { status, stderr } = run(repository(), [], { NATS_SERVER_BIN: server });
    expect(stderr).toMatch(/^setup: npm packages, nats-server 2\.15\.1 ready \(\d+\.\d s\)\n$/);
    expect(status).toBe(0);
  });

  it('warns loudly of a server that may lose acknowledged events', () => {
    const server = natsServer('nats', '2.9.10');
    const { status, stderr } = run(repository(), [], { NATS_SERVER_BIN: server });
    expect(stderr).toContain(`WARNING: nats-server 2.9.10 (${server}) is too old to be safe.`);
    expect(status).toBe(0);
  });

  it('does not need Chromium for the demo', () => {
    const server = natsServer('nats', '2.15.1');
    const { status } = run(repository(), [], { NATS_SERVER_BIN: server, CHROMIUM_BIN: '/nowhere/chromium' });
    expect(status).toBe(0);
  });
});
