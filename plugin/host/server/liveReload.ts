import type { ServerResponse } from 'node:http';

/** Where open pages wait to be told that the plugin was built again. */
export const reloadPath = '/host/reload';

/** In the page: waits, and loads it again. A server that went away and came back is a reason as well. */
export const reloadScript = `{
  let wasOpen = false;
  const source = new EventSource('${reloadPath}');
  source.onopen = () => { if (wasOpen) location.reload(); wasOpen = true; };
  source.addEventListener('reload', () => location.reload());
}`;

/** Keeps the open pages and tells them. */
export function createReloader() {
  const pages = new Set<ServerResponse>();
  return {
    subscribe(page: ServerResponse): void {
      page.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      page.write('retry: 500\n\n');
      pages.add(page);
      page.once('close', () => pages.delete(page));
    },
    reload(): void {
      for (const page of pages) {
        page.write('event: reload\ndata: {}\n\n');
      }
    },
  };
}
