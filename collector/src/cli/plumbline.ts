#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { type ErrorCode, isPlumblineError } from '../errors.ts';
import { printable } from './terminal.ts';

/**
 * The `plumbline` command. Each subcommand is a file of its own, loaded when it is asked for: `replay` should not wait
 * for a broker client to load.
 *
 * Exit codes: 0 done; 1 refused or failed, with one line on stderr that starts with a stable code; 2 wrong usage.
 */

interface Command {
  readonly help: string;
  readonly run: (args: string[]) => Promise<number>;
}

const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  serve: { summary: 'run the collector', load: () => import('./serve.ts') },
  replay: { summary: 'run any history (CSV) through the same monitors', load: () => import('./replay.ts') },
  profile: {
    summary: 'write the reference profile of a CSV file, or of stored windows',
    load: () => import('./profile.ts'),
  },
  register: { summary: 'register a model version with its artefact', load: () => import('./register.ts') },
  gate: { summary: "show or wait for the verdict of a version's gates", load: () => import('./gate.ts') },
  certificate: { summary: 'compute an alarm again from its certificate', load: () => import('./certificate.ts') },
  incident: { summary: 'an alert as a Markdown document', load: () => import('./incident.ts') },
  'dead-letters': {
    summary: 'batches that could not be read: list, show, replay',
    load: () => import('./dead-letters.ts'),
  },
  audit: { summary: 'verify the audit log', load: () => import('./audit.ts') },
};

// From the second time on, a command starts in less than half the time. Where nothing can be written, nothing is kept.
enableCompileCache();

// Whoever reads our output may stop early (`| head`); that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${overview()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`plumbline: BAD_REQUEST: there is no command ${JSON.stringify(name)}\n\n${overview()}\n`);
    return 2;
  }
  try {
    const { help, run } = await command.load();
    if (rest.includes('--help') || rest.includes('-h')) {
      process.stdout.write(`${help}\n`);
      return 0;
    }
    return await run(rest);
  } catch (error) {
    if (!isPlumblineError(error)) {
      if (process.env.PLUMBLINE_DEBUG !== undefined) throw error;
      const text = error instanceof Error ? error.message : String(error);
      complain('INTERNAL', `${text} (a bug; PLUMBLINE_DEBUG=1 shows where, please report it)`);
      return 1;
    }
    const isUsage = error.code === 'BAD_REQUEST';
    complain(error.code, isUsage ? `${error.message}; \`plumbline ${name} --help\` tells how` : error.message);
    return isUsage ? 2 : 1;
  }
}

/** One line, in which text from a file cannot steer the terminal. */
function complain(code: ErrorCode, message: string): void {
  process.stderr.write(`plumbline: ${code}: ${printable(message.replaceAll('\n', ' '))}\n`);
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(13)}${summary}`);
  return ['Usage: plumbline <command> [options]', '', ...lines, '', 'plumbline <command> --help tells more.'].join(
    '\n',
  );
}
