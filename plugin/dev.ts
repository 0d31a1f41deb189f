import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import webpack from 'webpack';
import { type Host, startHost } from './host/server.ts';
import { startTestCollector } from './test/testing/collector.ts';
import configuration from './webpack.config.ts';

/**
 * `npm run dev`: the plugin in the host page, built again on every change, and every open page loaded again after it.
 *
 *   npm run dev -- --collector http://127.0.0.1:4318 --collector-token TOKEN [--port 3000]
 *
 * Without a collector a small one answers from the fixtures of the page tests, so that every page has something to show.
 */
const { values } = parseArgs({
  options: {
    collector: { type: 'string', default: process.env.COLLECTOR_URL ?? '' },
    'collector-token': { type: 'string', default: process.env.COLLECTOR_TOKEN ?? '' },
    port: { type: 'string', default: '3000' },
  },
});
const say = (text: string) => process.stderr.write(`${text}\n`);
const page = fileURLToPath(new URL('./host/dist/index.html', import.meta.url));

if (!existsSync(page)) {
  say('building the host page, once');
  await build({ configFile: fileURLToPath(new URL('./host/vite.config.ts', import.meta.url)) });
}

let host: Host | undefined;
const compiler = webpack(configuration({ production: false }));
const watching = compiler.watch({}, (error, stats) => {
  if (error !== null || stats === undefined || stats.hasErrors()) {
    say(error?.message ?? stats?.toString({ preset: 'errors-only', colors: true }) ?? 'webpack failed');
    return;
  }
  say(`built in ${((stats.endTime ?? 0) - (stats.startTime ?? 0)).toFixed(0)} ms`);
  if (host === undefined) {
    start().catch((problem: unknown) => {
      say(problem instanceof Error ? problem.message : String(problem));
      process.exitCode = 1;
      watching?.close(() => {});
    });
  } else {
    host.reloadPages();
  }
});

async function start(): Promise<void> {
  const fixtures = values.collector === '' ? await startTestCollector() : null;
  host = await startHost({
    collectorUrl: fixtures?.url ?? values.collector,
    collectorToken: fixtures === null ? values['collector-token'] : 'fixtures',
    port: Number(values.port),
    liveReload: true,
  });
  say(`${host.url}${fixtures === null ? '' : ' (made-up models: --collector URL shows those of a collector)'}`);
  process.stdout.write(`${JSON.stringify({ event: 'ready', http: host.url })}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      Promise.allSettled([host?.stop(), fixtures?.stop()]).then(() => process.exit(0));
    });
  }
}
