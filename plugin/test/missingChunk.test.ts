import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Host, startHost } from '../host/server.ts';
import { openAs, openBrowser } from './testing/browser.ts';
import { startTestCollector, type TestCollector } from './testing/collector.ts';

let collector: TestCollector;
let host: Host;
let browser: Awaited<ReturnType<typeof openBrowser>>;

beforeAll(async () => {
  collector = await startTestCollector();
  host = await startHost({ collectorUrl: collector.url, collectorToken: 'test-token' });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await host?.stop();
  await collector?.stop();
});

it('a tab whose code is gone, as after an upgrade of the plugin, says so and leaves the other tabs in peace', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  const { page } = await openAs(context, host.url, 'ada', '/models/credit-risk/overview');
  await page.getByText('What is wrong').waitFor();
  const chunks = /plumbline-models-app\/\d+\.js/;
  await page.route(chunks, (route) => route.abort());
  await page.getByRole('tab', { name: 'Drift' }).click();
  await page.getByText('This tab could not be shown. Reload the page.').waitFor();
  await page.unroute(chunks);
  await page.getByRole('tab', { name: 'Performance' }).click();
  await page.getByText('Confusion matrix').waitFor();
  expect(await page.getByText('could not be shown').count()).toBe(0);
});
