import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../../test/setup/chromium.mjs';

/** A page in a real browser, and what went wrong in it that a person would not see. */
export interface Session {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught exceptions. Failed requests are what tests bring about. */
  readonly problems: string[];
  close(): Promise<void>;
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error('No Chromium found. Run: npm run setup');
  }
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Pages of one address share a process, and in it what it has compiled.
      '--process-per-site',
    ],
  });
}

/** Opens an address of the app, or a page beside it (`/plugins/`, `/d/`, `/connections/`, `/components/`), as one of the host's people. Pages of one context share a cache, which is most of their start. */
export async function openAs(context: BrowserContext, hostUrl: string, user: string, path: string): Promise<Session> {
  await context.clearCookies();
  await context.addCookies([{ name: 'host_user', value: user, url: hostUrl }]);
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource')) {
      problems.push(`${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  // Every test waits for what it looks at, so no longer than until the document is read. Not less: Chromium refuses to
  // reload a page that it has only begun to show.
  await page.goto(
    hostUrl + (/^\/(plugins|d|connections|components)\//.test(path) ? path : `/a/plumbline-models-app${path}`),
    {
      waitUntil: 'domcontentloaded',
    },
  );
  return { page, problems, close: () => page.close() };
}
