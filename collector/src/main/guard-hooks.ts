import { isPlumblineError } from '../errors.ts';
import type { EngineHooks } from './engine.ts';
import type { Logger } from './logger.ts';

export interface GuardedHooks {
  readonly hooks: EngineHooks;
  /** What was left out and why, in sentences; empty again for a model whose hooks work again. */
  problems(): readonly string[];
}

/**
 * Keeps a reaction that always fails from stopping all counting. A hook that throws fails the commit, which is tried
 * again; on the third time at the same place the hook is not called there any more: nothing of it is stored, everything
 * else is. What was left out is logged and said until a hook of that model succeeds.
 *
 * Failures of the store itself are not the hook's: those are tried again for as long as it takes.
 */
export function guardHooks(hooks: EngineHooks, logger: Logger): GuardedHooks {
  const failures = new Map<string, { readonly times: number; readonly reason: string }>();
  const problems = new Map<string, string>();

  async function guard(model: string, place: string, call: () => Promise<void> | undefined): Promise<void> {
    const { times, reason } = failures.get(place) ?? { times: 0, reason: '' };
    if (times >= attempts) {
      problems.set(model, `what follows from ${place} was left out after ${attempts} failures: ${reason}`);
      logger.error({ event: 'hook.left_out', model, place, reason }, 'a reaction failed again and again: left out');
      return;
    }
    try {
      await call();
      problems.delete(model);
    } catch (error) {
      if (isPlumblineError(error, 'STORE_UNAVAILABLE') || isPlumblineError(error, 'REVISION_CONFLICT')) throw error;
      failures.set(place, { times: times + 1, reason: error instanceof Error ? error.message : String(error) });
      if (failures.size > rememberedPlaces) failures.delete(failures.keys().next().value ?? '');
      throw error;
    }
  }

  return {
    hooks: {
      versionSeen: (transaction, settings, version, at) =>
        guard(settings.name, `the first event of ${settings.name} ${version}`, () =>
          hooks.versionSeen?.(transaction, settings, version, at),
        ),
      windowClosed: (transaction, closed) => {
        const { settings, version, from } = closed;
        const place = `the window of ${settings.name} ${version} from ${new Date(from).toISOString()}`;
        return guard(settings.name, place, () => hooks.windowClosed?.(transaction, closed));
      },
      referenceBuilt: (transaction, settings, version, reference, at) =>
        guard(settings.name, `the reference of ${settings.name} ${version}`, () =>
          hooks.referenceBuilt?.(transaction, settings, version, reference, at),
        ),
    },
    problems: () => [...problems.values()],
  };
}

const attempts = 3;
const rememberedPlaces = 1_000;
