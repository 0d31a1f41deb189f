import type { Monitor } from '../monitor.ts';
import type { ModelCallOptions } from '../otel/model-call-recorder.ts';
import { messageReader } from './anthropic-answers.ts';
import { clientCalls } from './client-calls.ts';
import { instrumentationOf, type StructuralInstrumentation } from './instrumentation.ts';
import { messagesOf } from './messages.ts';

/** The `Anthropic` class of the package `@anthropic-ai/sdk`. */
export interface AnthropicClass {
  readonly Messages?: { readonly prototype: object };
  readonly Beta?: { readonly Messages?: { readonly prototype: object } };
}

/**
 * Records every call of Anthropic's client, whole and streamed, as an inference, as `instrumentOpenAI` does for OpenAI's.
 * Newer versions of the client write spans of their own; the span processor takes them for parts of the recorded call.
 *
 * @example
 * instrumentAnthropic(Anthropic, monitor, { model: 'assistant' })
 */
export function instrumentAnthropic(
  Anthropic: AnthropicClass,
  monitor: Monitor,
  options: ModelCallOptions = {},
): StructuralInstrumentation {
  if (Anthropic?.Messages?.prototype === undefined) {
    throw new TypeError('instrumentAnthropic: expected the class Anthropic of the package "@anthropic-ai/sdk"');
  }
  const calls = clientCalls('anthropic', monitor, options);
  const method = { operation: 'chat', reader: messageReader, input: messagesOf } as const;
  const patches = calls.patches([
    { ...method, owner: Anthropic.Messages.prototype },
    { ...method, owner: Anthropic.Beta?.Messages?.prototype },
  ]);
  return instrumentationOf('anthropic', patches, calls.providers);
}
