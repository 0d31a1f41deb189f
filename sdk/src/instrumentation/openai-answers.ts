import { type Answer, type AnswerReader, addText, amountField, field, firstOf, textField } from './answer.ts';

/** `chat.completions.create` and `completions.create`, whose chunks are pieces of the whole. */
export const completionReader: AnswerReader = {
  whole(answer, into) {
    readCompletion(answer, into);
    const choice = firstOf(answer, 'choices');
    addText(into, textField(field(choice, 'message'), 'content') ?? textField(choice, 'text'));
  },
  chunk(chunk, into) {
    readCompletion(chunk, into);
    const choice = firstOf(chunk, 'choices');
    const delta = field(choice, 'delta');
    const text = textField(delta, 'content') ?? textField(choice, 'text');
    addText(into, text);
    return text !== null || field(delta, 'tool_calls') !== undefined;
  },
};

/** `responses.create`, whose events carry the whole answer at its start and at its end. */
export const responseReader: AnswerReader = {
  whole(answer, into) {
    readResponse(answer, into);
    addText(into, textField(answer, 'output_text'));
  },
  chunk(event, into) {
    readResponse(field(event, 'response'), into);
    const said = textField(event, 'type')?.endsWith('.delta') === true;
    if (textField(event, 'type') === 'response.output_text.delta') {
      addText(into, textField(event, 'delta'));
    }
    return said;
  },
};

export const embeddingReader: AnswerReader = {
  whole(answer, into) {
    into.responseModel = textField(answer, 'model');
    into.inputTokens = amountField(field(answer, 'usage'), 'prompt_tokens');
  },
  chunk: () => false,
};

function readCompletion(answer: unknown, into: Answer): void {
  into.responseId = textField(answer, 'id') ?? into.responseId;
  into.responseModel = textField(answer, 'model') ?? into.responseModel;
  into.finishReason = textField(firstOf(answer, 'choices'), 'finish_reason') ?? into.finishReason;
  const usage = field(answer, 'usage');
  into.inputTokens = amountField(usage, 'prompt_tokens') ?? into.inputTokens;
  into.outputTokens = amountField(usage, 'completion_tokens') ?? into.outputTokens;
  into.cachedInputTokens =
    amountField(field(usage, 'prompt_tokens_details'), 'cached_tokens') ?? into.cachedInputTokens;
  into.reasoningTokens =
    amountField(field(usage, 'completion_tokens_details'), 'reasoning_tokens') ?? into.reasoningTokens;
}

function readResponse(response: unknown, into: Answer): void {
  into.responseId = textField(response, 'id') ?? into.responseId;
  into.responseModel = textField(response, 'model') ?? into.responseModel;
  into.finishReason = finishOf(response) ?? into.finishReason;
  const usage = field(response, 'usage');
  into.inputTokens = amountField(usage, 'input_tokens') ?? into.inputTokens;
  into.outputTokens = amountField(usage, 'output_tokens') ?? into.outputTokens;
  into.cachedInputTokens = amountField(field(usage, 'input_tokens_details'), 'cached_tokens') ?? into.cachedInputTokens;
  into.reasoningTokens = amountField(field(usage, 'output_tokens_details'), 'reasoning_tokens') ?? into.reasoningTokens;
  if (textField(response, 'status') === 'failed') {
    into.error = textField(field(response, 'error'), 'code') ?? 'failed';
  }
}

/** In the words of `finish_reason`, so that both ways of asking compare. */
function finishOf(response: unknown): string | null {
  const status = textField(response, 'status');
  const reason = textField(field(response, 'incomplete_details'), 'reason');
  if (status === 'completed') {
    return 'stop';
  }
  return status === 'incomplete' ? (reason === 'max_output_tokens' ? 'length' : (reason ?? 'incomplete')) : null;
}
