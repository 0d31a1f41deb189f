/** A token bucket for each key: so many at once, so many a minute after that. */
export interface RateLimit {
  /** Takes one; false when there is none left. */
  take(key: string): boolean;
}

export function createRateLimit(options: {
  readonly burst: number;
  readonly perMinute: number;
  readonly clock: () => number;
}): RateLimit {
  const { burst, perMinute, clock } = options;
  const buckets = new Map<string, { tokens: number; at: number }>();
  const refillMs = (burst / perMinute) * 60_000;

  return {
    take(key) {
      const now = clock();
      forgetFull(now);
      const bucket = buckets.get(key) ?? { tokens: burst, at: now };
      const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute);
      if (tokens < 1) {
        return false;
      }
      buckets.set(key, { tokens: tokens - 1, at: now });
      return true;
    },
  };

  /** A full bucket and no bucket are the same thing; memory stays with those who act. */
  function forgetFull(now: number): void {
    for (const [key, { at }] of buckets) {
      if (now - at >= refillMs) {
        buckets.delete(key);
      }
    }
  }
}
