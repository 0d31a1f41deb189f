import { groupIn, type JoinEntry, judge, type ProfileShape } from '../profile/index.ts';

/**
 * Outcomes that arrived since the last window was evaluated, as detectors of errors count them: by arrival, whichever
 * window their inference belongs to. A correction of a label that arrived before is not a new arrival.
 */
export interface OutcomeArrivals {
  readonly overall: ArrivalCounts;
  /** By attribute, then by group. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, ArrivalCounts>>>>;
}

export interface ArrivalCounts {
  readonly labelled: number;
  readonly wrong: number;
}

export const noArrivals: OutcomeArrivals = { overall: { labelled: 0, wrong: 0 }, groups: {} };

/** Counts outcomes one by one; `take` hands over what was counted and starts again. */
export class ArrivalCounter {
  #overall = { labelled: 0, wrong: 0 };
  #groups = new Map<string, Map<string, { labelled: number; wrong: number }>>();

  /** `joined` is the entry as it was before this label. Rows that cannot be judged count as nothing. */
  add(shape: ProfileShape, joined: JoinEntry, label: string | number): void {
    if (joined.label !== null) return;
    const judgement = judge(shape, joined, label);
    if (judgement === null) return;
    count(this.#overall, judgement.wrong);
    for (const of of shape.groups) {
      const group = groupIn(of, joined.groups);
      if (group !== undefined) count(this.#cell(of.attribute, group), judgement.wrong);
    }
  }

  addAll(arrivals: OutcomeArrivals): void {
    merge(this.#overall, arrivals.overall);
    for (const [attribute, groups] of Object.entries(arrivals.groups)) {
      for (const [group, counts] of Object.entries(groups)) merge(this.#cell(attribute, group), counts);
    }
  }

  take(): OutcomeArrivals {
    const taken: OutcomeArrivals = {
      overall: this.#overall,
      groups: Object.fromEntries(
        [...this.#groups].map(([attribute, groups]) => [attribute, Object.fromEntries(groups)]),
      ),
    };
    this.#overall = { labelled: 0, wrong: 0 };
    this.#groups = new Map();
    return taken;
  }

  #cell(attribute: string, group: string): { labelled: number; wrong: number } {
    let groups = this.#groups.get(attribute);
    if (groups === undefined) {
      groups = new Map();
      this.#groups.set(attribute, groups);
    }
    let cell = groups.get(group);
    if (cell === undefined) {
      cell = { labelled: 0, wrong: 0 };
      groups.set(group, cell);
    }
    return cell;
  }
}

function count(cell: { labelled: number; wrong: number }, wrong: boolean): void {
  cell.labelled += 1;
  if (wrong) cell.wrong += 1;
}

function merge(cell: { labelled: number; wrong: number }, more: ArrivalCounts): void {
  cell.labelled += more.labelled;
  cell.wrong += more.wrong;
}
