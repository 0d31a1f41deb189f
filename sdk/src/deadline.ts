/** The time a caller gives for something, as JavaScript may have given it. */
export function timeoutOf(options: { readonly timeoutMs?: number } | undefined, otherwise: number): number {
  try {
    const timeoutMs = options?.timeoutMs;
    return typeof timeoutMs === 'number' && timeoutMs >= 0 ? Math.min(timeoutMs, 2 ** 31 - 1) : otherwise;
  } catch {
    return otherwise;
  }
}

/** Whether the promise settled in time. The timer keeps the process alive: this is what exits wait for. */
export async function within(timeoutMs: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What ends may take: one that the app asks for, and one that keeps a process alive which nothing else does. */
export const shutdownTimeoutMs = 5_000;
export const exitTimeoutMs = 2_000;
