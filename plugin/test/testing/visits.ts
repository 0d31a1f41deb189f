import type { Page } from 'playwright-core';
import { openAs, openBrowser, type Session } from './browser.ts';

/** Pages that tests open in one browser, and what they complained about. */
export interface Visits {
  open(hostUrl: string, user: string, path: string): Promise<Page>;
  /** Closes the pages that are open. What went wrong in them that a person would not see. */
  end(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startVisits(viewport: { readonly width: number; readonly height: number }): Promise<Visits> {
  const browser = await openBrowser();
  const context = await browser.newContext({ viewport });
  // Keeps a window of Chromium open: each new one would load what Chromium itself is drawn with, a second's work.
  await context.newPage();
  const sessions: Session[] = [];
  return {
    async open(hostUrl, user, path) {
      const session = await openAs(context, hostUrl, user, path);
      sessions.push(session);
      return session.page;
    },
    async end() {
      const problems = sessions.flatMap((session) => session.problems);
      await Promise.all(sessions.splice(0).map((session) => session.close()));
      return problems;
    },
    close: () => browser.close(),
  };
}
