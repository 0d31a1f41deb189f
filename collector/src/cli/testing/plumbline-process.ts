import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../plumbline.ts');

export interface PlumblineOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it reads from stdin. */
  readonly input?: string;
}

export interface PlumblineProcess {
  readonly child: ChildProcess;
  /** All it has said so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, once it has ended and all it said is here. */
  readonly exit: Promise<number | null>;
}

/** `plumbline` as people start it. */
export function startPlumbline(args: readonly string[], options: PlumblineOptions = {}): PlumblineProcess {
  const { input = '', ...where } = options;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], where);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A command may end before it has read all.
  child.stdin.on('error', () => undefined).end(input);
  const exit = once(child, 'close').then(([code]) => code);
  return { child, stdout: () => stdout, stderr: () => stderr, exit };
}

export interface PlumblineOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ends by itself. */
export async function runPlumbline(args: readonly string[], options?: PlumblineOptions): Promise<PlumblineOutcome> {
  const { exit, stdout, stderr } = startPlumbline(args, options);
  return { code: await exit, stdout: stdout(), stderr: stderr() };
}
