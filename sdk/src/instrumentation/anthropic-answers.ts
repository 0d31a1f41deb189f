import { type Answer, type AnswerReader, addText, amountField, field, firstOf, textField } from './answer.ts';

/** `messages.create`, whose stream begins with the message and ends with what changed about it. */
export const messageReader: AnswerReader = {
  whole(answer, into) {
    readMessage(answer, into);
    addText(into, textField(firstOf(answer, 'content'), 'text'));
  },
  chunk(event, into) {
    switch (textField(event, 'type')) {
      case 'message_start':
        readMessage(field(event, 'message'), into);
        return false;
      case 'content_block_delta':
        addText(into, textField(field(event, 'delta'), 'text'));
        return true;
      case 'message_delta':
        into.finishReason = textField(field(event, 'delta'), 'stop_reason') ?? into.finishReason;
        into.outputTokens = amountField(field(event, 'usage'), 'output_tokens') ?? into.outputTokens;
        return false;
      default:
        return false;
    }
  },
};

function readMessage(message: unknown, into: Answer): void {
  into.responseId = textField(message, 'id');
  into.responseModel = textField(message, 'model');
  into.finishReason = textField(message, 'stop_reason');
  const usage = field(message, 'usage');
  const uncached = amountField(usage, 'input_tokens');
  into.cachedInputTokens = amountField(usage, 'cache_read_input_tokens');
  into.cacheWriteTokens = amountField(usage, 'cache_creation_input_tokens');
  // Anthropic counts cached tokens apart; the conventions count all that went in.
  into.inputTokens = uncached === null ? null : uncached + (into.cachedInputTokens ?? 0) + (into.cacheWriteTokens ?? 0);
  into.outputTokens = amountField(usage, 'output_tokens');
}
