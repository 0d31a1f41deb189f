import { type Call, lost, worked } from './call.ts';
import { errorTypeOf } from './error-type.ts';
import { withinTimedCall } from './recording/step-times.ts';
import type { StreamObserver } from './recording/stream.ts';
import type { ChunkOf, WrapOptions, WrapTools } from './wrap.ts';

/** Made apart from the stream, which it must not hold: see `StreamObserver`. */
export function streamedCall<Args extends unknown[], Result, State>(
  tools: WrapTools,
  call: Call,
  options: WrapOptions<Args, Result, State>,
  args: Args,
): StreamObserver {
  const { recorder } = tools;
  const { stream } = options;
  const { timed } = call;
  const here = tools.telemetry.here(call.span);
  let chunks = 0;
  let firstMs: number | null = null;
  let lastAt = call.startedAt;
  let folded: { readonly state: State } | undefined;
  let broken = false;
  const fold = (step: () => State) => {
    try {
      folded = { state: step() };
    } catch (error) {
      broken = true;
      lost(recorder, call, error);
    }
  };
  if (stream !== undefined) {
    fold(() => stream.initial());
  }
  return {
    within: timed === undefined ? here : (run) => withinTimedCall(timed, () => here(run)),
    chunk(chunk) {
      lastAt = performance.now();
      firstMs ??= lastAt - call.startedAt;
      chunks += 1;
      if (stream !== undefined && folded !== undefined && !broken) {
        const { state } = folded;
        // The chunks of a stream are of the type its result says.
        fold(() => stream.fold(state, chunk as ChunkOf<Result>));
      }
    },
    ended(how, error) {
      const { record } = call;
      if (record === undefined || broken) {
        tools.telemetry.end(call.span);
        return;
      }
      const endedAt = performance.now();
      // Of a stream that somebody dropped nobody knows when; the last chunk is the last that is known.
      record.latencyMs = (how === 'abandoned' ? lastAt : endedAt) - call.startedAt;
      record.error = how === 'error' ? errorTypeOf(error) : null;
      try {
        const state = folded?.state as State;
        const folds = folded === undefined ? undefined : stream;
        record.features = {
          ...record.features,
          time_to_first_token_ms: firstMs,
          chunks,
          stream_end: how,
          ...folds?.features?.(state, ...args),
        };
        record.prediction = folds?.prediction?.(state, ...args) ?? null;
        record.score = folds?.score?.(state, ...args) ?? null;
      } catch (failure) {
        lost(recorder, call, failure);
        tools.telemetry.end(call.span);
        return;
      }
      worked(call, endedAt);
      recorder.record(record, call.span, call.trace);
    },
  };
}
