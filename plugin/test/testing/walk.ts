import type { Page } from 'playwright-core';

/** An address of the app, and a text by which its page is known to be there. */
export type Stop = readonly [path: string, shows: string];

/**
 * Leads an open page from stop to stop as links would, and calls `look` at each. Opening every address anew would have
 * the browser compile the app again for each.
 */
export async function walk(
  page: Page,
  stops: readonly Stop[],
  look: (path: string) => Promise<void> | void,
): Promise<void> {
  for (const [path, shows] of stops) {
    // Over a page that shows nothing of the others: what stood there before must not pass for what comes.
    await follow(page, '/nowhere');
    await page.getByText('There is no page at this address').waitFor();
    await follow(page, path);
    await page.getByText(shows).filter({ visible: true }).first().waitFor();
    await look(path);
  }
}

function follow(page: Page, path: string): Promise<unknown> {
  const address = JSON.stringify(`/a/plumbline-models-app${path}`);
  return page.evaluate(`history.pushState(null, '', ${address}); dispatchEvent(new PopStateEvent('popstate'));`);
}
