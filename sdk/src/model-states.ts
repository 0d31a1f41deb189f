import type { Breakers } from './breaker.ts';
import type { Diagnostics } from './diagnostics.ts';
import { ModelState } from './model-state.ts';
import { Redactor } from './privacy/redactor.ts';
import type { ModelSettings, MonitorSettings } from './read-options.ts';

export interface ModelStateTools {
  readonly diagnostics: Pick<Diagnostics, 'warn'>;
  readonly breakers: Breakers;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** What a monitor keeps of each of its models, by name. */
export function modelStates(
  { models, pseudonyms }: Pick<MonitorSettings, 'models' | 'pseudonyms'>,
  tools: ModelStateTools,
): ReadonlyMap<string, ModelState> {
  return new Map(
    [...models].map(([name, model]) => [
      name,
      new ModelState(model, { pseudonyms, redactor: redactorOf(name, model, tools) }),
    ]),
  );
}

function redactorOf(
  name: string,
  { redact }: ModelSettings,
  { diagnostics, breakers, now }: ModelStateTools,
): Redactor | undefined {
  if (redact === undefined) {
    return undefined;
  }
  const warn = (reason: string) => diagnostics.warn('redact', reason);
  return new Redactor({ redact, now, warn, breaker: breakers.make('redactor_paused', name) });
}
