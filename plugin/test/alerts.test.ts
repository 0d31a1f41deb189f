import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { apiError } from './testing/collector.ts';
import { alertHistory, alerts, silenceList } from './testing/fixtures/index.ts';
import { openPages } from './testing/pages.ts';

const { collector, open } = openPages();
const [drift] = alerts;
const alertPage = `/alerts/${drift?.id}`;

/** A list as two pages: its first item, and when asked with the cursor, the rest. */
function inPages<Item>({ items }: { readonly items: readonly Item[] }, url: string) {
  return url.includes('cursor=older')
    ? { items: items.slice(1), nextCursor: null }
    : { items: items.slice(0, 1), nextCursor: 'older' };
}

describe('the inbox of alerts', () => {
  it('shows what is open in the whole fleet, what nobody looks at first', async () => {
    const page = await open('/alerts');
    await page.getByRole('region', { name: 'Alerts' }).waitFor();
    const rows = page.locator('tbody tr');
    expect(await rows.count()).toBe(alerts.filter(({ state }) => state !== 'resolved').length);
    expect(await rows.first().innerText()).not.toContain('Olu');
  });

  it('keeps its filter in the address', async () => {
    const page = await open('/alerts');
    await page.getByRole('radio', { name: 'Resolved' }).check({ force: true });
    await page.getByText(/debt_ratio was missing/).waitFor();
    expect(new URL(page.url()).searchParams.get('view')).toBe('resolved');
    await page.reload();
    await page.getByText(/debt_ratio was missing/).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  it('finds names with signs that a pattern would read otherwise', async () => {
    const page = await open('/alerts');
    await page.getByPlaceholder(/Search by model/).fill('credit-risk');
    await page.waitForURL(/search=credit-risk/);
    await page.locator('tbody tr').first().waitFor();
  });

  it('shows what has been open for long, however many others changed since, fifty at a time', async () => {
    const longOpen = drift!;
    const resolved = Array.from({ length: 60 }, (_, index) => ({
      ...longOpen,
      id: `r${index}`,
      state: 'resolved' as const,
    }));
    collector().answer('GET', '/v1/alerts', ({ url }) => ({
      body: url.includes('cursor=older')
        ? { items: [longOpen], nextCursor: null }
        : { items: resolved, nextCursor: 'older' },
    }));
    const page = await open('/alerts');
    await page.getByText(longOpen.sentence).waitFor();
    await page.getByRole('radio', { name: 'Resolved' }).check({ force: true });
    await page.getByText('1 to 50 of 60').waitFor();
  });

  it('is calm when nothing is open, and says what that means', async () => {
    collector().answer('GET', '/v1/alerts', { body: { items: [], nextCursor: null } });
    const page = await open('/alerts');
    await page.getByText('No alert is open').waitFor();
    await page.getByText(/under a stated budget of false ones/).waitFor();
  });

  it('says what is wrong when the alerts cannot be read', async () => {
    collector().answer('GET', '/v1/alerts', { status: 500, body: apiError('INTERNAL', 'The store is gone.') });
    const page = await open('/alerts');
    await page.getByText('The store is gone.').waitFor();
    await page.getByRole('button', { name: 'Retry' }).waitFor();
  });
});

describe('the page of an alert', () => {
  it('says what is wrong, what changed before, and what happened since', async () => {
    const page = await open(alertPage);
    await page.getByText(/Two features drifted/).waitFor();
    await page.getByText('25 min before').waitFor();
    await page.getByText('Canary of version 2 started at 10 %').waitFor();
    await page.getByText(/Evidence passed the alarm level/).waitFor();
    await page.getByRole('link', { name: 'Look at income' }).waitFor();
  });

  it('says so when there is no such alert', async () => {
    const page = await open('/alerts/nothing');
    await page.getByText('There is no such thing as the alert nothing').waitFor();
  });

  it('silences its kind for a while, on the revision of the model', async () => {
    const page = await open(alertPage, 'olu');
    await page.getByRole('button', { name: 'Silence', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: '24 h' }).check({ force: true });
    await dialog.getByRole('textbox').fill('Campaign until tomorrow');
    const before = Date.now();
    await dialog.getByRole('button', { name: 'Silence' }).click();
    await page.getByText('Done: silence').waitFor();
    const sent = collector().requests.find(({ method }) => method === 'POST');
    expect(sent?.url).toBe('/v1/actions/silence/credit-risk');
    expect(sent?.headers['if-match']).toBe('"14"');
    const body = sent?.body as { kind: string; endsAt: number; reason: string };
    expect(body).toMatchObject({ kind: 'drift', reason: 'Campaign until tomorrow' });
    expect(body.endsAt).toBeGreaterThanOrEqual(before + 24 * 3_600_000);
  });

  it('may be marked as expected by an approver, and tells an operator why not', async () => {
    const operator = await open(alertPage, 'olu');
    const button = operator.getByRole('button', { name: 'Mark expected' });
    await button.hover();
    await operator
      .getByRole('tooltip')
      .getByText(/alerts:expect/)
      .waitFor();
    const approver = await open(alertPage, 'ada');
    await approver.getByRole('button', { name: 'Mark expected' }).click();
    const dialog = approver.getByRole('dialog');
    await dialog.getByText(/become what version 1 is compared with/).waitFor();
    await dialog.getByRole('textbox').fill('The campaign is wanted');
    await dialog.getByRole('button', { name: 'Mark expected' }).click();
    await approver.getByText('Done: expect').waitFor();
  });

  it('reads what happened to it earlier when asked', async () => {
    collector().answer('GET', `/v1/alerts/${drift?.id}/history`, ({ url }) => ({ body: inPages(alertHistory, url) }));
    const page = await open(alertPage);
    await page.getByText('Olu: Looking into it').waitFor();
    await page.getByRole('button', { name: 'Read older ones' }).click();
    await page.getByText(/Half of the alarm level/).waitFor();
    expect(await page.getByText('Olu: Looking into it').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Read older ones' }).count()).toBe(0);
  });

  it('is exported as an incident with everything known of it, however many pages that is', async () => {
    collector().answer('GET', `/v1/alerts/${drift?.id}/history`, ({ url }) => ({ body: inPages(alertHistory, url) }));
    const page = await open(alertPage);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export incident' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^incident-credit-risk-.*\.md$/);
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toBe(`# Incident ${drift?.id}\n`);
    const [other] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'JSON' }).click(),
    ]);
    const everything = JSON.parse(await readFile(await other.path(), 'utf8'));
    expect(everything).toMatchObject({ format: 'plumbline-incident', alert: { id: drift?.id } });
    expect(everything.history).toEqual(alertHistory.items);
    expect(everything.changes[0].text).toBe('Canary of version 2 started at 10 %');
  });

  it('says so when the incident cannot be exported', async () => {
    collector().answer('GET', `/v1/alerts/${drift?.id}/certificates`, {
      status: 503,
      body: apiError('STORE_UNAVAILABLE', 'The store is busy.'),
    });
    const page = await open(alertPage);
    await page.getByRole('button', { name: 'JSON' }).click();
    await page.getByText(/The incident could not be read: The store is busy/).waitFor();
  });
});

