import { config } from '@grafana/runtime';
import { debounceTime, filter, map, merge, Observable, share, startWith, timer } from 'rxjs';

/** Events of a busy fleet come in bursts: a panel is read again once a burst. */
const burstMs = 1_000;
/** Numbers of a window that is filling are not announced, and a proxy may hold the stream back. */
const pollMs = 15_000;
const kinds = ['alert', 'version', 'window', 'retrain'] as const;

/**
 * Names of models as the collector says that something about them changed; null when it no longer knows what was missed.
 *
 * `proxy` is the path of Grafana's proxy for the data source, as Grafana gives it: without the sub-path that Grafana may be
 * served from. Its own client puts that before; an EventSource does not.
 */
export function openChanges(proxy: string): Observable<string | null> {
  return new Observable<string | null>((changes) => {
    const source = new EventSource(`${config.appSubUrl}${proxy}/v1/stream`);
    source.addEventListener('reset', () => changes.next(null));
    for (const kind of kinds) {
      source.addEventListener(kind, (event: MessageEvent<string>) => changes.next(modelOf(event.data)));
    }
    return () => source.close();
    // Browsers allow a server few connections: all panels listen to one.
  }).pipe(share());
}

/** Says when to read: at once, after changes of one of the models (of any, when none is named), and now and then. */
export function readingTimes(changes: Observable<string | null>, models: readonly string[]): Observable<unknown> {
  const concerned = changes.pipe(
    filter((model) => model === null || models.length === 0 || models.includes(model)),
    debounceTime(burstMs),
  );
  return merge(concerned, timer(pollMs, pollMs)).pipe(
    map(() => null),
    startWith(null),
  );
}

function modelOf(data: string): string | null {
  try {
    const { model } = JSON.parse(data) as { model?: unknown };
    return typeof model === 'string' ? model : null;
  } catch {
    return null;
  }
}
