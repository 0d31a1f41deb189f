/**
 * Watches a stream of chunks that an app takes from a model, without taking or keeping any itself: the app gets the object
 * it would have got, with all its methods.
 */

/** How a stream came to its end. `abandoned`: nobody took the rest, and nobody can or will any more. */
export type StreamEnd = 'done' | 'error' | 'abort' | 'abandoned';

export interface StreamObserver {
  chunk(chunk: unknown): void;
  /** Called once. It holds no reference to the stream, else nobody could find out that the app has dropped it. */
  ended(how: StreamEnd, error: unknown): void;
  /** Calls a function of the stream where the model call was made, so that spans within it find their parent. */
  within<Result>(run: () => Result): Result;
}

/** Whether the value hands out chunks one after the other. Never throws. */
export function isStream(value: unknown): value is object {
  try {
    return (
      typeof value === 'object' &&
      value !== null &&
      typeof (value as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] === 'function'
    );
  } catch {
    return false;
  }
}

/** The stream to hand to the app: the same object, save for a web stream, which is passed through another. */
export function observeStream<Stream extends object>(stream: Stream, observer: StreamObserver): Stream {
  const watch = openStreams.add(observer);
  try {
    // A web stream becomes another of the same chunks.
    const watched = stream instanceof ReadableStream ? (watchedWebStream(stream, watch) as unknown as Stream) : stream;
    if (watched === stream && !watchInPlace(stream, watch)) {
      watch.end('abandoned', undefined);
    }
    openStreams.endWhenDropped(watched, watch);
    return watched;
  } catch (error) {
    watch.end('abandoned', error);
    return stream;
  }
}

/** What is known of a stream under way. */
class Watch {
  readonly #observer: StreamObserver;
  readonly #forget: (watch: Watch) => void;
  #ended = false;
  lastUsedAt = performance.now();

  constructor(observer: StreamObserver, forget: (watch: Watch) => void) {
    this.#observer = observer;
    this.#forget = forget;
  }

  chunk(chunk: unknown): void {
    this.lastUsedAt = performance.now();
    if (!this.#ended) {
      this.#observer.chunk(chunk);
    }
  }

  end(how: StreamEnd, error: unknown): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#forget(this);
      this.#observer.ended(how, error);
    }
  }

  within<Result>(run: () => Result): Result {
    return this.#observer.within(run);
  }
}

/**
 * Streams under way, so that those nobody ends are ended: when the garbage collector finds that the app has dropped one,
 * when nothing was taken for a long time, or when there are too many.
 */
class OpenStreams {
  readonly #open = new Set<Watch>();
  readonly #dropped = new FinalizationRegistry<Watch>((watch) => watch.end('abandoned', undefined));
  #timer: NodeJS.Timeout | undefined;

  add(observer: StreamObserver): Watch {
    const watch = new Watch(observer, (ended) => this.#forget(ended));
    this.#open.add(watch);
    if (this.#open.size > maxOpen) {
      const [oldest] = this.#open;
      oldest?.end('abandoned', undefined);
    }
    this.#timer ??= setInterval(() => this.#endIdle(), sweepMs).unref();
    return watch;
  }

  endWhenDropped(stream: object, watch: Watch): void {
    if (this.#open.has(watch)) {
      this.#dropped.register(stream, watch, watch);
    }
  }

  #forget(watch: Watch): void {
    this.#open.delete(watch);
    this.#dropped.unregister(watch);
    if (this.#open.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #endIdle(): void {
    const longAgo = performance.now() - maxIdleMs;
    for (const watch of this.#open) {
      if (watch.lastUsedAt < longAgo) {
        watch.end('abandoned', undefined);
      }
    }
  }
}

const maxOpen = 10_000;
const maxIdleMs = 15 * 60_000;
const sweepMs = 60_000;
const openStreams = new OpenStreams();

function watchedWebStream(stream: ReadableStream<unknown>, watch: Watch): ReadableStream<unknown> {
  const reader = stream.getReader();
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await watch.within(() => reader.read());
          if (done) {
            watch.end('done', undefined);
            controller.close();
          } else {
            watch.chunk(value);
            controller.enqueue(value);
          }
        } catch (error) {
          watch.end(isAbort(error) ? 'abort' : 'error', error);
          throw error;
        }
      },
      cancel(reason) {
        watch.end('abort', undefined);
        return reader.cancel(reason);
      },
    },
    // Nothing is read ahead of the app.
    { highWaterMark: 0 },
  );
}

