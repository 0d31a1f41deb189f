/** What happened when, as it is told while it happens and summed up at the end. */
export interface Step {
  readonly name: string;
  /** Seconds since the story began. */
  readonly at: number;
  readonly detail: string;
}

export class Timeline {
  readonly steps: Step[] = [];
  readonly #clock: () => number;
  readonly #startedAt: number;
  readonly #tell: (line: string) => void;

  constructor(clock: () => number, tell: (line: string) => void) {
    this.#clock = clock;
    this.#startedAt = clock();
    this.#tell = tell;
  }

  add(name: string, detail: string): void {
    const at = Math.round((this.#clock() - this.#startedAt) / 100) / 10;
    this.steps.push({ name, at, detail });
    this.#tell(`${at.toFixed(1).padStart(6)} s  ${name.padEnd(28)} ${detail}`);
  }
}

export class StoryError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoryError';
  }
}

/** Asks again and again until there is an answer; says what it waited for when there is none in time. */
export async function until<Answer>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<Answer | null | undefined | false>,
  everyMs = 200,
): Promise<Answer> {
  const deadline = Date.now() + timeoutMs;
  let lastProblem: unknown = null;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
      lastProblem = null;
    } catch (error) {
      // What broke the story for good is not waited for.
      if (error instanceof StoryError) throw error;
      // The collector may be starting again: that is part of the story.
      lastProblem = error;
    }
    if (Date.now() > deadline) {
      const why = lastProblem instanceof Error ? `: ${lastProblem.message}` : '';
      throw new StoryError(`waited ${Math.round(timeoutMs / 1000)} s for ${what}, in vain${why}`, lastProblem);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
