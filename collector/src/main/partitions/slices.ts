/**
 * Slices cut the stream by the time at which the broker stored a message. They are what several collectors agree on
 * without talking: each counts its partitions slice by slice, and a window closes at the end of a slice, when every
 * partition has been read through it. So what counts before a window closes, and what after, is a matter of the stream
 * alone, whoever reads which part of it and when.
 */
const sliceMs = 1_000;

/** The slice of a message that the broker stored at `storedAt`, milliseconds since 1970-01-01 UTC. */
export function sliceOf(storedAt: number): number {
  return Math.floor(storedAt / sliceMs);
}

/**
 * The slice a message counts in: that of its time, or the first that is still open for its partition when the clock of
 * the broker was set back.
 */
export function openSliceOf(storedAt: number, readThrough: number): number {
  return Math.max(sliceOf(storedAt), readThrough + 1);
}
