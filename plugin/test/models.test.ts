import { describe, expect, it } from 'vitest';
import { apiError } from './testing/collector.ts';
import { modelList } from './testing/fixtures/index.ts';
import { openPages } from './testing/pages.ts';

const { collector, open } = openPages();

describe('the models page', () => {
  it('shows every model, the worst first', async () => {
    const page = await open('/models');
    const rows = page.getByRole('row');
    await rows.nth(1).waitFor();
    expect(await rows.count()).toBe(1 + modelList.items.length);
    const [first, last] = [await rows.nth(1).innerText(), await rows.last().innerText()];
    expect(first).toContain('credit-risk');
    expect(first).toContain('Alarm');
    expect(first).toContain('2 at 10\u00a0%');
    expect(first).toContain('18.2\u00a0k');
    expect(first).toContain('Risk analytics');
    expect(last).toMatch(/fraud|claims/);
  });

  it('is where the app begins', async () => {
    const page = await open('');
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/a/plumbline-models-app/models');
  });

  it('sorts by any column', async () => {
    const page = await open('/models');
    await page.getByRole('button', { name: 'Sort column Rows per hour' }).click();
    expect(await page.getByRole('row').nth(1).innerText()).toContain('fraud');
  });

  it('keeps its filter in the address', async () => {
    const page = await open('/models');
    await page.getByPlaceholder(/Search by model/).fill('chu');
    await page.getByRole('row').nth(2).waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('search')).toBe('chu');
    await page.reload();
    await page.getByRole('link', { name: 'churn', exact: true }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('says so when nothing matches the filter', async () => {
    const page = await open('/models?search=nothing-like-this');
    await page.getByText('No model matches this filter').waitFor();
  });

  it('leads to a model', async () => {
    const page = await open('/models');
    await page.getByRole('link', { name: 'credit-risk', exact: true }).click();
    await page.getByRole('heading', { name: 'credit-risk' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/a/plumbline-models-app/models/credit-risk/overview');
    await page.goBack();
    await page.getByRole('heading', { name: 'Models' }).waitFor();
  });

  it('tells how models come about when there are none', async () => {
    collector().answer('GET', '/v1/models', { body: { items: [], nextCursor: null } });
    const page = await open('/models');
    await page.getByText('No models yet').waitFor();
    await page.getByText(/declared in plumbline.yaml/).waitFor();
    await page.getByText('- name: credit-risk').waitFor();
    await page.getByText(/createMonitor/).waitFor();
  });

  it('says that it loads', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    collector().answer('GET', '/v1/models', async () => {
      await answered;
      return { body: modelList };
    });
    const page = await open('/models');
    await page.getByText('Loading the models...').waitFor();
    answer();
    await page.getByRole('link', { name: 'fraud', exact: true }).waitFor();
  });

  it('says what is wrong with the collector, and tries again when asked', async () => {
    collector().answer('GET', '/v1/models', { status: 503, body: apiError('NOT_READY', 'The store is being opened.') });
    const page = await open('/models');
    await page.getByText('The collector cannot be reached').waitFor();
    await page.getByText('The store is being opened.').waitFor();
    await page.getByText('NOT_READY').waitFor();
    collector().answer('GET', '/v1/models', { body: modelList });
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('link', { name: 'fraud', exact: true }).waitFor();
  });

  it('keeps what it knows, and says how old it is, when the collector goes away', async () => {
    const page = await open('/models');
    await page.getByRole('link', { name: 'fraud', exact: true }).waitFor();
    collector().answer('GET', '/v1/models', { status: 500, body: apiError('INTERNAL', 'Something broke.') });
    // Where nothing arrives by itself the page asks again after a quarter of a minute.
    await page.getByText(/refreshing the models failed/).waitFor({ timeout: 40_000 });
    await page.getByText('Something broke.').waitFor();
    expect(await page.getByRole('link', { name: 'fraud', exact: true }).isVisible()).toBe(true);
  }, 60_000);

  it('names the permission that is missing', async () => {
    collector().answer('GET', '/v1/models', {
      status: 403,
      body: apiError('FORBIDDEN', 'Your token is of another organisation.'),
    });
    const page = await open('/models');
    await page.getByText('You may not see the models').waitFor();
    await page.getByText(/plumbline-models-app\.models:read/).waitFor();
    await page.getByText('Your token is of another organisation.').waitFor();
  });
});

it('an address without a page says so and leads back', async () => {
  const page = await open('/nowhere');
  await page.getByText('There is no page at this address').waitFor();
  await page.getByRole('link', { name: 'All models' }).click();
  await page.getByRole('heading', { name: 'Models' }).waitFor();
});
