import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../setup/commands.mjs';

/** Paths of all files git tracks, from the repository's root. */
export function trackedFiles(): string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(repositoryRoot, path)));
}

export function readTracked(path: string): { path: string; text: string } {
  return { path, text: readFileSync(join(repositoryRoot, path), 'utf8') };
}
