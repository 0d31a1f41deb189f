import { type Problem, type ProblemCode, problemCodes } from './reasons.ts';

/** Where the SDK writes the little it has to say. `console` fits, and so do pino and winston. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

/** Warnings at most once a minute of each kind, and the problems of the moment. Never throws. */
export class Diagnostics {
  readonly #logger: Logger;
  readonly #clock: () => number;
  readonly #warned = new Map<string, { at: number; suppressed: number }>();
  readonly #problems = new Map<ProblemCode, Problem>();

  constructor(logger: Logger, clock: () => number) {
    this.#logger = logger;
    this.#clock = clock;
  }

  info(message: string): void {
    try {
      this.#logger.info(`plumbline: ${message}`);
    } catch {
      // A logger that fails is no reason to fail the app.
    }
  }

  warn(kind: string, message: string): void {
    const now = this.#clock();
    const last = this.#warned.get(kind);
    if (last !== undefined && now - last.at < warnIntervalMs) {
      last.suppressed += 1;
      return;
    }
    this.#warned.set(kind, { at: now, suppressed: 0 });
    const repeats = last?.suppressed ? ` (${last.suppressed} more like this since the last warning)` : '';
    try {
      this.#logger.warn(`plumbline: ${message}${repeats}`);
    } catch {
      // A logger that fails is no reason to fail the app.
    }
  }

  raise(code: ProblemCode, detail: string): void {
    const known = this.#problems.get(code);
    this.#problems.set(code, { code, message: detail, since: known?.since ?? this.#clock() });
    this.warn(code, `${problemCodes[code]} (${code}: ${detail})`);
  }

  clear(...codes: readonly ProblemCode[]): void {
    for (const code of codes) {
      this.#problems.delete(code);
    }
  }

  get problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }
}

/** The text of whatever was thrown, even when that has no text. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'an error that cannot be shown';
  }
}

/** Standard error: standard output belongs to the app. */
export const defaultLogger: Logger = {
  info: (message) => console.error(message),
  warn: (message) => console.error(message),
};

const warnIntervalMs = 60_000;
