import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { apiError } from './testing/collector.ts';
import { driftReport, modelDetail, now } from './testing/fixtures/index.ts';
import { isFocused, tabTo } from './testing/keyboard.ts';
import { openPages } from './testing/pages.ts';

/** The nested data source and panels, as built, in the host's dashboard page over a collector that tests choose. */

const { collector, host, open } = openPages();
const source = { type: 'plumbline-models-datasource', uid: 'plumbline-models' };
const heatMap = 'Evidence of drift by signal and window';
const hourMs = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
const day = `from=${iso(now - 24 * hourMs)}&to=${iso(now)}`;

beforeEach(() => {
  const signals = driftReport.signals.map(({ signal, kind, type }) => ({ signal, kind, type }));
  collector().answer('GET', '/v1/models/credit-risk', { body: { ...modelDetail, signals } });
});

const openExplained = (query = '', user?: string) =>
  open(`/d/plumbline-explain?var-model=credit-risk&${day}${query}`, user);

/** A dashboard of one panel that no file holds. */
async function openPanel(type: string, targets: readonly object[], query = ''): Promise<Page> {
  const page = await open('/models');
  const panel = { id: 1, type, title: 'Tested', gridPos: { x: 0, y: 0, w: 24, h: 14 } };
  await page.route('**/api/dashboards/uid/tested', (route) =>
    route.fulfill({
      json: {
        dashboard: {
          title: 'Tested',
          panels: [{ ...panel, targets: targets.map((target) => ({ datasource: source, ...target })) }],
        },
      },
    }),
  );
  await page.goto(`${host().url}/d/tested?${day}${query}`);
  return page;
}

const readings = (path: string) => collector().requests.filter(({ url }) => url.startsWith(path));

describe('the provisioned dashboard', () => {
  it('draws signals over time, and a click on one opens it in the app', async () => {
    const page = await openExplained();
    const chart = page.getByRole('img', { name: heatMap });
    await chart.waitFor();
    for (const name of ['income', 'employment_years', 'region']) expect(await chart.textContent()).toContain(name);
    expect(await chart.locator('rect').count()).toBeGreaterThanOrEqual(
      driftReport.signals.length * driftReport.windows.length,
    );
    await chart.click({ position: { x: 20, y: 10 } });
    await page.waitForURL(/\/a\/plumbline-models-app\/models\/credit-risk\/drift/);
    expect(new URL(page.url()).searchParams.get('signal')).toBe('feature:income');
  });

  it('draws the distribution of the first signal, and of another when that is chosen', async () => {
    const page = await openExplained();
    await page.getByRole('img', { name: /reference of 5,000 rows, current 18,240 rows/ }).waitFor();
    await page.getByRole('combobox', { name: /^signal/ }).selectOption('feature:region');
    await page
      .getByRole('img', { name: /Share of rows by bin/ })
      .getByText('north')
      .waitFor();
  });

  it('draws groups with the four-fifths line, and says why one is hidden', async () => {
    const page = await openExplained();
    await page.getByRole('img', { name: /Selection rate of each group of sex/ }).waitFor();
    await page.getByText('Four fifths of male: 47.1 %').waitFor();
    await page.getByText(/hidden: n<30/).waitFor();
  });

  it('gives tables their names, units and links without any override', async () => {
    const page = await openExplained();
    const fleet = page.getByRole('table', { name: 'models' });
    await fleet.waitFor();
    expect(await fleet.getByRole('columnheader', { name: 'Rows in the last hour' }).count()).toBe(1);
    const row = fleet.getByRole('row', { name: /credit-risk/ });
    expect(await row.textContent()).toContain('Alarm');
    expect(await row.getByRole('link').first().getAttribute('href')).toContain('/models/credit-risk/overview');
    const performance = page.getByRole('table', { name: 'credit-risk' });
    for (const name of ['Time', 'Accuracy']) {
      expect(await performance.getByRole('columnheader', { name, exact: true }).count()).toBe(1);
    }
    expect(await performance.getByRole('row').nth(1).textContent()).toMatch(/\d%/);
  });

  it('annotates what happened within the time range, and nothing before it', async () => {
    const page = await open(`/d/plumbline-explain?var-model=credit-risk&from=${iso(now - 3 * hourMs)}&to=${iso(now)}`);
    const events = page.getByRole('list', { name: 'Annotations' });
    await events.waitFor();
    expect(await events.textContent()).toContain('credit-risk: Rollout canary started');
    expect(await events.textContent()).not.toContain('Alert firing');
  });

  it("only reads, through Grafana's proxy, as the person who looks", async () => {
    const page = await openExplained('', 'vic');
    await page.getByRole('img', { name: heatMap }).waitFor();
    const asked = readings('/v1/models/credit-risk/drift');
    expect(asked.length).toBeGreaterThan(0);
    for (const { method, headers, url } of asked) {
      expect(method).toBe('GET');
      expect(headers.authorization).toBe('Bearer test-token');
      expect(headers['x-grafana-id']).toBeTruthy();
      expect(url).toContain(`from=${now - 24 * hourMs}&to=${now}`);
    }
  });

  it('leads from the menu of a panel to the model', async () => {
    const page = await openExplained();
    await page.getByRole('img', { name: heatMap }).waitFor();
    await page.getByText('Drift by signal').hover();
    await page.getByRole('button', { name: /Menu for panel.*Drift by signal/ }).click();
    const link = page.getByRole('menuitem', { name: 'Open model in Plumbline' });
    expect(await link.getAttribute('href')).toBe('/a/plumbline-models-app/models/credit-risk/overview');
  });
});

