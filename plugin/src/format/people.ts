import type { People } from '@plumbline/collector/api';

let names: ReadonlyMap<string, string> = new Map();

/** Takes over what people are called. As with the language of texts, all that is shown follows from now on. */
export function namePeople({ items }: People): void {
  names = new Map(items.map(({ subject, name }) => [subject, name]));
}

/** What somebody is called; undefined: nobody has said. */
export function nameOfPerson(subject: string): string | undefined {
  return names.get(subject);
}
