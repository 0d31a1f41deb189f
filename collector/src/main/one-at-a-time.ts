/**
 * A trigger for work that must not run twice at the same time. Asked while it runs, it runs once more afterwards: what
 * was asked for may have come too late for the run under way. `work` never rejects.
 */
export function oneAtATime(work: () => Promise<unknown>): () => void {
  let running = false;
  let asked = false;
  const run = async () => {
    running = true;
    do {
      asked = false;
      await work();
    } while (asked);
    running = false;
  };
  return () => {
    asked = true;
    if (!running) {
      void run();
    }
  };
}
