import type { Monitor } from '../monitor.ts';
import type { ModelCallOptions } from '../otel/model-call-recorder.ts';
import { clientCalls } from './client-calls.ts';
import { instrumentationOf, type StructuralInstrumentation } from './instrumentation.ts';
import { messagesOf } from './messages.ts';
import { completionReader, embeddingReader, responseReader } from './openai-answers.ts';

/** The `OpenAI` class of the package `openai`, from version 4 on; some versions lack some of these. */
export interface OpenAiClass {
  readonly Chat?: { readonly Completions?: { readonly prototype: object } };
  readonly Completions?: { readonly prototype: object };
  readonly Responses?: { readonly prototype: object };
  readonly Embeddings?: { readonly prototype: object };
}

/**
 * Records every call of OpenAI's client, whole and streamed, as an inference, with a span and measurements by the GenAI
 * conventions. Patches the class it is given, in ES modules and CommonJS alike and without loader hooks; every client of
 * the class is covered, also those made before. What is said to the model stays in the process, and requests are sent as
 * they are: where a stream does not ask for `include_usage`, its tokens are unknown.
 *
 * @example
 * instrumentOpenAI(OpenAI, monitor, { model: 'assistant' })
 */
export function instrumentOpenAI(
  OpenAI: OpenAiClass,
  monitor: Monitor,
  options: ModelCallOptions = {},
): StructuralInstrumentation {
  if (OpenAI?.Chat?.Completions?.prototype === undefined) {
    throw new TypeError('instrumentOpenAI: expected the class OpenAI of the package "openai"');
  }
  const calls = clientCalls('openai', monitor, options);
  const patches = calls.patches([
    { owner: OpenAI.Chat.Completions.prototype, operation: 'chat', reader: completionReader, input: messagesOf },
    { owner: OpenAI.Responses?.prototype, operation: 'chat', reader: responseReader, input: messagesOf },
    { owner: OpenAI.Completions?.prototype, operation: 'text_completion', reader: completionReader, input: messagesOf },
    { owner: OpenAI.Embeddings?.prototype, operation: 'embeddings', reader: embeddingReader, input: messagesOf },
  ]);
  return instrumentationOf('openai', patches, calls.providers);
}
