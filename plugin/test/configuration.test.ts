import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { apiError } from './testing/collector.ts';
import { collectorStatus } from './testing/fixtures/index.ts';
import { openPages } from './testing/pages.ts';

const { collector, host, open } = openPages();
const configuration = '/plugins/plumbline-models-app?page=configuration';

async function saveAndTest(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save & test' }).click();
}

describe('the configuration page', () => {
  it('connects a fresh app: address and token, then who the collector takes one for', async () => {
    host().disconnect();
    const page = await open(configuration);
    await page.getByLabel('Collector URL').fill(` ${collector().url}/ `);
    await page.getByLabel('Collector token').fill('a-new-token');
    await saveAndTest(page);
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByText('It knows you as Ada, with the role approver.').waitFor();
    await page.getByText(/3 models, 4,104,000 inferences/).waitFor();
    const asked = collector().requests.filter(({ url }) => url === '/v1/me' || url === '/v1/status');
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer a-new-token', 'Bearer a-new-token']);
    await page.getByRole('link', { name: 'Open models' }).click();
    await page.getByRole('link', { name: 'fraud', exact: true }).waitFor();
  });

  it('never shows the token again, and keeps it when only the address changes', async () => {
    const page = await open(configuration);
    expect(await page.content()).not.toContain('test-token');
    expect(await page.getByLabel('Collector token').isDisabled()).toBe(true);
    await saveAndTest(page);
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(collector().requests.at(-1)?.headers.authorization).toBe('Bearer test-token');
  });

  it('takes another token after a reset, and asks for one when none was given', async () => {
    const page = await open(configuration);
    await page.getByRole('button', { name: 'Reset' }).click();
    await saveAndTest(page);
    await page.getByText('Paste the token that the collector expects from Grafana').waitFor();
    expect(collector().requests).toEqual([]);
    await page.getByLabel('Collector token').fill('the-next-token');
    await saveAndTest(page);
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(collector().requests.at(-1)?.headers.authorization).toBe('Bearer the-next-token');
    expect(await page.getByLabel('Collector token').isDisabled()).toBe(true);
  });

  it('saves no address that cannot be one', async () => {
    const page = await open(configuration);
    await page.getByLabel('Collector URL').fill('collector:4318');
    await saveAndTest(page);
    await page.getByText(/must begin with http:/).waitFor();
    expect(collector().requests).toEqual([]);
  });

  it('says that nothing answers at the address', async () => {
    const page = await open(configuration);
    await page.getByLabel('Collector URL').fill('http://127.0.0.1:9');
    await saveAndTest(page);
    await page.getByText('Grafana cannot reach a collector at http://127.0.0.1:9').waitFor();
    await page.getByText(/localhost is the container itself/).waitFor();
  });

  it('says that the token is refused', async () => {
    collector().answer('GET', '/v1/me', {
      status: 403,
      body: apiError('NOT_AUTHENTICATED', 'the token is not one of collector.identity.tokens'),
    });
    const page = await open(configuration);
    await saveAndTest(page);
    await page.getByText('The collector refuses the token').waitFor();
    await page.getByText('NOT_AUTHENTICATED').waitFor();
  });

  it('says why a collector is not ready', async () => {
    collector().answer('GET', '/v1/status', {
      body: { ...collectorStatus, ready: false, notReady: ['broker'] },
    });
    const page = await open(configuration);
    await saveAndTest(page);
    await page.getByText('The collector answers, but is not ready').waitFor();
    await page.getByText('It waits for: broker').waitFor();
  });

  it('says that Grafana did not save what somebody without the right changed', async () => {
    const page = await open(configuration, 'vic');
    await saveAndTest(page);
    await page.getByText('Grafana did not save the settings').waitFor();
    await page.getByText(/plugins:write/).waitFor();
    expect(collector().requests).toEqual([]);
  });

  it('is in the menu of administrators alone', async () => {
    const admins = await open('/models', 'ada');
    await admins.getByRole('navigation', { name: 'Apps' }).getByRole('link', { name: 'Configuration' }).waitFor();
    const viewers = await open('/models', 'vic');
    await viewers.getByRole('link', { name: 'fraud', exact: true }).waitFor();
    expect(await viewers.getByRole('link', { name: 'Configuration' }).count()).toBe(0);
  });
});

describe('an app without a collector', () => {
  it('leads an administrator to the configuration from every page', async () => {
    host().disconnect();
    const page = await open('/models/credit-risk/drift');
    await page.getByText('No collector is connected yet').waitFor();
    await page.getByRole('link', { name: 'Connect a collector' }).click();
    await page.getByLabel('Collector URL').waitFor();
    expect(collector().requests).toEqual([]);
  });

  it('tells everybody else whom to ask', async () => {
    host().disconnect();
    const page = await open('/models', 'olu');
    await page.getByText(/Ask an administrator/).waitFor();
    expect(await page.getByRole('link', { name: 'Connect a collector' }).count()).toBe(0);
  });
});
