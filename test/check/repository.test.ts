import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../setup/commands.mjs';
import { readTracked, trackedFiles } from './tracked-files.ts';

/** What a newcomer sees first. A new entry here is a decision, not an accident. */
const topLevel = [
  '.biome.json',
  '.ci',
  '.dockerignore',
  '.gitignore',
  '.npmrc',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'collector',
  'docker-compose.yml',
  'package-lock.json',
  'package.json',
  'plugin',
  'provisioning',
  'sdk',
  'test',
  'tsconfig.json',
];

const binary = /\.(onnx|png|jpg|woff2?|ico|sqlite|bin)$/;

describe('the repository', () => {
  it('holds nothing at its top but what belongs there', () => {
    const entries = new Set(trackedFiles().map((path) => path.split('/', 1)[0]));
    expect([...entries].filter((entry) => entry !== undefined && !topLevel.includes(entry))).toEqual([]);
  });

  it('names no path of the machine it was written on', () => {
    const machinePath = /(?<![\w.:-])\/(work|workspaces?|root|home\/[a-z]+|Users\/[a-z]+)\//;
    const self = 'test/check/repository.test.ts';
    const naming = trackedFiles()
      .filter((path) => path !== self && path !== 'package-lock.json' && !binary.test(path))
      .map(readTracked)
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .flatMap((line, index) => (machinePath.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
      );
    expect(naming).toEqual([]);
  });

  it('tracks no file over 1 MB', () => {
    const sizes = trackedFiles().map((path) => ({ path, bytes: readFileSync(join(repositoryRoot, path)).length }));
    expect(sizes.filter(({ bytes }) => bytes > 1_000_000)).toEqual([]);
  });
});

describe('the lock file', () => {
  interface Locked {
    readonly resolved?: string;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const { packages } = JSON.parse(readTracked('package-lock.json').text) as { packages: Record<string, Locked> };

  it('is complete, with the optional packages of every platform, or npm ci would fail elsewhere', () => {
    const missing = Object.entries(packages).flatMap(([path, { dependencies = {}, optionalDependencies = {} }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => !isLocked(path, name))
        .map((name) => `${path} needs ${name}`),
    );
    expect(missing, 'see "Dependencies" in CONTRIBUTING.md').toEqual([]);
  });

  it('names no registry, so that every machine uses its own', () => {
    const named = Object.entries(packages).filter(
      ([, { resolved }]) => resolved !== undefined && /^https?:/.test(resolved),
    );
    expect(named.map(([path]) => path)).toEqual([]);
  });

  /** Looked for as Node does: in the package's own folder, then further out. */
  function isLocked(path: string, name: string): boolean {
    const folder = `${path === '' ? '' : `${path}/`}node_modules/${name}`;
    if (packages[folder] !== undefined) {
      return true;
    }
    const outer = path.lastIndexOf('node_modules/');
    return outer > 0 ? isLocked(path.slice(0, outer - 1), name) : packages[`node_modules/${name}`] !== undefined;
  }
});
