/** A progress bar on one line of a terminal; nothing at all when nobody is looking. */

export interface Progress {
  /** `done` of `total`, with a text behind the bar. Draws at most ten times a second. */
  readonly show: (done: number, total: number, text: string) => void;
  /** Takes the bar away, so that what is printed next starts on a clean line. */
  readonly clear: () => void;
}

export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const drawEveryMs = 100;
const barCells = 24;

export function createProgress(target: ProgressTarget, clock: () => number): Progress {
  if (target.isTTY !== true) return { show: () => {}, clear: () => {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  return {
    show(done, total, text) {
      const now = clock();
      if (now - drawnAt < drawEveryMs) return;
      drawnAt = now;
      drawn = true;
      const line = progressLine(done, total, text).slice(0, (target.columns || 80) - 1);
      target.write(`\r${line}\u001b[K`);
    },
    clear() {
      if (drawn) target.write('\r\u001b[K');
      drawn = false;
    },
  };
}

export function progressLine(done: number, total: number, text: string): string {
  const share = total > 0 ? Math.max(0, Math.min(1, done / total)) : 0;
  const cells = Math.round(share * barCells);
  return `${'█'.repeat(cells)}${'░'.repeat(barCells - cells)} ${String(Math.floor(share * 100)).padStart(3)} %  ${text}`;
}
