import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Host, startHost } from '../../host/server.ts';
import { openAs, openBrowser, type Session } from './browser.ts';
import { startTestCollector, type TestCollector } from './collector.ts';

export interface Pages {
  readonly collector: () => TestCollector;
  /** Points at the test's collector again after every test. */
  readonly host: () => Host;
  /** Opens a page of the app; `ada` unless somebody else is named. */
  open(path: string, user?: string): Promise<Page>;
}

/** The built plugin in a real browser, over a collector whose answers a test chooses. Checks each page's console. */
export function openPages(): Pages {
  let browser: Browser;
  let context: BrowserContext;
  let collector: TestCollector;
  let host: Host;
  const sessions: Session[] = [];

  beforeAll(async () => {
    collector = await startTestCollector();
    host = await startHost({ collectorUrl: collector.url, collectorToken: 'test-token' });
    browser = await openBrowser();
    context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  });
  afterEach(async () => {
    const problems = sessions.flatMap((session) => session.problems);
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    collector.reset();
    host.disconnect();
    host.connect(collector.url, 'test-token');
    expect(problems).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
    await collector?.stop();
  });

  return {
    collector: () => collector,
    host: () => host,
    async open(path, user = 'ada') {
      const session = await openAs(context, host.url, user, path);
      sessions.push(session);
      return session.page;
    },
  };
}
