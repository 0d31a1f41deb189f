import type { CategoryColumn, InferenceBatch } from '@plumbline/sdk/event';

/** Where sensitive attributes meet: people who are in one group of each. */

/** What an attribute of a profile is read from: itself, or the attributes that meet in it. */
interface Crossed {
  readonly attribute: string;
  readonly attributes?: readonly string[] | null | undefined;
}

/** `['race', 'sex']` -> `race & sex`; groups are named the same way. */
export function intersectionName(parts: readonly string[]): string {
  return parts.join(' & ');
}

/** The group of one inference; `undefined` when it, or a part of it, is not known. */
export function groupIn(
  { attribute, attributes }: Crossed,
  groups: Readonly<Record<string, string>>,
): string | undefined {
  if (attributes == null) return ownGroup(groups, attribute);
  const parts: string[] = [];
  for (const name of attributes) {
    const part = ownGroup(groups, name);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return intersectionName(parts);
}

/** Names come with the events: one may be `constructor`, which every object has without having been given it. */
function ownGroup<Group>(groups: Readonly<Record<string, Group>>, name: string): Group | undefined {
  return Object.hasOwn(groups, name) ? groups[name] : undefined;
}

/** Groups of a batch's rows. Of an intersection the column is made here, and its dictionary holds what meets in the batch. */
export function groupColumn(batch: InferenceBatch, { attribute, attributes }: Crossed): CategoryColumn | undefined {
  if (attributes == null) return ownGroup(batch.groups, attribute);
  return crossed(batch, attributes)?.column;
}

/** The values of each part, in the order of the column's dictionary. */
export function intersectionParts(
  batch: InferenceBatch,
  attributes: readonly string[],
): readonly (readonly string[])[] {
  return crossed(batch, attributes)?.parts ?? [];
}

function crossed(batch: InferenceBatch, attributes: readonly string[]) {
  const columns: CategoryColumn[] = [];
  for (const name of attributes) {
    const column = ownGroup(batch.groups, name);
    if (column === undefined) return undefined;
    columns.push(column);
  }
  const codes = new Uint32Array(batch.count);
  // Code of a combination by its codes, in mixed radix; 0 where it has not been met.
  const codeOf = new Map<number, number>();
  const parts: string[][] = [];
  for (let row = 0; row < batch.count; row++) {
    let key = 0;
    let isKnown = true;
    for (const column of columns) {
      const code = column.codes[row]!;
      if (code === 0) isKnown = false;
      key = key * (column.dictionary.length + 1) + code;
    }
    if (!isKnown) continue;
    let code = codeOf.get(key);
    if (code === undefined) {
      code = parts.push(columns.map((column) => column.dictionary[column.codes[row]! - 1]!));
      codeOf.set(key, code);
    }
    codes[row] = code;
  }
  const column: CategoryColumn = { type: 'category', codes, dictionary: parts.map(intersectionName) };
  return { column, parts };
}
