import { amountOf, isRecord } from '../otel/spans/read.ts';

/** What is known of an answer so far; a stream tells it piece by piece. */
export interface Answer {
  responseId: string | null;
  responseModel: string | null;
  finishReason: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  cachedInputTokens: number | null;
  cacheWriteTokens: number | null;
  reasoningTokens: number | null;
  /** Type of a failure that an answer tells of itself. */
  error: string | null;
  /** What the model said, where that is wanted. */
  text: string | null;
}

export function emptyAnswer(keepText: boolean): Answer {
  return {
    responseId: null,
    responseModel: null,
    finishReason: null,
    error: null,
    text: keepText ? '' : null,
    inputTokens: null,
    outputTokens: null,
    cachedInputTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: null,
  };
}

/** One method of a client that calls a model, and how its answers are read. */
export interface AnswerReader {
  /** Of an answer that came as a whole. */
  whole(answer: unknown, into: Answer): void;
  /** Of one chunk of a stream; true when it holds something the model said. */
  chunk(chunk: unknown, into: Answer): boolean;
}

export function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

export function textField(value: unknown, name: string): string | null {
  const found = field(value, name);
  return typeof found === 'string' && found !== '' ? found : null;
}

export function amountField(value: unknown, name: string): number | null {
  return isRecord(value) ? amountOf(value, [name]) : null;
}

/** As an amount, and possibly negative. */
export function numberField(value: unknown, name: string): number | null {
  const found = field(value, name);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

export function firstOf(value: unknown, name: string): unknown {
  const list = field(value, name);
  return Array.isArray(list) ? list[0] : undefined;
}

export function addText(into: Answer, text: string | null): void {
  if (into.text !== null && text !== null) {
    into.text += text;
  }
}
