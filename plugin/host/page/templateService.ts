import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

type Value = string | readonly string[];

const values = new Map<string, Value>();

/** What a dashboard's variables are now. */
export function setVariable(name: string, value: Value): void {
  values.set(name, value);
}

export function forgetVariables(): void {
  values.clear();
}

/** Replaces `$name` and `${name}` as Grafana does: a variable nobody knows stays as it is written. */
export function createTemplateService(): TemplateSrv {
  const pattern = /\$\{(\w+)(?::\w+)?\}|\$(\w+)/g;
  return {
    getVariables: () => [...values.keys()].map((name) => ({ name, type: 'query' })) as never, // only names are read
    replace: (target = '', scopedVars?: ScopedVars, format?: unknown) =>
      target.replace(pattern, (written, braced?: string, plain?: string) => {
        const name = braced ?? plain ?? '';
        const value = (scopedVars?.[name]?.value as Value | undefined) ?? values.get(name);
        if (value === undefined) {
          return written;
        }
        if (typeof format === 'function') {
          return String(format(value, { name }));
        }
        return typeof value === 'string' ? value : `{${value.join(',')}}`;
      }),
    containsTemplate: (target = '') => new RegExp(pattern).test(target),
    updateTimeRange: () => {},
  };
}
