/** Names under which calls of language models are recorded, with or without the kind in front. */
const names =
  /(^|[:.])((cached_)?input_tokens|output_tokens|cache_write_tokens|reasoning_tokens|total_tokens|cost_usd|time_to_first_token_ms|finish_reason|request_model|response_model)$/;

/** Whether a signal is one of a language model: tokens, cost, time to the first token, why it stopped, which model it was. */
export function isLlmSignal({ signal }: { readonly signal: string }): boolean {
  return names.test(signal);
}
