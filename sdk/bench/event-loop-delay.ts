import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoopDelay {
  readonly meanMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * How late the event loop gets round to a timer of 1 ms while calls keep coming at a steady rate, beyond what it is late
 * anyway: the histogram of Node counts the whole interval between two of its ticks.
 */
export async function eventLoopDelay(
  call: () => unknown,
  callsASecond: number,
  durationMs: number,
): Promise<LoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const start = performance.now();
  let made = 0;
  for (let elapsed = 0; elapsed < durationMs; elapsed = performance.now() - start) {
    const due = (elapsed / 1_000) * callsASecond;
    // An app does not make up for calls that nobody could make while the machine was busy elsewhere.
    for (made = Math.max(made, due - callsASecond / 50); made < due; made++) {
      await call();
    }
    await sleep(1);
  }
  histogram.disable();
  const ms = (nanoseconds: number) => nanoseconds / 1e6;
  return { meanMs: ms(histogram.mean), p99Ms: ms(histogram.percentile(99)), maxMs: ms(histogram.max) };
}
