/**
 * Runs the function once when the process is about to end because nothing is left to do. One listener serves any number
 * of functions: Node warns about many. Returns what takes the function back.
 */
export function atExit(run: () => void): () => void {
  if (waiting.size === 0) {
    process.on('beforeExit', runAll);
  }
  waiting.add(run);
  return () => {
    waiting.delete(run);
    if (waiting.size === 0) {
      process.removeListener('beforeExit', runAll);
    }
  };
}

const waiting = new Set<() => void>();

function runAll(): void {
  for (const run of waiting) {
    waiting.delete(run);
    run();
  }
  process.removeListener('beforeExit', runAll);
}
