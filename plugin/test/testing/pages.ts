import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Host, startHost } from '../../host/server.ts';
import { startTestCollector, type TestCollector } from './collector.ts';
import { startVisits, type Visits } from './visits.ts';

export interface Pages {
  readonly collector: () => TestCollector;
  /** Points at the test's collector again after every test. */
  readonly host: () => Host;
  /** Opens a page of the app; `ada` unless somebody else is named. */
  open(path: string, user?: string): Promise<Page>;
}

/** The built plugin in a real browser, over a collector whose answers a test chooses. Checks each page's console. */
export function openPages(): Pages {
  let visits: Visits;
  let collector: TestCollector;
  let host: Host;

  beforeAll(async () => {
    collector = await startTestCollector();
    host = await startHost({ collectorUrl: collector.url, collectorToken: 'test-token' });
    visits = await startVisits(host.url, { width: 1440, height: 1000 });
  });
  afterEach(async () => {
    const problems = await visits.end();
    collector.reset();
    host.disconnect();
    host.connect(collector.url, 'test-token');
    expect(problems).toEqual([]);
  });
  afterAll(async () => {
    await visits?.close();
    await host?.stop();
    await collector?.stop();
  });

  return {
    collector: () => collector,
    host: () => host,
    open: (path, user = 'ada') => visits.open(user, path),
  };
}
