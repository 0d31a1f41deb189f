import { type CallScope, currentCallScope, followCallScopes } from '../call-scope.ts';
import type { Monitor } from '../monitor.ts';
import { recordPortOf } from '../record-port.ts';
import type { ModelCallOptions } from './model-call-recorder.ts';
import { SpanRecorder } from './span-recorder.ts';
import { announcesModelCall } from './spans/model-call.ts';
import { type FinishedSpan, type StructuralSampler, type StructuralSpanProcessor, spanDataOf } from './structural.ts';

export interface MonitorSpanProcessor extends StructuralSpanProcessor {
  /**
   * The app's sampler, except that a model call it would drop is recorded without being exported: this processor sees
   * every call, however small the share of traces that is kept. Give it to the provider in place of the sampler.
   */
  sampler(sampler: StructuralSampler): StructuralSampler;
}

/**
 * Makes an inference of every model call that any instrumentation in the app writes a span of. Add it to the span
 * processors of the app's own provider; it reads spans, changes none, and works with every version of the SDK.
 *
 * Without `sampler`, it sees the sampled spans only. Where their sampler says what share that is (`tracestate`, `ot=th`),
 * each counts for as many calls as it stands for.
 */
export function createSpanProcessor(monitor: Monitor, options: ModelCallOptions = {}): MonitorSpanProcessor {
  const port = recordPortOf(monitor);
  const recorder = new SpanRecorder(port, options);
  const scopes = new WeakMap<object, CallScope>();
  followCallScopes();
  return {
    onStart(span) {
      const scope = currentCallScope();
      // Any value may come here that somebody takes for a span.
      if (scope !== undefined && typeof span === 'object' && span !== null) {
        scopes.set(span, scope);
      }
    },
    onEnd(span) {
      record(recorder, span, scopes.get(span));
    },
    sampler(sampler) {
      recorder.seesAll = true;
      return keepingModelCalls(sampler);
    },
    forceFlush: () => flushed(monitor),
    // The monitor is the app's, and may outlive this provider.
    shutdown: () => flushed(monitor),
  };

  function record(into: SpanRecorder, span: FinishedSpan, scope: CallScope | undefined): void {
    try {
      into.ended(spanDataOf(span), scope);
    } catch {
      port.warn('span', 'a span was not read: it has not the form of any known SDK');
    }
  }
}

export async function flushed(monitor: Monitor): Promise<void> {
  await monitor.flush();
}

function keepingModelCalls(sampler: StructuralSampler): StructuralSampler {
  return {
    shouldSample(...args) {
      const result = sampler.shouldSample(...args);
      const [, , name, , attributes] = args;
      const dropped = result.decision === 0;
      return dropped && announcesModelCall(name, attributes ?? {}) ? { ...result, decision: 1 } : result;
    },
    toString: () => `KeepingModelCalls{${sampler}}`,
  };
}
