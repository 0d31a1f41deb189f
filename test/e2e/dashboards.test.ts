import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startVisits, type Visits } from '../../plugin/test/testing/visits.ts';
import { startWatchedModels, type WatchedModels } from './watched-models.ts';

/** The provisioned dashboard over our own data source, in a real browser and over the real collector. */

let world: WatchedModels;
let visits: Visits;

beforeAll(async () => {
  world = await startWatchedModels({
    lending: { promoted: ['1', '2'], income: 'drifts' },
    churn: { promoted: ['1'], income: 'steady' },
  });
  visits = await startVisits(world.host.url, { width: 1440, height: 1400 });
});

afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

afterAll(async () => {
  await visits?.close();
  await world?.stop();
}, 60_000);

function open(person: string, query: string): Promise<Page> {
  return visits.open(person, `/d/plumbline-explain?${query}`);
}

it('shows a viewer what moved, how its rows fell, who is treated how, and what happened', async () => {
  const page = await open('vic', 'var-model=lending&var-signal=feature:income&from=now-24h&to=now');
  const map = page.getByRole('img', { name: 'Evidence of drift by signal and window' });
  await map.waitFor();
  expect(await map.textContent()).toContain('income');
  await page.getByRole('img', { name: /Share of rows by bin: reference of 200 rows/ }).waitFor();
  await page.getByRole('img', { name: /Selection rate of each group of sex/ }).waitFor();
  const accuracy = page.getByRole('table', { name: 'lending' }).getByRole('row');
  expect(await accuracy.nth(2).textContent()).toMatch(/\d%/);
  await page
    .getByRole('list', { name: 'Annotations' })
    .getByText(/lending: .*promot/i)
    .first()
    .waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

it('lists what the collector knows in its variables, and follows the one that is chosen', async () => {
  const page = await open('vic', 'from=now-24h&to=now');
  const models = page.getByRole('combobox', { name: /^model/ });
  await models.waitFor();
  expect((await models.getByRole('option').allTextContents()).sort()).toEqual(['churn', 'lending']);
  await models.selectOption('lending');
  await page.getByRole('table', { name: 'lending' }).waitFor();
});

it('says what is wrong in the panels while the collector is away, and shows them again when it is back', async () => {
  const page = await open('ada', 'var-model=lending&var-signal=feature:income&from=now-24h&to=now');
  const map = page.getByRole('img', { name: 'Evidence of drift by signal and window' });
  await map.waitFor();
  await world.stack.killCollector();
  await page.reload();
  await page
    .getByText(/^A: The collector cannot be reached/)
    .first()
    .waitFor();
  await world.stack.restartCollector();
  await page.reload();
  await map.waitFor();
}, 60_000);

it('tells an unknown model from an empty one, in the words of the collector', async () => {
  const page = await open('ada', 'var-model=nobody&var-signal=score&from=now-24h&to=now');
  await page
    .getByText(/^A: .*\(UNKNOWN_MODEL\)|^A: .*\(NOT_FOUND\)/)
    .first()
    .waitFor();
});
