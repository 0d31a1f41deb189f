import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { Totals } from './checks.ts';

/** Writes how many tests passed and failed to the file named by PLUMBLINE_TEST_TOTALS, for the last line of `npm test`. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env.PLUMBLINE_TEST_TOTALS;
    if (file !== undefined) {
      writeFileSync(file, JSON.stringify(totalsOf(modules, unhandledErrors.length)));
    }
  }
}

/** A file that could not be loaded, and an error outside of any test, each count as one failure. */
function totalsOf(modules: readonly TestModule[], unhandledErrors: number): Totals {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const brokenModules = modules.filter((module) => module.errors().length > 0);
  const count = (state: string) => tests.filter((test) => test.result().state === state).length;
  return { passed: count('passed'), failed: count('failed') + brokenModules.length + unhandledErrors };
}
