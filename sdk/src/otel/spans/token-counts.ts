import { exclusiveTokenScopes, inclusiveTokenScopes, readNames } from './attribute-names.ts';
import { amountOf, textOf } from './read.ts';
import type { SpanAttributes, SpanData } from './span-data.ts';

/** Each null when unknown: zero tokens is something else. */
export interface TokenCounts {
  /** All that went in, those read from and written to a cache among them, as far as `semantics` says. */
  readonly input: number | null;
  readonly output: number | null;
  readonly cachedInput: number | null;
  readonly cacheWrite: number | null;
  readonly reasoning: number | null;
  /** `unknown`: `input` may lack cached tokens, and compares with nothing else. Null without `input`. */
  readonly semantics: TokenSemantics | null;
}

export type TokenSemantics = 'inclusive' | 'unknown';

/** What a call knows before its answer. */
export const noTokens: TokenCounts = {
  input: null,
  output: null,
  cachedInput: null,
  cacheWrite: null,
  reasoning: null,
  semantics: null,
};

/**
 * The tokens of a call, with input tokens as the conventions count them: cached ones included, so that totals compare
 * whoever wrote the span.
 *
 * OpenAI, Google and most others count like that. Anthropic and Bedrock count cached tokens apart; some instrumentations
 * of them add them up, others pass on what the vendor said. Of those known to pass on, and where the input is smaller than
 * its own cached part, they are added here; where nothing tells, the number is left as it is, and `semantics` says so.
 */
export function tokenCountsOf({ attributes, scope }: Pick<SpanData, 'attributes' | 'scope'>): TokenCounts {
  const input = amountOf(attributes, readNames.inputTokens);
  const cachedInput = amountOf(attributes, readNames.cachedInputTokens);
  const cacheWrite = amountOf(attributes, readNames.cacheWriteTokens);
  const cached = (cachedInput ?? 0) + (cacheWrite ?? 0);
  const others = {
    cachedInput,
    cacheWrite,
    reasoning: amountOf(attributes, readNames.reasoningTokens),
    output: amountOf(attributes, readNames.outputTokens),
  };
  if (input === null) {
    return { input, ...others, semantics: null };
  }
  if (input < cached || exclusiveTokenScopes.includes(scope?.name ?? '')) {
    return { input: input + cached, ...others, semantics: 'inclusive' };
  }
  const isInclusive =
    saysInclusive(attributes, scope) || vendorCountsIn(attributes) || isAllUncached(cachedInput, cacheWrite);
  return { input, ...others, semantics: isInclusive ? 'inclusive' : 'unknown' };
}

/** In as many words, or by names and libraries that have cached tokens as a part of those that went in. */
function saysInclusive(attributes: SpanAttributes, scope: SpanData['scope']): boolean {
  return (
    textOf(attributes, readNames.tokenSemantics) === 'inclusive' ||
    amountOf(attributes, readNames.inclusiveTokens) !== null ||
    inclusiveTokenScopes.includes(scope?.name ?? '')
  );
}

function vendorCountsIn(attributes: SpanAttributes): boolean {
  const provider = textOf(attributes, readNames.provider);
  const model = textOf(attributes, readNames.requestModel) ?? textOf(attributes, readNames.responseModel);
  return (provider ?? model) !== null && !/anthropic|bedrock|claude/i.test(`${provider} ${model}`);
}

function isAllUncached(cachedInput: number | null, cacheWrite: number | null): boolean {
  return cachedInput === 0 && cacheWrite === 0;
}
