import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../setup/commands.mjs';

/** What is checked without running anything: format and lint, types, dead code. */

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const checks: readonly Check[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types of sdk, collector and test', command: ['tsc', '-p', '.'] },
  { name: 'types of plugin', command: ['tsc', '-p', 'plugin'] },
  { name: 'dead code and dependencies', command: ['knip', '--no-progress', '--exclude', 'types'] },
];

export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** Runs every check, also after one failed, and says for each whether it holds; its output only when it does not. */
export function runChecks(say: (line: string) => void): Totals {
  const failed = checks.filter(({ name, command: [program, ...args] }) => {
    const started = performance.now();
    const binary = join(repositoryRoot, 'node_modules', '.bin', program);
    const { status, stdout, stderr } = spawnSync(binary, args, {
      cwd: repositoryRoot,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`${status === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
    if (status !== 0) {
      say(`${stdout ?? ''}${stderr ?? ''}`.trimEnd());
    }
    return status !== 0;
  });
  return { passed: checks.length - failed.length, failed: failed.length };
}
