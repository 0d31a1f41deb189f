/**
 * Runs the function once when the process is about to end because nothing is left to do. One listener serves any number
 * of functions: Node warns about many. Returns what takes the function back.
 */
export function atExit(run: () => void): () => void {
  if (atEnd.size === 0) {
    process.on('beforeExit', runAll);
  }
  atEnd.add(run);
  return () => {
    atEnd.delete(run);
    if (atEnd.size === 0) {
      process.removeListener('beforeExit', runAll);
    }
  };
}

const atEnd = new Set<() => void>();

function runAll(): void {
  for (const run of atEnd) {
    atEnd.delete(run);
    run();
  }
  process.removeListener('beforeExit', runAll);
}

/**
 * Runs the function when the process is asked to end (SIGTERM, SIGINT), and then lets the signal do what it would have
 * done: end the process, or whatever the app's own listeners make of it. A second signal does not wait. The function must
 * settle, and not reject. Returns what takes it back.
 */
export function atSignal(run: () => Promise<unknown>): () => void {
  if (atSignals.size === 0) {
    for (const signal of signals) {
      process.prependListener(signal, onSignal);
    }
  }
  atSignals.add(run);
  return () => {
    atSignals.delete(run);
    if (atSignals.size === 0) {
      stopListening();
    }
  };
}

const signals = ['SIGTERM', 'SIGINT'] as const;
const atSignals = new Set<() => Promise<unknown>>();
let isEnding = false;

async function onSignal(signal: NodeJS.Signals): Promise<void> {
  // Asked before the others have run: those that listen for one signal only (`once`) are gone afterwards.
  const appListens = process.listenerCount(signal) > 1;
  if (!isEnding) {
    isEnding = true;
    // What the app's own listeners still record is to be delivered too.
    await Promise.resolve();
    await Promise.all([...atSignals].map((run) => run()));
  }
  stopListening();
  isEnding = false;
  // Where the app listens itself, ending is its own affair, and it has had the signal already.
  if (!appListens && process.listenerCount(signal) === 0) {
    process.kill(process.pid, signal);
  }
}

function stopListening(): void {
  for (const signal of signals) {
    process.removeListener(signal, onSignal);
  }
}
