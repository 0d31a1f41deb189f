/** Work that is done again and again until it is stopped: at an interval, and at once when somebody asks for it. */
export interface WakeableLoop {
  /** Do not wait for the interval. What is asked for during a round leads to another round. */
  wake(): void;
  /** Resolves when the round under way, if any, has ended. */
  stop(): Promise<void>;
}

export function startWakeableLoop(options: {
  /** One round. It may ask for the next one without a pause. */
  readonly round: () => Promise<'again' | 'pause'>;
  readonly pauseMs: number;
  /** Told what a round failed with; the loop goes on after a pause. */
  readonly onError: (error: unknown) => void;
}): WakeableLoop {
  let stopped = false;
  let woken = false;
  let endPause: () => void = () => undefined;

  const running = (async () => {
    // Whoever starts the loop has it in hand before the first round.
    await Promise.resolve();
    while (!stopped) {
      woken = false;
      const next = await options.round().catch((error: unknown) => {
        options.onError(error);
        return 'pause' as const;
      });
      if (next === 'pause' && !woken && !stopped) await pause();
    }
  })();

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, options.pauseMs);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    wake() {
      woken = true;
      endPause();
    },
    async stop() {
      stopped = true;
      endPause();
      await running;
    },
  };
}
