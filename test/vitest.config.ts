import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * One configuration for every package. Tests run in forked processes: native addons (ONNX, SQLite) do not share well
 * with worker threads, and a fork that hangs can be killed.
 */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['{sdk,collector}/src/**/*.test.ts', 'plugin/{src,host,test}/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    // Half of what the tests do is to wait for servers and browsers.
    maxWorkers: availableParallelism() + 1,
    // Limits are there to end what hangs. A busy machine is no reason to fail.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    teardownTimeout: 10_000,
    env: {
      // Real data sets, which are not ours to publish. Tests that want them are skipped where the folder is absent.
      PLUMBLINE_DATA: process.env.PLUMBLINE_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url)),
    },
  },
});
