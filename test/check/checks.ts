import { execFile } from 'node:child_process';
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

/** Runs one check after the other, also after one failed, and says for each whether it holds; its output only when it does not. */
export async function runChecks(say: (line: string) => void): Promise<Totals> {
  const totals = { passed: 0, failed: 0 };
  for (const check of checks) {
    const started = performance.now();
    const { holds, output } = await run(check);
    totals[holds ? 'passed' : 'failed'] += 1;
    say(`${holds ? '✓' : '✗'} ${check.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    if (!holds) say(output);
  }
  return totals;
}

function run({ command: [program, ...args] }: Check): Promise<{ readonly holds: boolean; readonly output: string }> {
  const binary = join(repositoryRoot, 'node_modules', '.bin', program);
  return new Promise((resolve) => {
    execFile(binary, args, { cwd: repositoryRoot, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      resolve({ holds: error === null, output: `${stdout}${stderr}`.trimEnd() || String(error) });
    });
  });
}
