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
  const look = () => {
    const now = performance.now();
    const ms = now - turnAt - turnMs;
    if (ms >= shortestMs) last = { ms, endedAt: now };
    turnAt = now;
  };
  const timer = setInterval(look, turnMs);
  timer.unref();
  return {
    lately() {
      // What waited on sockets meanwhile may be told before the timer is.
      look();
      return performance.now() - last.endedAt < latelyMs ? last.ms : 0;
    },
    stop: () => clearInterval(timer),
  };
}

const turnMs = 250;
const shortestMs = 1_000;
const latelyMs = 5_000;
