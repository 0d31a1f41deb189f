import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { apiError } from './testing/collector.ts';
import {
  auditPage,
  auditVerification,
  deadLetterCodeList,
  deadLetterList,
  deliveryList,
  retrainJobList,
} from './testing/fixtures/index.ts';
import { openPages } from './testing/pages.ts';

const { collector, open } = openPages();

async function decide(page: Page, button: string, reason: string): Promise<void> {
  await page
    .getByRole('button', { name: button, exact: true })
    .and(page.locator('[aria-disabled="false"]'))
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(reason);
  await dialog.getByRole('button', { name: button, exact: true }).click();
}

const actions = () => collector().requests.filter(({ method }) => method === 'POST');

describe('the retrain page', () => {
  it('shows every job with why, how far and what came of it', async () => {
    const page = await open('/retrain');
    await page.getByText('Try with the newest labels').waitFor();
    await page.getByText('60 %').waitFor();
    await page.getByRole('link', { name: 'Version 2' }).waitFor();
    await page.getByRole('link', { name: 'Alert', exact: true }).waitFor();
  });

  it('cancels a job that is under way, on its revision', async () => {
    const page = await open('/retrain', 'olu');
    await decide(page, 'Cancel job', 'The labels are wrong');
    await page.getByText('Done: cancel-retrain').waitFor();
    expect(actions()[0]).toMatchObject({
      url: '/v1/actions/cancel-retrain/rt_02',
      body: { reason: 'The labels are wrong' },
    });
    expect(actions()[0]?.headers['if-match']).toBe('"4"');
  });

  it('says of how many jobs it tells, and reads older ones when asked; without one under way there is nothing to do', async () => {
    const [, done] = retrainJobList.items;
    collector().answer('GET', '/v1/retrain-jobs', ({ url }) => ({
      body: url.includes('cursor=older')
        ? { items: [{ ...done, id: 'rt_00', requestedBy: 'user:grace' }], nextCursor: null }
        : { items: [done], nextCursor: 'older' },
    }));
    const page = await open('/retrain');
    await page.getByText('1 of the latest 1 jobs').waitFor();
    expect(await page.getByRole('columnheader').allInnerTexts()).not.toContain('Actions');
    await page.getByRole('button', { name: 'Read older ones' }).click();
    await page.getByText('asked for by grace').waitFor();
    expect(await page.getByRole('button', { name: 'Read older ones' }).count()).toBe(0);
  });

  it('says how a job comes about when there is none', async () => {
    collector().answer('GET', '/v1/retrain-jobs', { body: { items: [], nextCursor: null } });
    const page = await open('/retrain');
    await page.getByText('No retrain has been asked for.').waitFor();
    await page.getByText(/retrain\.on/).waitFor();
  });
});

describe('the webhooks page', () => {
  it('says who is reached and who is not, and shows every attempt', async () => {
    const page = await open('/webhooks');
    await page.getByText('Waits', { exact: true }).waitFor();
    await page
      .getByText(/HTTP 503/)
      .first()
      .waitFor();
    await page.getByText('Attempts (2)').click();
    await page.getByText('TIMEOUT').waitFor();
    await page.getByText(/ends after 812 of 4,096 bytes/).waitFor();
    await page.getByText(/version 2 registered/).waitFor();
  });

  it('sends again what was lost', async () => {
    const page = await open('/webhooks', 'olu');
    await decide(page, 'Send dead again', 'The pager is back');
    await page.getByText('Done: replay-deliveries').waitFor();
    await decide(page, 'Send again', 'And this one');
    await page.getByText('Done: replay-delivery').waitFor();
    await page.getByRole('button', { name: 'Look inside' }).first().click();
    await page.getByText('504c4202').waitFor();
    await page.getByText(/^Read again .* by Olu$/).waitFor();
    await decide(page, 'Try again', 'The producer was mended');
    await page.getByText('Done: replay-dead-letter', { exact: true }).waitFor();
    await decide(page, 'Try all BAD_FRAME again', 'And the others');
    await page.getByText('Done: replay-dead-letters').waitFor();
    expect(actions().map(({ url, headers }) => [url, headers['if-match']])).toEqual([
      ['/v1/actions/replay-deliveries/pager', '"9"'],
      ['/v1/actions/replay-delivery/de_02', '"8"'],
      ['/v1/actions/replay-dead-letter/dl_01', '"1"'],
      ['/v1/actions/replay-dead-letters/BAD_FRAME', '"3"'],
    ]);
  });

  it('keeps the deliveries when the receivers cannot be read', async () => {
    collector().answer('GET', '/v1/webhooks', { status: 500, body: apiError('INTERNAL', 'No receivers.') });
    const page = await open('/webhooks');
    await page.getByText('No receivers.').waitFor();
    await page.getByText('model.retrain.requested').first().waitFor();
  });

  it('asks for deliveries in the state of the address, and for older ones of it', async () => {
    const [, dead] = deliveryList.items;
    collector().answer('GET', '/v1/deliveries', ({ url }) => ({
      body: url.includes('cursor=older')
        ? { items: [{ ...dead, id: 'de_00', type: 'model.version.promoted' }], nextCursor: null }
        : { items: [dead], nextCursor: 'older' },
    }));
    const page = await open('/webhooks?state=dead');
    await page.getByText('model.alert.fired').first().waitFor();
    await page.getByRole('button', { name: 'Read older ones' }).click();
    await page.getByText('model.version.promoted').waitFor();
    const asked = collector().requests.filter(({ url }) => url.startsWith('/v1/deliveries'));
    expect(asked.every(({ url }) => url.includes('state=dead'))).toBe(true);
  });

  it('does not take a code that nothing was refused as for good news, and leads back to all', async () => {
    collector().answer('GET', '/v1/dead-letters', ({ url }) => ({
      body: url.includes('code=BAD_TIME') ? { ...deadLetterList, items: [] } : deadLetterList,
    }));
    collector().answer('GET', '/v1/dead-letter-codes', { body: { items: deadLetterCodeList.items.slice(0, 1) } });
    const page = await open('/webhooks?code=BAD_TIME');
    await page.getByText('None was refused as BAD_TIME.').waitFor();
    await page.getByRole('radiogroup', { name: 'Code' }).getByRole('radio', { name: 'All' }).click({ force: true });
    await page.getByText('line 3 is no JSON').waitFor();
  });
});

