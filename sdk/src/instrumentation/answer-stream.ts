/** How a stream came to its end. */
export type StreamEnd = 'done' | 'aborted' | 'abandoned' | 'failed';

export interface StreamWatch {
  chunk(chunk: unknown): void;
  /** Called once, whatever happens. */
  ended(how: StreamEnd, error?: unknown): void;
}

/**
 * Looks on as somebody reads a client's stream: chunk by chunk, without reading ahead or keeping any. It ends when it is
 * read to its end, fails, is aborted, is left early (`break`), or is forgotten: the garbage collector tells of a stream
 * that nobody can read any more, so that an open span never waits for ever.
 */
export function watchStream(stream: unknown, watch: StreamWatch): void {
  if (!isStream(stream)) {
    watch.ended('done');
    return;
  }
  const { iterator: start } = stream;
  const signal = stream.controller?.signal;
  const end = once(watch);
  forgotten.register(stream, end, stream);
  stream.iterator = function iterator() {
    forgotten.unregister(stream);
    const watched = watchIterator(Reflect.apply(start, this, []), watch, end, signal);
    // From here on the reader holds the iterator, and may let go of the stream.
    forgotten.register(watched, end, watched);
    return watched;
  };
}

interface Stream {
  iterator: () => AsyncIterator<unknown>;
  readonly controller?: { readonly signal?: AbortSignal };
}

type End = (how: StreamEnd, error?: unknown) => void;

/** Holds the end of a stream, never the stream. */
const forgotten = new FinalizationRegistry<End>((end) => end('abandoned'));

function isStream(stream: unknown): stream is Stream {
  return typeof stream === 'object' && stream !== null && 'iterator' in stream && typeof stream.iterator === 'function';
}

function once(watch: StreamWatch): End {
  let ended = false;
  return (how, error) => {
    if (!ended) {
      ended = true;
      watch.ended(how, error);
    }
  };
}

function watchIterator(
  source: AsyncIterator<unknown>,
  watch: StreamWatch,
  end: End,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<unknown> {
  const watched: AsyncIterableIterator<unknown> = {
    async next() {
      let result: IteratorResult<unknown>;
      try {
        result = await source.next();
      } catch (error) {
        end(signal?.aborted === true ? 'aborted' : 'failed', error);
        throw error;
      }
      if (result.done === true) {
        // The clients end an aborted stream as if it were complete.
        end(signal?.aborted === true ? 'aborted' : 'done');
      } else {
        watch.chunk(result.value);
      }
      return result;
    },
    async return(value?: unknown) {
      end('abandoned');
      return source.return === undefined ? { done: true, value } : source.return(value);
    },
    async throw(error?: unknown) {
      end('failed', error);
      if (source.throw === undefined) {
        throw error;
      }
      return source.throw(error);
    },
    [Symbol.asyncIterator]: () => watched,
  };
  return watched;
}
