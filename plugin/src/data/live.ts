import type { QueryClient } from '@tanstack/react-query';
import { streamAddress } from '../api/client';

/** How often what is on the screen is read again while nobody tells us of changes. */
export const pollMs = 5_000;
/** And while somebody does: numbers of a window that is filling, and heartbeats of apps, are not announced. */
const tolerantPollMs = 15_000;
/** Events of a busy fleet come in bursts: what they concern is read again once a burst, not once an event. */
const burstMs = 1_000;
/** How long to wait before a stream that was refused is asked for again. */
const retryMs = 60_000;

const kinds = ['alert', 'version', 'window', 'retrain'] as const;
type Kind = (typeof kinds)[number];

/** Lists of the whole fleet that an event of a kind may change. */
const listsOf: Readonly<Record<Kind, readonly (readonly string[])[]>> = {
  alert: [['alerts'], ['audit', 'latest'], ['webhooks'], ['people']],
  version: [['audit', 'latest'], ['people']],
  retrain: [['retrain'], ['audit', 'latest'], ['webhooks'], ['people']],
  window: [],
};

let connected = false;

/** Whether the collector tells of changes now. */
function isLive(): boolean {
  return connected;
}

/** How long until something is read again by itself. */
export function pollInterval(status: 'pending' | 'error' | 'success'): number {
  return isLive() && status === 'success' ? tolerantPollMs : pollMs;
}

/**
 * Listens to the collector's live events and reads again what they say has changed. Where the stream does not come
 * through (a proxy that buffers, a collector that is full), nothing is lost: every query polls.
 *
 * Rests while the page is hidden, because browsers allow a server few connections. Returns how to stop.
 */
export function startLiveUpdates(queryClient: QueryClient): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let burst: ReturnType<typeof setTimeout> | undefined;
  const changed = new Map<string, readonly string[]>();

  function note(key: readonly string[]): void {
    changed.set(key.join('/'), key);
    burst ??= setTimeout(() => {
      burst = undefined;
      for (const queryKey of changed.values()) {
        queryClient.invalidateQueries({ queryKey });
      }
      changed.clear();
    }, burstMs);
  }

  function onEvent(kind: Kind, event: MessageEvent<string>): void {
    const model = modelOf(event.data);
    if (model !== null) {
      note(['model', model]);
    }
    note(['models']);
    for (const key of listsOf[kind]) {
      note(key);
    }
  }

  function connect(): void {
    if (source !== null || document.hidden || typeof EventSource === 'undefined') {
      return;
    }
    source = new EventSource(streamAddress());
    source.onopen = () => {
      connected = true;
    };
    source.onerror = () => {
      connected = false;
      // Refused for good: the browser does not come back by itself. Otherwise it does.
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        retry = setTimeout(connect, retryMs);
      }
    };
    // The collector no longer knows what was missed.
    source.addEventListener('reset', () => void queryClient.invalidateQueries());
    for (const kind of kinds) {
      source.addEventListener(kind, (event: MessageEvent<string>) => onEvent(kind, event));
    }
  }

  function disconnect(): void {
    source?.close();
    source = null;
    connected = false;
    clearTimeout(retry);
  }

  function onVisibility(): void {
    if (document.hidden) {
      disconnect();
    } else {
      connect();
      queryClient.invalidateQueries();
    }
  }

  document.addEventListener('visibilitychange', onVisibility);
  connect();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    disconnect();
    clearTimeout(burst);
  };
}

function modelOf(data: string): string | null {
  try {
    const { model } = JSON.parse(data) as { model?: unknown };
    return typeof model === 'string' ? model : null;
  } catch {
    return null;
  }
}
