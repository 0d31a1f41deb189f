import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWhatIsStale } from '../setup/build.mjs';
import { repositoryRoot } from '../setup/commands.mjs';
import { runChecks, type Totals } from './checks.ts';

/**
 * `npm test`: the builds that are stale beside the checks, then every test of every package. Arguments go to vitest: `npm test -- sdk`.
 * The last line says how many passed and how many failed, a build or a check counting as a test; it comes also when the runner
 * itself fails, which counts as one failure.
 */
const [built, checked] = await Promise.all([buildAll(), runChecks((line) => console.log(line))]);
const tested = await runTests(process.argv.slice(2));
const passed = built.passed + checked.passed + tested.passed;
const failed = built.failed + checked.failed + tested.failed;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);

async function buildAll(): Promise<Totals> {
  try {
    await buildWhatIsStale(repositoryRoot, (line) => console.log(line));
    console.log('✓ builds');
    return { passed: 1, failed: 0 };
  } catch (error) {
    console.log(`✗ builds\n${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1 };
  }
}

async function runTests(args: readonly string[]): Promise<Totals> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-test-'));
  const totalsFile = join(folder, 'totals.json');
  try {
    const reporters = ['--reporter=default', '--reporter=./test/check/totals-reporter.ts'];
    const code = await vitest(['run', '--config=test/vitest.config.ts', ...reporters, ...args], {
      PLUMBLINE_TEST_TOTALS: totalsFile,
    });
    const totals = readTotals(totalsFile);
    // The runner also fails for errors outside of any test.
    return code !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function vitest(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number | null> {
  const child = spawn(join(repositoryRoot, 'node_modules', '.bin', 'vitest'), args, {
    cwd: repositoryRoot,
    stdio: 'inherit',
    // Tests start hundreds of programs: what one has compiled the next ones need not.
    env: { NODE_COMPILE_CACHE: join(repositoryRoot, '.cache', 'compiled'), ...process.env, ...env },
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
}

function readTotals(file: string): Totals {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
}
