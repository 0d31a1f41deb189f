import webpack from 'webpack';
import configuration from './webpack.config.ts';

/**
 * Builds the plugin into `dist/`: `node build.ts [--development] [--watch]`. Called directly rather than through
 * webpack's command line, which cannot load a TypeScript configuration without a transpiler of its own.
 */
const flags = new Set(process.argv.slice(2));
const compiler = webpack(configuration({ production: !flags.has('--development') }));

function report(error: Error | null, stats: webpack.Stats | undefined): void {
  const failed = error !== null || stats === undefined || stats.hasErrors();
  process.stdout.write(
    `${error?.message ?? stats?.toString({ preset: failed ? 'errors-warnings' : 'normal', colors: true })}\n`,
  );
  process.exitCode = failed ? 1 : 0;
}

if (flags.has('--watch')) {
  compiler.watch({}, report);
} else {
  compiler.run((error, stats) => {
    report(error, stats);
    compiler.close(() => {});
  });
}
