import { z } from 'zod';
import { name } from './scalars.ts';

/** A sensitive attribute; of an intersection what meets in it, and the name that it then has. */
export interface GroupSettings {
  readonly attribute: string;
  readonly attributes?: readonly string[] | undefined;
  readonly reference?: string | undefined;
  readonly conditionOn?: string | undefined;
}

const declaredGroup = z.strictObject({
  attribute: z
    .union([name, z.array(name).min(2).max(3)])
    .describe(
      'Sensitive attribute, as recorded in the groups of an inference; or a list of two or three: people by all of ' +
        'them together, named `race & sex` with groups like `Asian & female`',
    ),
  // YAML reads `0` and `true` as a number and a boolean.
  reference: z
    .union([z.string(), z.number(), z.boolean()])
    .transform(String)
    .optional()
    .describe('Group the others are compared with; default: the largest one'),
  conditionOn: name
    .optional()
    .describe('Feature by which people are taken to be alike, for the conditional demographic disparity'),
});

export const groupSettings = declaredGroup.transform(
  ({ attribute, ...group }): GroupSettings =>
    typeof attribute === 'string'
      ? { attribute, ...group }
      : { attribute: attribute.join(' & '), attributes: attribute, ...group },
);
