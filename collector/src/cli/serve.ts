import { existsSync } from 'node:fs';
import { defaultSettings, loadSettings, type PlumblineSettings, settingsJsonSchema } from '../config/index.ts';
import { isPlumblineError } from '../errors.ts';
import type { Collector } from '../main/index.ts';
import { parseArguments } from './arguments.ts';

const defaultFile = 'plumbline.yaml';

export const help = [
  'Usage: plumbline serve [--config plumbline.yaml]',
  '',
  'Runs the collector until SIGTERM or Ctrl-C. Prints one JSON line when it is ready; logs as JSON lines on stderr.',
  '',
  `  --config FILE     settings; default ${defaultFile} if there is one, else all defaults`,
  '  --print-schema    print the JSON Schema of the settings file, for editors, and end',
].join('\n');

/** `plumbline serve` */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArguments({
    args,
    options: {
      config: { type: 'string' },
      'print-schema': { type: 'boolean', default: false },
    },
  });
  if (values['print-schema']) {
    process.stdout.write(`${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);
    return 0;
  }
  const settings = await readSettings(values.config);
  return settings === null ? 1 : serve(settings);
}

/** Problems of a settings file are for people: one line each. */
async function readSettings(path: string | undefined): Promise<PlumblineSettings | null> {
  if (path === undefined && !existsSync(defaultFile)) {
    return defaultSettings();
  }
  try {
    return await loadSettings(path ?? defaultFile);
  } catch (error) {
    if (!isPlumblineError(error, 'BAD_CONFIG')) {
      throw error;
    }
    process.stderr.write(error.message.replace(/^/gm, 'plumbline: BAD_CONFIG: ').concat('\n'));
    return null;
  }
}

async function serve(settings: PlumblineSettings): Promise<number> {
  // Loaded when it is needed: settings that are wrong need not wait for a broker client and an ONNX runtime.
  const { createLogger, startCollector } = await import('../main/index.ts');
  const logger = createLogger(settings.collector.logLevel);
  const collector = await startCollector(settings, { logger });
  const stopped = stopOnSignal(collector);
  // Not ready is no reason to end, but what will never become ready is.
  const failed = collector.ready.then(
    () => {
      process.stdout.write(`${JSON.stringify({ event: 'ready', http: collector.url })}\n`);
      return new Promise<never>(() => undefined);
    },
    // Stopped while it waited: that is what was asked for.
    (error: unknown) => (isPlumblineError(error, 'NOT_READY') ? new Promise<never>(() => undefined) : error),
  );
  const failure = await Promise.race([stopped, failed]);
  if (failure !== null) {
    await collector.stop();
    throw failure;
  }
  return 0;
}

/** Resolves with null when the collector has stopped because it was asked to. Asked twice, the process ends at once. */
function stopOnSignal(collector: Collector): Promise<null> {
  return new Promise((resolve, reject) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) {
          process.exit(1);
        }
        asked = true;
        collector.stop().then(() => resolve(null), reject);
      });
    }
  });
}
