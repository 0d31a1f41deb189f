import { type GroupConfusion, type GroupShape, groupConfusions, type Profile } from '../../profile/index.ts';
import { type GroupRates, groupRates, hiddenRows, type Margin } from '../detectors/groupRates.ts';
import { decidedRows } from '../detectors/streams.ts';

/** A group with a name; later ones together are `other`. */
export type NamedConfusion = GroupConfusion & { readonly group: string };

/** What may be shown of the groups of one attribute. */
export interface Disclosure {
  /** Known groups; others that came later are shown together when there are any, rows without a group never. */
  readonly groups: readonly NamedConfusion[];
  /** Rows without a group. */
  readonly remainder: GroupConfusion | undefined;
  /** By group: why all of it is hidden; `null`: it is shown. */
  readonly hidden: readonly (string | null)[];
  /** By group. */
  readonly rates: readonly GroupRates[];
}

/** `minimum`: rows below which a group is hidden. */
export function disclosure(profile: Profile, attribute: string, minimum: number): Disclosure {
  const all = groupConfusions(profile, attribute);
  const isShown = (confusion: GroupConfusion): confusion is NamedConfusion =>
    confusion.group !== null && (!confusion.isOther || decidedRows(confusion) > 0);
  const groups = all.filter(isShown);
  const remainder = all.find(({ group }) => group === null);
  const margins = marginsOf(profile, attribute, groups, minimum);
  return {
    groups,
    remainder,
    hidden: hiddenRows(groups, remainder, minimum, margins),
    rates: groupRates(profile.shape, groups, remainder, minimum, margins),
  };
}

/** Of an intersection: the groups of the attributes that meet in it, and of smaller intersections of them. */
function marginsOf(profile: Profile, attribute: string, groups: readonly NamedConfusion[], minimum: number): Margin[] {
  const shapes = profile.shape.groups;
  const own = shapes.find((candidate) => candidate.attribute === attribute);
  if (own?.attributes === undefined) return [];
  const { attributes } = own;
  return shapes.flatMap((outer) => {
    const places = namesOf(outer).map((name) => attributes.indexOf(name));
    if (places.includes(-1) || places.length >= attributes.length) return [];
    const shown = disclosure(profile, outer.attribute, minimum);
    return shown.groups.flatMap((group, index): Margin[] => {
      const values = group.isOther ? undefined : partsOf(outer, group.group);
      if (values === undefined) return [];
      const isPart = ({ group: name, isOther }: NamedConfusion): boolean => {
        const parts = isOther ? undefined : partsOf(own, name);
        return parts !== undefined && places.every((place, at) => parts[place] === values[at]);
      };
      const members = [...groups.keys()].filter((member) => isPart(groups[member]!));
      return [
        { members, rows: decidedRows(group), hidden: shown.hidden[index] ?? null, rates: shown.rates[index] ?? {} },
      ];
    });
  });
}

function namesOf({ attribute, attributes }: GroupShape): readonly string[] {
  return attributes ?? [attribute];
}

function partsOf({ groups, attributes, parts }: GroupShape, group: string): readonly string[] | undefined {
  return attributes === undefined ? [group] : parts?.[groups.indexOf(group)];
}
