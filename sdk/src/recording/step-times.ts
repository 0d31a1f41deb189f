import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepKind } from '../otel/conventions.ts';
import type { RecordedValue } from '../record.ts';

/** A recorded call whose steps are timed. */
export interface TimedCall {
  readonly kinds: ReadonlySet<StepKind>;
  /** Of the call: each step adds to `<kind>_ms` what it took. */
  readonly features: Record<string, RecordedValue | undefined>;
}

const calls = new AsyncLocalStorage<TimedCall>();

/** Calls the function as part of the call: its steps, and those of whatever it awaits, count for the call. */
export function withinTimedCall<Result>(call: TimedCall, run: () => Result): Result {
  return calls.run(call, run);
}

/** A step begins now. Gives what ends it; nothing where nobody times it. */
export function timeStep(kind: StepKind): (() => void) | undefined {
  const call = calls.getStore();
  if (call === undefined || !call.kinds.has(kind)) {
    return undefined;
  }
  const startedAt = performance.now();
  return () => {
    const name = `${kind}_ms`;
    call.features[name] = Number(call.features[name] ?? 0) + performance.now() - startedAt;
  };
}
