import { type ChildProcess, spawn } from 'node:child_process';
import { findExecutable } from '../setup/commands.mjs';
import { LineSplitter, type Log, silentLog } from './log.ts';

/**
 * One child process of the launcher: started, watched until it is ready, stopped by its id.
 *
 * No child outlives the launcher. Each runs in a process group of its own, so that Ctrl-C in a terminal reaches the
 * launcher alone and it can stop them in order; on Linux the kernel ends them when the launcher is killed outright.
 */
export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Added to the launcher's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log?: Log;
  /** Asked for every line of standard output until it returns something: the process is ready. Default: a JSON line `{"event":"ready"}`. */
  readonly readyLine?: (line: string) => Readonly<Record<string, unknown>> | undefined;
  /** Asked again and again until it returns something; use it instead of `readyLine` where a process says nothing. */
  readonly probe?: (pid: number) => Promise<Readonly<Record<string, unknown>> | undefined>;
  readonly readyTimeoutMs?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  /** What the process said about itself when it became ready, such as its address. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** The last lines of both outputs. */
  output(): string;
  /** SIGTERM, and SIGKILL when it has not ended after the grace time. Does nothing when it has ended. */
  stop(graceMs?: number): Promise<Exit>;
  /** SIGKILL: what a crash looks like to everybody else. */
  kill(): Promise<Exit>;
}

/** How much of what a process said is kept for the message when it fails. */
const linesKept = 50;

/** Starts a process and waits until it is ready. Rejects with its last output when it ends or stays silent. */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const { name, log = silentLog, readyTimeoutMs = 30_000 } = options;
  const readyLine = options.readyLine ?? (options.probe === undefined ? jsonReadyLine : () => undefined);
  const child = spawnBound(options);
  const becameReady = Promise.withResolvers<Readonly<Record<string, unknown>>>();
  const lastLines: string[] = [];
  const said = () => lastLines.join('\n');
  const keep = (line: string) => {
    log.line(name, line);
    lastLines.push(line);
    if (lastLines.length > linesKept) {
      lastLines.shift();
    }
  };
  const standardOutput = new LineSplitter((line) => {
    keep(line);
    const answer = readyLine(line);
    if (answer !== undefined) {
      becameReady.resolve(answer);
    }
  });
  const standardError = new LineSplitter(keep);
  child.stdout?.on('data', (chunk: Buffer) => standardOutput.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => standardError.push(chunk));

  const exited = new Promise<Exit>((resolve) => {
    // `close`, not `exit`: by then the last output has been read.
    child.on('close', (code, signal) => {
      standardOutput.end();
      standardError.end();
      running.delete(child);
      resolve({ code, signal });
    });
    child.on('error', (error) => {
      becameReady.reject(new Error(`${name} cannot be started: ${error.message}`));
      resolve({ code: null, signal: null });
    });
  });
  const { pid } = child;
  if (pid === undefined) {
    await becameReady.promise;
    throw new Error(`${name} cannot be started`);
  }
  const managed = { name, pid, exited, output: said, stop, kill };

  const giveUp = setTimeout(() => {
    becameReady.reject(new Error(`${name} was not ready after ${readyTimeoutMs / 1000} s. It said:\n${said()}`));
  }, readyTimeoutMs);
  void exited.then(({ code, signal }) => {
    becameReady.reject(
      new Error(`${name} ended before it was ready (${signal ?? `exit code ${code}`}). It said:\n${said()}`),
    );
  });
  const stopProbing = options.probe === undefined ? () => {} : probeUntilReady(options.probe, pid, becameReady);
  try {
    return { ...managed, ready: await becameReady.promise };
  } catch (error) {
    await kill();
    throw error;
  } finally {
    clearTimeout(giveUp);
    stopProbing();
  }

  function stop(graceMs = 10_000): Promise<Exit> {
    signalGroup(child, 'SIGTERM');
    const force = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    return exited.finally(() => clearTimeout(force));
  }

  function kill(): Promise<Exit> {
    signalGroup(child, 'SIGKILL');
    return exited;
  }
}

/** Reads a program's own announcement: a line of JSON with `"event":"ready"`. */
function jsonReadyLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.includes('"ready"')) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(line);
    const isReady = typeof value === 'object' && value !== null && 'event' in value && value.event === 'ready';
    return isReady ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function probeUntilReady(
  probe: NonNullable<ProcessOptions['probe']>,
  pid: number,
  becameReady: PromiseWithResolvers<Readonly<Record<string, unknown>>>,
): () => void {
  let stopped = false;
  const again = async (): Promise<void> => {
    const answer = await probe(pid);
    if (answer !== undefined) {
      becameReady.resolve(answer);
    } else if (!stopped) {
      setTimeout(() => void again().catch(becameReady.reject), 10);
    }
  };
  again().catch(becameReady.reject);
  return () => {
    stopped = true;
  };
}

/** Children that have not ended. */
const running = new Set<ChildProcess>();
let endsChildrenAtExit = false;

function spawnBound({ command, args = [], cwd, env = {} }: ProcessOptions): ChildProcess {
  const setpriv = process.platform === 'linux' ? findExecutable('setpriv', process.env) : undefined;
  const [program, ...rest] =
    setpriv === undefined ? [command, ...args] : [setpriv, '--pdeathsig', 'KILL', command, ...args];
  // The list above is never empty.
  const child = spawn(program as string, rest, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  if (!endsChildrenAtExit) {
    endsChildrenAtExit = true;
    // Also after an uncaught error: the process then exits by itself and comes by here.
    process.on('exit', () => {
      for (const left of running) {
        signalGroup(left, 'SIGKILL');
      }
    });
  }
  return child;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended just now.
  }
}

/**
 * For programs that start a stack: on Ctrl-C and the other requests to end, `cleanUp` runs and the program exits with
 * the code a shell expects. A second request does not wait any longer.
 */
export function endOnSignals(cleanUp: () => Promise<void>): void {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  let ending = false;
  for (const [signal, code] of Object.entries(codes)) {
    process.on(signal, () => {
      if (ending) {
        process.exit(code);
      }
      ending = true;
      void cleanUp().finally(() => process.exit(code));
    });
  }
}
