/** Where the launcher's processes and the demo write what they say: one line at a time, each with the name of its source. */
export interface Log {
  /** Writes one line of a source, without its line end. */
  line(source: string, text: string): void;
}

export const silentLog: Log = { line: () => {} };

const colours = [36, 33, 35, 32, 34, 96, 93, 95] as const;

/**
 * Lines with a prefix as wide as the longest name so far, coloured by source on a terminal.
 * @param stream where to; the demo uses standard error when standard output is kept for its result
 */
export function prefixedLog(stream: NodeJS.WriteStream): Log {
  const sources: string[] = [];
  return {
    line(source, text) {
      if (!sources.includes(source)) {
        sources.push(source);
      }
      const width = Math.max(...sources.map((name) => name.length));
      const prefix = `${source.padEnd(width)} |`;
      const colour = colours[sources.indexOf(source) % colours.length];
      stream.write(stream.isTTY ? `\u001b[${colour}m${prefix}\u001b[0m ${text}\n` : `${prefix} ${text}\n`);
    },
  };
}

/** Cuts a byte stream into lines. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#onLine(line);
    }
    // A line without an end may not grow without bound.
    if (this.#rest.length > 1_000_000) {
      this.end();
    }
  }

  end(): void {
    if (this.#rest !== '') {
      this.#onLine(this.#rest);
      this.#rest = '';
    }
  }
}