describe('a query', () => {
  const drift = { refId: 'A', report: 'drift', model: 'credit-risk' };

  it('that fails names itself and spoils no other', async () => {
    const page = await openPanel('plumbline-driftheatmap-panel', [drift, { ...drift, refId: 'B', model: 'nobody' }]);
    await page.getByRole('img', { name: heatMap }).waitFor();
    const alert = page.getByRole('alert').filter({ hasText: 'B:' });
    expect(await alert.textContent()).toBe('B: There is nothing at /v1/models/nobody/drift. (NOT_FOUND)');
  });

  it('for two models draws the one that answers and tells of the other', async () => {
    collector().answer('GET', '/v1/models/fraud/drift', {
      status: 503,
      body: apiError('NOT_READY', 'The collector starts. Try again.'),
    });
    collector().answer('GET', '/v1/models/churn/drift', { body: { ...driftReport, model: 'churn' } });
    const page = await open(
      `/d/plumbline-explain?var-model=credit-risk&var-model=fraud&var-model=churn&var-signal=score&${day}`,
    );
    const chart = page.getByRole('img', { name: heatMap });
    await chart.waitFor();
    expect(await chart.textContent()).toContain('churn 1: income');
    await page.getByText('A: The collector starts. Try again. (NOT_READY)').first().waitFor();
  });

  it('that is not finished is not sent', async () => {
    const page = await openPanel('plumbline-distribution-panel', [
      { refId: 'A', report: 'distribution', model: 'credit-risk' },
    ]);
    await page.getByText(/No distribution to draw/).waitFor();
    expect(readings('/v1/models/credit-risk/distribution')).toEqual([]);
  });

  it('says what Grafana or the collector refuses, in their words', async () => {
    collector().answer('GET', '/v1/models/credit-risk/drift', {
      status: 403,
      body: apiError('NOT_AUTHENTICATED', 'X-Grafana-Id is not about a person'),
    });
    const page = await openPanel('plumbline-driftheatmap-panel', [drift]);
    await page.getByText('A: X-Grafana-Id is not about a person (NOT_AUTHENTICATED)').first().waitFor();
  });

  it('says so when no collector is there', async () => {
    const page = await openPanel('plumbline-driftheatmap-panel', [drift]);
    await page.getByRole('img', { name: heatMap }).waitFor();
    host().connect('http://127.0.0.1:1', 'test-token');
    await page.reload();
    await page
      .getByText(/^A: The collector cannot be reached/)
      .first()
      .waitFor();
  });

  it('with live updates is asked again when its model changed, and not when another did', async () => {
    const page = await openPanel('plumbline-driftheatmap-panel', [{ ...drift, live: true }]);
    await page.getByRole('img', { name: heatMap }).waitFor();
    await collector().listening();
    const before = readings('/v1/models/credit-risk/drift').length;
    collector().announce('window', 'fraud');
    await page.waitForTimeout(1_500);
    expect(readings('/v1/models/credit-risk/drift').length).toBe(before);
    collector().announce('window', 'credit-risk');
    await expect.poll(() => readings('/v1/models/credit-risk/drift').length).toBe(before + 1);
  });

  it('can be written in its editor, out of what the collector knows', async () => {
    const page = await openPanel('plumbline-fairness-panel', [drift], '&editPanel=1');
    await page.getByText(/No groups to draw/).waitFor();
    await page.getByRole('combobox', { name: 'Report' }).click();
    await page.getByRole('option', { name: 'Fairness by group' }).click();
    await page.getByRole('img', { name: /Selection rate of each group of sex/ }).waitFor();
    await page.getByRole('combobox', { name: 'Group' }).click();
    await page.getByRole('option', { name: 'age_band', exact: true }).click();
    await page.getByRole('img', { name: /Selection rate of each group of sex/ }).waitFor({ state: 'detached' });
    await page.getByRole('img', { name: /Selection rate of each group of age_band/ }).waitFor();
  });

  it('can be written with the keyboard alone', async () => {
    const page = await openPanel('plumbline-fairness-panel', [drift], '&editPanel=1');
    const fields = { Report: 'Fairness by group', Statistic: 'Selection rate', Group: 'age_band' };
    for (const [name, choice] of Object.entries(fields)) {
      const field = page.getByRole('combobox', { name });
      await tabTo(page, field);
      await page.keyboard.type(choice.slice(0, 5));
      await page.getByRole('option', { name: choice, exact: true }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect.poll(() => field.inputValue()).toBe(choice);
      expect(await isFocused(field)).toBe(true);
    }
    await page.getByRole('img', { name: /Selection rate of each group of age_band/ }).waitFor();
    const live = page.getByRole('switch', { name: 'Live' });
    await tabTo(page, live);
    await page.keyboard.press('Space');
    expect(await live.isChecked()).toBe(true);
    await collector().listening();
  });

  it('narrows to a segment that is chosen in its editor, in every report that has segments', async () => {
    const income = { refId: 'A', report: 'distribution', model: 'credit-risk', signal: 'feature:income' };
    const page = await openPanel('plumbline-distribution-panel', [income], '&editPanel=1');
    await page.getByRole('img', { name: /Share of rows by bin/ }).waitFor();
    await page.getByRole('combobox', { name: 'Segment' }).click();
    await page.getByRole('option', { name: 'channel=app', exact: true }).click();
    const asked = (report: string) =>
      readings(`/v1/models/credit-risk/${report}`).filter(({ url }) => url.includes('segment=channel%3Dapp')).length;
    await expect.poll(() => asked('distribution')).toBeGreaterThan(0);
    for (const [name, report] of [
      ['Drift over time', 'drift'],
      ['Performance over time', 'performance'],
      ['Fairness by group', 'fairness'],
    ] as const) {
      await page.getByRole('combobox', { name: 'Report' }).click();
      await page.getByRole('option', { name, exact: true }).click();
      await expect.poll(() => asked(report)).toBeGreaterThan(0);
    }
  });
});

describe('a panel', () => {
  it.each([
    ['plumbline-driftheatmap-panel', /No evidence to draw.*Drift over time/],
    ['plumbline-distribution-panel', /No distribution to draw.*Distribution of a signal/],
    ['plumbline-fairness-panel', /No groups to draw.*Fairness by group/],
  ])('%s says what to query when it is given something else', async (type, message) => {
    const page = await openPanel(type, [{ refId: 'A', report: 'models' }]);
    await page.getByText(message).waitFor();
  });

  it('says so when no window lies in the time range', async () => {
    collector().answer('GET', '/v1/models/credit-risk/drift', {
      body: { ...driftReport, windows: [], signals: driftReport.signals.map((one) => ({ ...one, evidenceLevel: [] })) },
    });
    const page = await openPanel('plumbline-driftheatmap-panel', [
      { refId: 'A', report: 'drift', model: 'credit-risk' },
    ]);
    await page.getByText('No window of this model lies in the time range.').waitFor();
  });
});

describe('the badge that other plugins may show', () => {
  it('says how a model is, and leads to it', async () => {
    const page = await open('/components/model-status/v1?model=credit-risk');
    await page.getByText('Alarm', { exact: true }).waitFor();
    const link = page.getByRole('link', { name: 'credit-risk' });
    expect(await link.getAttribute('href')).toBe('/a/plumbline-models-app/models/credit-risk/overview');
  });

  it('does not pass for well when the model cannot be read', async () => {
    const page = await open('/components/model-status/v1?model=ghost');
    await page.getByText('Error', { exact: true }).hover();
    await page.getByRole('tooltip').getByText('There is nothing at /v1/models/ghost.').waitFor();
  });
});

describe('the page about the data source', () => {
  const address = '/connections/datasources/edit/plumbline-models';

  it('shows where the collector is, never its token, and tests the way to it', async () => {
    const page = await open(address);
    expect(await page.getByLabel('Collector').inputValue()).toBe(collector().url);
    expect(await page.content()).not.toContain('test-token');
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('The collector answers. Models: 5').waitFor();
  });

  it('says what is wrong when the collector refuses', async () => {
    collector().answer('GET', '/v1/models', {
      status: 403,
      body: apiError('NOT_AUTHENTICATED', 'the token is not one of collector.identity.tokens'),
    });
    const page = await open(address);
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('the token is not one of collector.identity.tokens (NOT_AUTHENTICATED)').waitFor();
  });
});
