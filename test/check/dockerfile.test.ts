import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../setup/commands.mjs';
import { type Instruction, parseDockerfile, wholeStage } from './dockerfile.ts';
import { trackedFiles } from './tracked-files.ts';

const stages = parseDockerfile(readFileSync(join(repositoryRoot, 'collector/Dockerfile'), 'utf8'));
const images = { collector: wholeStage(stages, 'collector'), demo: wholeStage(stages, 'demo') };
const valuesOf = (instructions: readonly Instruction[], name: string) =>
  instructions.filter((instruction) => instruction.name === name).map(({ value }) => value);

/** `[from, ..., to]` of a COPY. */
const copies = (instructions: readonly Instruction[]) =>
  valuesOf(instructions, 'COPY').map((value) => value.split(/ +/));

describe('the Dockerfile', () => {
  it('starts from an image of a fixed version', () => {
    const names = new Set(stages.map(({ name }) => name));
    const foreign = stages.map(({ from }) => from).filter((from) => !names.has(from));
    expect(foreign.length).toBeGreaterThan(0);
    for (const image of foreign) expect(image).toMatch(/^[\w/.-]+:\d+[\w.-]*$/);
  });

  it.each(Object.entries(images))('does not run %s as root', (_name, instructions) => {
    expect(valuesOf(instructions, 'USER').at(-1)).toBe('node');
  });

  it.each(Object.entries(images))('starts %s without a shell, so that signals reach it', (_name, instructions) => {
    expect(valuesOf(instructions, 'ENTRYPOINT').at(-1)).toMatch(/^\[".*"\]$/);
  });

  it('says when the collector is healthy', () => {
    expect(valuesOf(images.collector, 'HEALTHCHECK')).toHaveLength(1);
  });

  it('leaves no package cache behind, and runs no install scripts', () => {
    const runs = Object.values(images).flatMap((instructions) => valuesOf(instructions, 'RUN'));
    for (const command of runs.filter((value) => value.includes('npm ci'))) {
      expect(command).toContain('--ignore-scripts');
      expect(command).toContain('npm cache clean --force');
    }
    expect(Object.values(images).flatMap((instructions) => valuesOf(instructions, 'ADD'))).toEqual([]);
  });

  it('copies only what is in the repository and not ignored', () => {
    const tracked = trackedFiles();
    const allowed = readFileSync(join(repositoryRoot, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1).replace('*/', ''));
    const sources = Object.values(images)
      .flatMap(copies)
      .flatMap((parts) => parts.slice(0, -1));
    for (const source of sources) {
      expect(
        tracked.some((path) => path === source || path.startsWith(`${source}/`)),
        source,
      ).toBe(true);
      expect(
        allowed.some((path) => source === path || source.endsWith(`/${path}`)),
        source,
      ).toBe(true);
    }
  });
});

describe('the images, built in a folder since there may be no engine here', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-image-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Copies what COPY copies and installs what RUN installs; users and volumes need an engine. */
  function apply(instructions: readonly Instruction[]): void {
    for (const { name, value } of instructions) {
      if (name === 'COPY') copy(value.split(/ +/));
      const install = name === 'RUN' ? /npm ci [^&]*/.exec(value)?.[0] : undefined;
      if (install !== undefined) {
        const { status, stderr } = run('npm', [...install.trim().split(/ +/).slice(1), '--prefer-offline']);
        expect(status, stderr).toBe(0);
      }
    }
  }

  function copy(parts: readonly string[]): void {
    const target = parts.at(-1) ?? '';
    const isFolder = target === './' || target.endsWith('/');
    for (const source of parts.slice(0, -1)) {
      const to = join(folder, target, isFolder ? (source.split('/').at(-1) ?? '') : '');
      const filter = (path: string) => !/node_modules|\.test\.ts$/.test(path);
      cpSync(join(repositoryRoot, source), to, { recursive: true, filter });
    }
  }

  function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    return spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } });
  }

  it('hold all that the collector and the apps of the demo import', () => {
    apply(images.collector);
    const started = run(process.execPath, ['collector/src/cli/plumbline.ts', 'serve', '--config', 'absent.yaml']);
    expect(started.stderr).toContain('absent.yaml');
    expect(started.stderr).not.toContain('ERR_MODULE_NOT_FOUND');

    apply(stages.find(({ name }) => name === 'demo')?.instructions ?? []);
    for (const app of ['first-version', 'bank', 'trainer']) {
      const { stderr } = run(process.execPath, [`test/demo/${app}.ts`], { COLLECTOR_URL: 'http://127.0.0.1:9' });
      expect(stderr).not.toMatch(/ERR_MODULE_NOT_FOUND|ERR_UNKNOWN_FILE_EXTENSION/);
      expect(stderr).toMatch(/environment variable|fetch failed|bad port/);
    }
  }, 240_000);
});
