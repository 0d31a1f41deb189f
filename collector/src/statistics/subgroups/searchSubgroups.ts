import { excessEvidence } from './excessEvidence.ts';

/** What is known of each row in one respect: one of a few codes. */
export interface CodedColumn {
  /** By row, each below `size`. */
  readonly codes: Uint8Array;
  readonly size: number;
  /** So many first codes are in an order, so that stretches of them make sense; each of the others stands for itself. */
  readonly ordered: number;
}

/** Rows whose code in a column lies between two codes, both included. */
export interface Condition {
  readonly column: number;
  readonly first: number;
  readonly last: number;
}

/** Rows that meet every condition, and in how many of them the event happened. */
export interface Subgroup {
  /** One a column, in the order in which they were added. */
  readonly conditions: readonly Condition[];
  readonly rows: number;
  readonly events: number;
  /** `excessEvidence` over the rate that was asked about. */
  readonly evidence: number;
}

export interface SubgroupSearch {
  /** The event counts as too frequent where its rate is above this, in (0, 1). */
  readonly rate: number;
  /** Smaller subgroups are not looked at. */
  readonly fewestRows: number;
  readonly mostConditions: number;
  /** How many subgroups are returned, and of how many of each length longer ones are made. */
  readonly most: number;
  readonly beam: number;
}

/**
 * Where an event is too frequent: subgroups, described by few conditions, whose counts speak loudest against a rate. The loudest
 * first; each next one is looked for among the rows that are in none before. A search over thousands of subgroups always finds
 * some: what it finds has to be tested on other rows.
 *
 * For each subgroup of a beam and each column the best stretch of codes is taken as a further condition. It has to add more
 * evidence than the best of as many useless ones would by chance, about the logarithm of their number.
 *
 * `events`: 1 where it happened, by row. Takes at most `most` * `beam` * `mostConditions` passes over the rows of each column.
 *
 * Source: the score of the Bernoulli scan statistic, Kulldorff 1997; used to look for subgroups by Zhang and Neill 2016.
 */
export function searchSubgroups(
  columns: readonly CodedColumn[],
  events: Uint8Array,
  search: SubgroupSearch,
): Subgroup[] {
  const found: Subgroup[] = [];
  let rest = allOf(events.length);
  while (found.length < search.most) {
    const loudest = loudestSubgroup(columns, events, rest, search);
    if (loudest === null) break;
    const { within, ...subgroup } = loudest;
    found.push(subgroup);
    const taken = new Set(membersOf(columns, loudest));
    rest = rest.filter((row) => !taken.has(row));
  }
  return found;
}

/** How often the event happened in a subgroup among other rows. */
export function countSubgroup(
  columns: readonly CodedColumn[],
  events: Uint8Array,
  conditions: readonly Condition[],
): { readonly rows: number; readonly events: number } {
  const members = conditions.reduce((rows, condition) => meeting(columns, rows, condition), allOf(events.length));
  return { rows: members.length, events: members.reduce((sum, row) => sum + events[row]!, 0) };
}

/** A subgroup whose own rows have not been picked out: most are looked at once. */
interface Candidate extends Subgroup {
  /** Numbers of the rows that meet all conditions but the last. */
  readonly within: Int32Array;
}

function loudestSubgroup(
  columns: readonly CodedColumn[],
  events: Uint8Array,
  rows: Int32Array,
  search: SubgroupSearch,
): Candidate | null {
  const price = Math.log(columns.reduce((sum, column) => sum + stretchesIn(column), 1));
  let best: Candidate | null = null;
  let beam: Candidate[] = [{ conditions: [], rows: rows.length, events: 0, evidence: 0, within: rows }];
  for (let length = 1; length <= search.mostConditions; length++) {
    const longer = beam.flatMap((parent) => {
      const children = extensions(columns, events, parent, search);
      for (const child of children) {
        if (child.evidence > parent.evidence + price && child.evidence > (best?.evidence ?? 0)) best = child;
      }
      return children;
    });
    beam = withoutRepeats(longer.sort((a, b) => b.evidence - a.evidence)).slice(0, search.beam);
  }
  return best;
}

function extensions(
  columns: readonly CodedColumn[],
  events: Uint8Array,
  parent: Candidate,
  { rate, fewestRows }: SubgroupSearch,
): Candidate[] {
  const within = membersOf(columns, parent);
  return columns.flatMap((column, index) => {
    if (parent.conditions.some((condition) => condition.column === index)) return [];
    return bestStretches(column, events, within, { rate, fewestRows }).flatMap(({ first, last, ...counted }) => {
      const conditions = [...parent.conditions, { column: index, first, last }];
      return counted.evidence > parent.evidence ? [{ ...counted, conditions, within }] : [];
    });
  });
}

interface Stretch extends Omit<Subgroup, 'conditions'> {
  readonly first: number;
  readonly last: number;
}

/** The loudest stretch of codes, and the loudest that has none of its codes: both ends of a scale may be in trouble. */
function bestStretches(
  { codes, size, ordered }: CodedColumn,
  events: Uint8Array,
  members: Int32Array,
  { rate, fewestRows }: Pick<SubgroupSearch, 'rate' | 'fewestRows'>,
): Stretch[] {
  const rowsOf = new Float64Array(size);
  const eventsOf = new Float64Array(size);
  for (const row of members) {
    const code = codes[row]!;
    rowsOf[code] = rowsOf[code]! + 1;
    eventsOf[code] = eventsOf[code]! + events[row]!;
  }
  const stretches: Stretch[] = [];
  for (let first = 0; first < size; first++) {
    let rows = 0;
    let happened = 0;
    for (let last = first; last < Math.max(first + 1, ordered); last++) {
      rows += rowsOf[last]!;
      happened += eventsOf[last]!;
      if (rows < fewestRows || rows === members.length) continue;
      stretches.push({ first, last, rows, events: happened, evidence: excessEvidence(happened, rows, rate) });
    }
  }
  const best = loudest(stretches);
  if (best === undefined) return [];
  const other = loudest(stretches.filter(({ first, last }) => last < best.first || first > best.last));
  return other === undefined ? [best] : [best, other];
}

function loudest(stretches: readonly Stretch[]): Stretch | undefined {
  return stretches.reduce<Stretch | undefined>(
    (best, one) => (one.evidence > 0 && (best === undefined || one.evidence > best.evidence) ? one : best),
    undefined,
  );
}

/** How many different conditions a column can give. */
function stretchesIn({ size, ordered }: CodedColumn): number {
  return (ordered * (ordered + 1)) / 2 + size - ordered;
}

function meeting(columns: readonly CodedColumn[], rows: Int32Array, { column, first, last }: Condition): Int32Array {
  const { codes } = columns[column]!;
  return rows.filter((row) => codes[row]! >= first && codes[row]! <= last);
}

function membersOf(columns: readonly CodedColumn[], { conditions, within }: Candidate): Int32Array {
  const last = conditions.at(-1);
  return last === undefined ? within : meeting(columns, within, last);
}

/** The same conditions may have been added in another order. Loudest first. */
function withoutRepeats(subgroups: readonly Candidate[]): Candidate[] {
  const byConditions = new Map<string, Candidate>();
  for (const subgroup of subgroups) {
    const key = subgroup.conditions
      .map(({ column, first, last }) => `${column}:${first}-${last}`)
      .sort()
      .join();
    if (!byConditions.has(key)) byConditions.set(key, subgroup);
  }
  return [...byConditions.values()];
}

function allOf(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row);
}
