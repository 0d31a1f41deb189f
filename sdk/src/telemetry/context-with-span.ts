import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';

/**
 * What `trace.setSpan(outer, span)` gives, without the copy of every entry that the API makes of a context: each call of a
 * wrapped function needs one, and few calls look into theirs.
 */
export function contextWithSpan(outer: Context, span: Span): Context {
  // Of a context of ours only what lies beneath: its span is hidden, and a long chain of calls must not hold all of them.
  return new ContextWithSpan(outer instanceof ContextWithSpan ? outer.outer : outer, span);
}

class ContextWithSpan implements Context {
  readonly outer: Context;
  readonly #span: Span;

  constructor(outer: Context, span: Span) {
    this.outer = outer;
    this.#span = span;
  }

  getValue(key: symbol): unknown {
    return key === spanKey ? this.#span : this.outer.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return trace.setSpan(this.outer, this.#span).setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return trace.setSpan(this.outer, this.#span).deleteValue(key);
  }
}

/** Where the API keeps the span of a context: what it asks for when it wants to know. */
const spanKey = (() => {
  let asked: symbol | undefined;
  trace.getSpan({
    getValue: (key) => {
      asked = key;
    },
    setValue: () => ROOT_CONTEXT,
    deleteValue: () => ROOT_CONTEXT,
  });
  return asked;
})();