describe('silences', () => {
  it('show what they match, until when and why, and can be ended', async () => {
    const page = await open('/alerts?view=silences');
    await page.getByText('Drift, feature:*').waitFor();
    await page.getByText(/Migration of the feature store/).waitFor();
    expect(await page.getByRole('button', { name: 'End', exact: true }).count()).toBe(1);
    await page.getByRole('button', { name: 'End', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('The campaign is over');
    await dialog.getByRole('button', { name: 'End' }).click();
    await page.getByText('Done: unsilence').waitFor();
  });

  it('that ended longer ago are read when asked', async () => {
    collector().answer('GET', '/v1/silences', ({ url }) => ({ body: inPages(silenceList, url) }));
    const page = await open('/alerts?view=silences');
    await page.getByText(/Campaign until the evening/).waitFor();
    await page.getByRole('button', { name: 'Read older ones' }).click();
    await page.getByText(/Migration of the feature store/).waitFor();
    expect(await page.getByRole('button', { name: 'Read older ones' }).count()).toBe(0);
  });

  it('say how one comes about when there is none', async () => {
    collector().answer('GET', '/v1/silences', { body: { items: [], nextCursor: null } });
    const page = await open('/alerts?view=silences');
    await page.getByText('Nothing is silenced').waitFor();
  });
});
