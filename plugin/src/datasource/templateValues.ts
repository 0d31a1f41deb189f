import type { ScopedVars } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';

/** The values that stand in a text of a query: several when it holds a variable with several. */
export function valuesOf(text: string, scopedVars?: ScopedVars): string[] {
  return getTemplateSrv()
    .replace(text, scopedVars, (value: string | string[]) => (Array.isArray(value) ? value.join(separator) : value))
    .split(separator);
}

/** No name holds it. */
const separator = '\u001f';
