import type { Page } from 'playwright-core';
import { openAs, openBrowser, type Session } from './browser.ts';

/** Pages that tests open in one browser, and what they complained about. */
export interface Visits {
  open(user: string, path: string): Promise<Page>;
  /** Closes the pages that are open. What went wrong in them that a person would not see. */
  end(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startVisits(
  hostUrl: string,
  viewport: { readonly width: number; readonly height: number },
): Promise<Visits> {
  const browser = await openBrowser();
  const context = await browser.newContext({ viewport });
  // A page that stays keeps the browser's window and the process of the host's pages: made anew for every test, the one
  // would load again what Chromium is drawn with, the other compile again what Grafana is made of.
  const kept = await context.newPage();
  await kept.goto(`${hostUrl}/api/signing-keys/keys`);
  const sessions: Session[] = [];
  return {
    async open(user, path) {
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