describe('the audit page', () => {
  it('shows what a record changed and its place in the chain, and leads to what was acted on', async () => {
    const page = await open('/audit');
    const target = page.getByRole('link', { name: 'model/production/credit-risk' }).first();
    expect(await target.getAttribute('href')).toBe('/a/plumbline-models-app/models/credit-risk/overview');
    await page.getByRole('button', { name: 'Toggle row expanded' }).first().click();
    await page.getByText(`Hash ${auditPage.items[0]?.hash}, after ${auditPage.items[0]?.previousHash}`).waitFor();
  });

  it('searches who, what and why, in the address', async () => {
    const page = await open('/audit');
    await page.getByText('Shadow agrees').waitFor();
    await page.getByPlaceholder(/Search by person/).fill('olu canary');
    await page.getByText(/Lower error on the held-out rows/).waitFor({ state: 'detached' });
    await page.getByText('1 of 2 records that have been read').waitFor();
    expect(new URL(page.url()).searchParams.get('search')).toBe('olu canary');
  });

  it('reads older records when asked', async () => {
    collector().answer('GET', '/v1/audit', ({ url }) => ({
      body: url.includes('after=41')
        ? { items: [{ ...auditPage.items[0], sequence: 1, reason: 'The very first' }], nextCursor: null }
        : { ...auditPage, nextCursor: '41' },
    }));
    const page = await open('/audit');
    await page.getByRole('button', { name: 'Read older ones' }).click();
    await page.getByText('The very first').waitFor();
    expect(await page.getByRole('button', { name: 'Read older ones' }).count()).toBe(0);
  });

  it('verifies the log, and says what is wrong with it', async () => {
    const page = await open('/audit');
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByText(/The log is whole: 42 records/).waitFor();
    collector().answer('GET', '/v1/audit/verify', {
      body: { ...auditVerification, ok: false, problem: 'record 17: its hash is not that of its content' },
    });
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByText('The log was changed').waitFor();
    await page.getByText(/record 17/).waitFor();
  });
});

describe('the settings page', () => {
  it('tests the way to the collector, and shows who may do what', async () => {
    const page = await open('/settings', 'vic');
    await page.getByText('You are Vic (user:vic), with the role viewer.').waitFor();
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByText(/lacks the permission plumbline-models-app\.versions:promote/).waitFor();
    expect(await page.getByRole('link', { name: 'Configuration' }).count()).toBe(0);
  });

  it('shows the promises of the model in the address', async () => {
    const page = await open('/settings?model=credit-risk');
    await page.getByText(/At most one false page in/).waitFor();
    await page.getByText('Accuracy fell from 81.2 % to 78.7 %').waitFor();
  });
});

describe('the data quality tab', () => {
  it('says what is wrong with the data, and which drift it explains', async () => {
    const page = await open('/models/credit-risk/data-quality');
    await page.getByText('debt_ratio is missing in 14.0 % of rows, 0.4 % in the reference.').waitFor();
    await page.getByText('Explains the drift of debt_ratio.').waitFor();
    await page.getByRole('img', { name: /Evidence of 2 signals over 24 windows/ }).waitFor();
  });

  it('says so when nothing is known', async () => {
    collector().answer('GET', '/v1/models/credit-risk/data-quality', {
      body: { model: 'credit-risk', version: '1', windows: [], signals: [] },
    });
    const page = await open('/models/credit-risk/data-quality');
    await page.getByText('Nothing can be said of the data yet').waitFor();
  });
});

describe('a page about the fleet that cannot be read', () => {
  const pages = [
    ['Alerts', '/v1/alerts', 'the alerts'],
    ['Retrain', '/v1/retrain-jobs', 'the retrain jobs'],
    ['Webhooks', '/v1/webhooks', 'the webhooks'],
    ['Audit', '/v1/audit', 'the audit trail'],
    ['Settings', '/v1/status', 'the state of the collector'],
  ] as const;

  it.each([
    [403, 'FORBIDDEN', 'You may not see'],
    [500, 'INTERNAL', 'The collector could not read'],
  ])('says why: answered %d', async (status, code, says) => {
    for (const [, address] of pages) {
      collector().answer('GET', address, { status, body: apiError(code, 'As it is.') });
    }
    const page = await open('/models');
    for (const [name, , subject] of pages) {
      await page.getByRole('link', { name, exact: true }).first().click();
      await page.getByText(`${says} ${subject}`).first().waitFor();
    }
  });
});

describe('live updates', () => {
  it('show a change at once, without waiting for the next look', async () => {
    const page = await open('/alerts');
    await page.locator('tbody tr').first().waitFor();
    await collector().listening();
    collector().answer('GET', '/v1/alerts', { body: { items: [], nextCursor: null } });
    const before = Date.now();
    collector().announce('alert', 'credit-risk');
    await page.getByText('No alert is open').waitFor();
    expect(Date.now() - before).toBeLessThan(4_000);
  });
});
