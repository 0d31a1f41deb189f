import { performance } from 'node:perf_hooks';

/** Notices when this process does nothing for a while: stopped, short of a core, or busy with one long piece of work. */
export interface StandstillWatch {
  /** How long it last stood still, when that ended just now; 0 otherwise. Milliseconds. */
  lately(): number;
  stop(): void;
}

export function watchStandstill(): StandstillWatch {
  let turnAt = performance.now();
  let last = { ms: 0, endedAt: Number.NEGATIVE_INFINITY };
  const timer = setInterval(() => {
    const now = performance.now();
    const ms = now - turnAt - turnMs;
    if (ms >= shortestMs) last = { ms, endedAt: now };
    turnAt = now;
  }, turnMs);
  timer.unref();
  return {
    lately: () => (performance.now() - last.endedAt < latelyMs ? last.ms : 0),
    stop: () => clearInterval(timer),
  };
}

const turnMs = 250;
const shortestMs = 1_000;
const latelyMs = 5_000;
