import type { Verb } from '../api.ts';
import type { Control } from '../route.ts';

/** What all control actions have in common: `POST /v1/actions/<verb>/<target>`, and a role that may use the verb. */
export function action(verb: Verb, summary: string, target: string) {
  return {
    method: 'POST' as const,
    path: `/v1/actions/${verb}/:${target}`,
    summary,
    access: { kind: 'verb' as const, verb },
    isAction: true,
  };
}

/** The server reads the control headers of every action before its handler. */
export function known(control: Control | null): Control {
  if (control === null) {
    throw new Error('an action without control headers reached its handler');
  }
  return control;
}
