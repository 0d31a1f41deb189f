import { types } from 'node:util';
import { type Assignment, begin, readingOf } from './call.ts';
import { errorTypeOf } from './error-type.ts';
import type { ServingRole } from './event.ts';
import type { Route } from './routing/choose.ts';
import { type ShadowLimits, ShadowRunner } from './shadow.ts';
import { observed, recordedCall, type WrapOptions, type WrapTools } from './wrap.ts';

/** Who is to answer a call. */
export interface Serving {
  readonly version: string;
  /** In the role `shadow` nobody sees the answer: leave out whatever it would change elsewhere. */
  readonly role: ServingRole;
  /** Aborted when a shadow has taken too long; never for the others. */
  readonly signal: AbortSignal;
}

export interface VersionsOptions<Args extends unknown[], Result, State = unknown>
  extends Omit<WrapOptions<Args, Result, State>, 'version'> {
  /** What calls of shadows may take; `false` runs none here. */
  readonly shadow?: ShadowLimits | false;
}

/**
 * The function of a model in several versions, with the version that routing says for each call. The shadow gets the same
 * arguments after the answer was given, and is recorded beside it; the answer does not wait for it, and nothing it does
 * reaches the app.
 */
export function wrapVersionsFunction<Args extends unknown[], Result, State>(
  tools: WrapTools,
  predict: (serving: Serving, ...args: Args) => Result,
  options: VersionsOptions<Args, Result, State>,
): (...args: Args) => Result {
  const limits = options.shadow;
  // As the app's, but nobody is told the ids of shadows. Not copied: options may be anything, however large.
  const shadowOptions: typeof options = Object.create(options, { recorded: { value: undefined } });
  const model = options.model ?? tools.onlyModel ?? '';
  const counts = tools.recorder.modelState(model)?.shadows ?? { started: 0, timedOut: 0, skipped: 0 };
  const shadows = limits === false ? undefined : new ShadowRunner(limits ?? {}, counts);
  const read = readingOf(tools, model, options.steps);
  return function wrapped(this: unknown, ...args: Args): Result {
    const routed = routeOf(tools, model, options, args);
    const { version, role, shadow } = routed;
    const as = (serving: Serving) => Reflect.apply(predict, this, [serving, ...args]) as Result;
    const answer = () => as({ version, role, signal: never });
    const recorded = (assigned: Assignment) =>
      recordedCall(tools, begin(tools, read, options, args, assigned), answer, options, this, args);
    const id = shadow === null || shadows === undefined ? undefined : idOf(tools, model, options, args);
    if (shadow === null || shadows === undefined || id === undefined) {
      return recorded({ routed });
    }
    const follow = () => {
      if (tools.deliver !== undefined) {
        shadows.skip();
        return;
      }
      const serving = { version: shadow, role: 'shadow' as const };
      shadows.offer(({ signal, within }) => {
        const call = begin(tools, read, options, args, { routed: serving, shadowOf: id });
        return recordedCall(tools, call, () => within(() => as({ ...serving, signal })), shadowOptions, this, args);
      });
    };
    let result: Result;
    try {
      result = recorded({ routed, id });
    } catch (error) {
      follow();
      throw error;
    }
    if (!types.isPromise(result)) {
      follow();
      return result;
    }
    const passedOn = observed(
      result as Promise<Awaited<Result>>,
      (value) => {
        follow();
        return value;
      },
      follow,
    );
    return passedOn as Result;
  };
}

/** A key that cannot be told must not cost the answer: such a call is routed as one without a key. */
function routeOf<Args extends unknown[], Result, State>(
  { recorder, route }: WrapTools,
  model: string,
  { key }: WrapOptions<Args, Result, State>,
  args: Args,
): Route {
  try {
    return route(model, key?.(...args));
  } catch (error) {
    recorder.warn('key', `a call is routed without its key: key() threw ${errorTypeOf(error)}`);
    return route(model);
  }
}

/** Nothing when the app's function for it throws, which is counted where the answer is recorded. */
function idOf<Args extends unknown[], Result, State>(
  { recorder }: WrapTools,
  model: string,
  { id }: WrapOptions<Args, Result, State>,
  args: Args,
): string | undefined {
  try {
    return recorder.idFor(id === undefined ? undefined : id(...args), model);
  } catch {
    return undefined;
  }
}

const never = new AbortController().signal;
