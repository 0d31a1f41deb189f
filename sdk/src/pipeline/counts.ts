import type { DropReason } from '../reasons.ts';

/** What became of the events of one model since the start. */
export class Counts {
  accepted = 0;
  acknowledged = 0;
  /** Left out under pressure; what was kept stands for them. */
  thinned = 0;
  readonly #dropped = new Map<DropReason, number>();

  drop(reason: DropReason, events: number): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + events);
  }

  get dropped(): Readonly<Partial<Record<DropReason, number>>> {
    return Object.fromEntries(this.#dropped);
  }
}

/** Sums over models. */
export function totalOf(counts: Iterable<Counts>): Counts {
  const total = new Counts();
  for (const one of counts) {
    total.accepted += one.accepted;
    total.acknowledged += one.acknowledged;
    total.thinned += one.thinned;
    for (const [reason, events] of Object.entries(one.dropped)) {
      // The keys of `dropped` are drop reasons; `Object.entries` widens them.
      total.drop(reason as DropReason, events);
    }
  }
  return total;
}
