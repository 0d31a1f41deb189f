import type { TrafficWindow } from './traffic.ts';

/** A way to say that something has changed, as a person would switch it on. */
export interface Rule {
  readonly name: string;
  /** Where its definition is published. */
  readonly source: string;
  /** Learns the reference; the result is asked once for each window, in order of time. */
  readonly fit: (reference: readonly TrafficWindow[]) => (window: TrafficWindow) => Verdict;
}

export interface Verdict {
  /** Signals that alarm in this window. */
  readonly alarms: number;
  /** Whether the first numeric feature does. */
  readonly first: boolean;
}

/** Joins one decision a signal, the first numeric feature first. */
export function verdictOf(decisions: readonly boolean[]): Verdict {
  return { alarms: decisions.filter(Boolean).length, first: decisions[0] === true };
}