/** Puts watched methods on the object itself; false when it does not allow that. */
function watchInPlace(stream: object, watch: Watch): boolean {
  // Each member was looked for before it is called.
  const members = stream as Partial<AsyncIterator<unknown>> & {
    iterator?: unknown;
    [Symbol.asyncIterator]: () => AsyncIterator<unknown>;
  };
  if (typeof members.next === 'function') {
    // An async generator is its own iterator.
    const { next, return: end, throw: fail } = watchedIterator(members as AsyncIterator<unknown>, watch, members);
    return define(stream, { next, return: end, throw: fail });
  }
  endWithNodeStream(stream, watch);
  const factory = Object.hasOwn(stream, 'iterator') && typeof members.iterator === 'function' ? 'iterator' : null;
  const makes = (factory === null ? members[Symbol.asyncIterator] : members.iterator) as () => AsyncIterator<unknown>;
  // The iterators hold the stream, as the app's own would: while one of them is used, the stream is not dropped.
  function makeIterator(this: object): AsyncIterator<unknown> {
    return watchedIterator(Reflect.apply(makes, this ?? stream, []), watch, stream);
  }
  // Clients with helpers such as `tee()` make their iterators by one function of their own.
  return define(stream, { [factory ?? Symbol.asyncIterator]: makeIterator });
}

/** A stream of Node may be read by its events, without an iterator. */
function endWithNodeStream(stream: object, watch: Watch): void {
  if ('readableEnded' in stream && 'once' in stream && typeof stream.once === 'function') {
    stream.once('close', function closed(this: { readonly errored?: unknown; readonly readableEnded?: boolean }) {
      watch.end(this.errored ? 'error' : this.readableEnded ? 'done' : 'abort', this.errored);
    });
  }
}

function define(stream: object, members: Readonly<Record<PropertyKey, unknown>>): boolean {
  return Reflect.ownKeys(members).every((key) =>
    Reflect.defineProperty(stream, key, { value: members[key as string], configurable: true, writable: true }),
  );
}

/** Keeps `held` alive as long as itself. */
function watchedIterator(inner: AsyncIterator<unknown>, watch: Watch, held: object): AsyncIterableIterator<unknown> {
  const { next, return: end, throw: fail } = inner;
  const seen = async (step: () => Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
    try {
      const result = await watch.within(step);
      if (result.done) {
        watch.end('done', undefined);
      } else {
        watch.chunk(result.value);
      }
      return result;
    } catch (error) {
      watch.end(isAbort(error) ? 'abort' : 'error', error);
      throw error;
    }
  };
  const iterator = {
    next: (...args: [] | [unknown]) => seen(() => Reflect.apply(next, inner, args)),
    return: (value?: unknown) => {
      watch.end('abort', undefined);
      return end === undefined
        ? Promise.resolve({ done: true as const, value })
        : Promise.resolve(watch.within(() => Reflect.apply(end, inner, [value])));
    },
    throw: (error?: unknown) =>
      seen(() => (fail === undefined ? Promise.reject(error) : Reflect.apply(fail, inner, [error]))),
    [Symbol.asyncIterator]: () => iterator,
    [heldBy]: held,
  };
  return iterator;
}

const heldBy = Symbol('the stream of this iterator');

/** What `AbortController.abort()` makes of a request under way: the app's wish, and no failure. */
function isAbort(error: unknown): boolean {
  try {
    return error instanceof Error && (error.name === 'AbortError' || error.name === 'APIUserAbortError');
  } catch {
    return false;
  }
}
