import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildWhatIsStale } from './build.mjs';

/** A repository with one workspace whose build appends a line to its output. */
let root: string;
const page = {
  name: 'the page',
  workspace: 'web',
  script: 'build',
  inputs: ['web/src', 'lock'],
  output: 'web/dist/page',
};

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function build(): Promise<string[]> {
  const said: string[] = [];
  await buildWhatIsStale(root, (line) => said.push(line), [page]);
  return said;
}

const built = () => readFileSync(join(root, page.output), 'utf8').split('\n').length - 1;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plumbline-build-'));
  write('package.json', '{"workspaces":["web"]}');
  write(
    'web/package.json',
    '{"name":"web","version":"1.0.0","scripts":{"build":"mkdir -p dist && echo built >> dist/page"}}',
  );
  write('web/src/page.ts', 'one');
  write('lock', '1');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('a build', () => {
  it('runs once, and then not until an input changes', async () => {
    expect(await build()).toEqual(['the page: building', expect.stringMatching(/^the page: built \(/)]);
    expect(await build()).toEqual([]);
    write('web/src/page.ts', 'two');
    await build();
    write('web/src/deep/new.ts', '');
    await build();
    write('lock', '2');
    await build();
    expect(built()).toBe(4);
  });

  it('is not run for a changed test, nor for what builds write', async () => {
    await build();
    write('web/src/page.test.ts', 'changed');
    write('web/src/dist/other', 'changed');
    write('web/src/node_modules/x', 'changed');
    expect(await build()).toEqual([]);
  });

  it('runs again when its output is gone', async () => {
    await build();
    rmSync(join(root, 'web/dist'), { recursive: true });
    await build();
    expect(built()).toBe(1);
  });

  it('that fails says why, and is tried again', async () => {
    write('web/package.json', '{"name":"web","version":"1.0.0","scripts":{"build":"echo no such module >&2; exit 3"}}');
    await expect(build()).rejects.toThrow(/exit code 3[\s\S]*no such module/);
    await expect(build()).rejects.toThrow(/exit code 3/);
  });

  it('that writes nothing where it should is an error', async () => {
    write('web/package.json', '{"name":"web","version":"1.0.0","scripts":{"build":"true"}}');
    await expect(build()).rejects.toThrow('did not write web/dist/page');
  });
});
