/**
 * Looks on as a client's promise settles, without changing what it is: the clients of OpenAI and Anthropic return promises
 * of a class of their own, which read the body of the answer only when somebody asks for it, and offer the raw answer
 * otherwise. Awaiting one, or handing out another promise in its place, would take that away.
 */
export interface AnswerWatch {
  /** The answer was read; what is returned is handed on in its place. */
  answered(answer: unknown): unknown;
  failed(error: unknown): void;
  /** The raw answer was asked for, and nobody reads it here. */
  leftRaw(): void;
}

export function watchAnswer(promise: unknown, watch: AnswerWatch): unknown {
  if (isReadOnDemand(promise)) {
    return watchOnDemand(promise, watch);
  }
  if (!(promise instanceof Promise)) {
    watch.leftRaw();
    return promise;
  }
  return promise.then(
    (answer) => watch.answered(answer),
    (error) => {
      watch.failed(error);
      throw error;
    },
  );
}

interface ReadOnDemand {
  parse: () => Promise<unknown>;
  parseResponse: (...args: unknown[]) => unknown;
  asResponse: () => Promise<unknown>;
  _thenUnwrap?: (transform: (...args: unknown[]) => unknown) => unknown;
}

function isReadOnDemand(promise: unknown): promise is ReadOnDemand {
  return ['parse', 'parseResponse', 'asResponse'].every((name) => typeof memberOf(promise, name) === 'function');
}

function memberOf(value: unknown, name: string): unknown {
  // Looked up by name: a promise of some version of some client.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/**
 * Each way to the answer is looked on at: reading it (`then` and `await` do), the raw answer, and the helpers of the
 * client, which go on with another promise. A promise nobody touches is not touched here either, so that a failure
 * nobody handles is still reported as such.
 */
function watchOnDemand(promise: ReadOnDemand, watch: AnswerWatch): ReadOnDemand {
  const { parseResponse, asResponse, _thenUnwrap: unwrap } = promise;
  let isRead = false;
  let isAskedFor = false;
  const read = (answer: unknown): unknown => {
    if (isRead) {
      return answer;
    }
    isRead = true;
    return watch.answered(answer);
  };
  watchFailure(promise, watch, () => {
    isAskedFor = true;
  });
  promise.parseResponse = async function parsed(...args) {
    return read(await Reflect.apply(parseResponse, this, args));
  };
  promise.asResponse = async function raw() {
    try {
      const response = await Reflect.apply(asResponse, this, []);
      // `withResponse` of some versions asks for both, and to read the answer first.
      if (!isAskedFor) {
        watch.leftRaw();
      }
      return response;
    } catch (error) {
      watch.failed(error);
      throw error;
    }
  };
  if (typeof unwrap === 'function') {
    promise._thenUnwrap = function unwrapped(transform) {
      const next = Reflect.apply(unwrap, this, [
        (answer: unknown, ...more: unknown[]) => transform(read(answer), ...more),
      ]);
      if (isReadOnDemand(next)) {
        watchFailure(next, watch);
      }
      return next;
    };
  }
  return promise;
}

function watchFailure(promise: ReadOnDemand, watch: AnswerWatch, askedFor: () => void = () => {}): void {
  const { parse } = promise;
  promise.parse = function parsed() {
    askedFor();
    const answer: Promise<unknown> = Reflect.apply(parse, this, []);
    // What the caller makes of the same promise rejects beside this.
    answer.then(undefined, (error) => watch.failed(error));
    return answer;
  };
}
