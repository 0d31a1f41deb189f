import type { Monitor } from '../monitor.ts';
import { recordPortOf } from '../record-port.ts';
import type { ModelCallOptions } from './model-call-recorder.ts';
import { flushed } from './span-processor.ts';
import { SpanRecorder } from './span-recorder.ts';
import { type StructuralSpanExporter, spanDataOf } from './structural.ts';

/**
 * The same as the span processor for apps that can only add an exporter, behind a span processor of their own. It sees
 * what that one keeps: sampled spans, and not those its queue had no room for. Within a wrapped function it cannot tell
 * that a call is part of it; leave such calls out with `model`.
 */
export function createSpanExporter(monitor: Monitor, options: ModelCallOptions = {}): StructuralSpanExporter {
  const port = recordPortOf(monitor);
  const recorder = new SpanRecorder(port, options);
  return {
    export(spans, resultCallback) {
      try {
        for (const span of spans) {
          recorder.ended(spanDataOf(span), undefined);
        }
      } catch {
        port.warn('span', 'a span was not read: it has not the form of any known SDK');
      }
      resultCallback({ code: 0 });
    },
    forceFlush: () => flushed(monitor),
    shutdown: () => flushed(monitor),
  };
}
