import type { openBrowser } from '../../../plugin/test/testing/browser.ts';

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

export interface PageTimes {
  /** From asking for the page to the first time its content can be used, milliseconds. */
  readonly usefulMs: number;
  /** Of these, after the host had started: what the plugin and the collector take. */
  readonly afterHostMs: number;
  /** The longest task of the main thread after the host has started, milliseconds; 0 when none took 50. */
  readonly longestTaskMs: number;
  /** The longest task of the host's own start: loading Grafana's packages, which Grafana does before any plugin. */
  readonly longestStartTaskMs: number;
}

/** What a page is measured by: when something of use is there, and what a person then does with it. */
export interface Journey {
  readonly path: string;
  /** Selector of what makes the page useful. */
  readonly useful: string;
  readonly use: (page: Page) => Promise<void>;
}

/** Opens the page once to warm the browser's cache, then measures `runs` times. */
export async function measurePage(
  browser: Browser,
  hostUrl: string,
  { path, useful, use }: Journey,
  runs: number,
): Promise<PageTimes[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  await context.addCookies([{ name: 'host_user', value: 'ada', url: hostUrl }]);
  await context.addInitScript({ content: watchScript(useful) });
  const times: PageTimes[] = [];
  for (let run = 0; run <= runs; run++) {
    const page = await context.newPage();
    await page.goto(`${hostUrl}/a/plumbline-models-app${path}`);
    await page.waitForSelector(useful);
    await use(page);
    // Tasks are reported a moment after they end.
    await page.waitForTimeout(500);
    const watched = (await page.evaluate('window.plumblineWatch')) as Watched; // what the script below made
    if (run > 0) times.push(timesOf(watched));
    await page.close();
  }
  await context.close();
  return times;
}

interface Watched {
  readonly usefulAt: number | null;
  readonly hostReadyAt: number | null;
  readonly tasks: readonly { readonly start: number; readonly ms: number }[];
}

/** Runs in the page before anything else of it, and notes its times on `window.plumblineWatch`. */
function watchScript(useful: string): string {
  return `{
    const seen = (window.plumblineWatch = { usefulAt: null, hostReadyAt: null, tasks: [] });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) seen.tasks.push({ start: startTime, ms: duration });
    }).observe({ type: 'longtask', buffered: true });
    const look = () => {
      if (seen.hostReadyAt === null && window.plumblineHostReady) seen.hostReadyAt = performance.now();
      if (document.querySelector(${JSON.stringify(useful)}) === null) requestAnimationFrame(look);
      // After the frame that shows it has been drawn.
      else requestAnimationFrame(() => setTimeout(() => { seen.usefulAt = performance.now(); }, 0));
    };
    requestAnimationFrame(look);
  }`;
}

function timesOf({ usefulAt, hostReadyAt, tasks }: Watched): PageTimes {
  const ready = hostReadyAt ?? 0;
  const longest = (chosen: Watched['tasks']) => Math.max(0, ...chosen.map(({ ms }) => ms));
  return {
    usefulMs: usefulAt ?? Number.NaN,
    afterHostMs: (usefulAt ?? Number.NaN) - ready,
    longestTaskMs: longest(tasks.filter(({ start }) => start >= ready)),
    longestStartTaskMs: longest(tasks.filter(({ start }) => start < ready)),
  };
}
