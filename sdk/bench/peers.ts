import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

type AsyncFunction = (argument: unknown) => Promise<unknown>;

/** Wrappers of other libraries around an async function. */
export interface Peers {
  readonly [row: string]: (run: AsyncFunction) => AsyncFunction;
}

/**
 * Loads the libraries the SDK is measured beside, and installs them first where they are not: a folder of their own with
 * its own lock file, outside the workspace. Without a registry to install from there are none, and the reason says so.
 */
export function loadPeers(): { readonly peers: Peers; readonly missing: string | null } {
  const folder = fileURLToPath(new URL('./peers', import.meta.url));
  try {
    if (!existsSync(`${folder}/node_modules/@traceloop/node-server-sdk`)) {
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
      execFileSync('npm', ['ci', ...quiet], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
    }
    const load = createRequire(`${folder}/package.json`);
    // Their own types come with an older API of OpenTelemetry.
    const { withSpan } = load('@arizeai/openinference-core') as {
      withSpan(run: AsyncFunction, options: { name: string; kind: string }): AsyncFunction;
    };
    const { withTask } = load('@traceloop/node-server-sdk') as {
      withTask(options: { name: string }, run: AsyncFunction, argument: unknown): Promise<unknown>;
    };
    return {
      peers: {
        'OpenInference withSpan around an async function': (run) => withSpan(run, { name: 'predict', kind: 'LLM' }),
        'Traceloop withTask around an async function': (run) => (argument) =>
          withTask({ name: 'predict' }, run, argument),
      },
      missing: null,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return { peers: {}, missing: `peers are not measured: ${reason}` };
  }
}
