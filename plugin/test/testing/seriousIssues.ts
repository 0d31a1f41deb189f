import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What hinders people on a page, of the impacts serious and critical: rule and elements, as axe finds them. */
export async function seriousIssues(page: Page): Promise<string[]> {
  // The page's module loader would take it for a plugin.
  await page.evaluate(`{ const define = undefined; ${axe.source} }`);
  // What surrounds the page is Grafana's, or here the host's.
  const { violations } = (await page.evaluate("axe.run('main', { resultTypes: ['violations'] })")) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
