import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { apiError, type RecordedRequest } from './testing/collector.ts';
import { decide } from './testing/decide.ts';
import { alerts, approval, versionList } from './testing/fixtures/index.ts';
import { isFocused, tabTo } from './testing/keyboard.ts';
import { openPages } from './testing/pages.ts';

const { collector, open } = openPages();
const model = '/models/credit-risk';

const actions = (): RecordedRequest[] => collector().requests.filter(({ method }) => method === 'POST');

describe('a control action', () => {
  it('is sent with revision, key, reason and target, in the name of the person', async () => {
    const page = await open(`${model}/overview`, 'olu');
    await decide(page, 'Roll back', 'Error rate is up');
    await page.getByText('Done: roll-back').waitFor();
    const [sent] = actions();
    expect(sent).toMatchObject({
      url: '/v1/actions/roll-back/credit-risk',
      body: { to: '1', reason: 'Error rate is up' },
    });
    expect(sent?.headers['if-match']).toBe('"14"');
    expect(sent?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    expect(decodeJwt(String(sent?.headers['x-grafana-id'])).sub).toBe('user:3');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('makes the time that is shown the reference, of the version and segment that are shown', async () => {
    collector().answer('POST', '/v1/actions/set-reference/credit-risk', {
      body: { revision: 14, outcome: 'done', text: 'Compared with 9,120 rows', approval: null },
    });
    const page = await open(`${model}/drift?from=1000&to=2000&version=2&segment=channel%3Dapp`);
    await decide(page, 'Make it the reference', 'The weeks after the campaign');
    await page.getByText('Compared with 9,120 rows').waitFor();
    expect(actions()[0]).toMatchObject({
      url: '/v1/actions/set-reference/credit-risk',
      body: { from: 1_000, to: 2_000, version: '2', segment: 'channel=app', reason: 'The weeks after the campaign' },
    });
  });

  it('is taken with the keyboard alone, and the focus is where it was when it is left', async () => {
    const page = await open(`${model}/overview`);
    const button = page.getByRole('button', { name: 'Roll back', exact: true });
    await tabTo(page, button);
    await page.keyboard.press('Enter');
    const reason = page.getByRole('dialog').getByRole('textbox', { name: /^Reason/ });
    await expect.poll(() => isFocused(reason)).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => isFocused(button)).toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(() => isFocused(reason)).toBe(true);
    await page.keyboard.type('Error rate is up');
    await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Roll back' }));
    await page.keyboard.press('Enter');
    await page.getByText('Done: roll-back').waitFor();
  });

  it('names the target of a roll-back and how it is', async () => {
    const page = await open(`${model}/overview`);
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Roll back credit-risk to version 1').waitFor();
    await dialog.getByText('Version 1 is healthy').waitFor();
    await dialog.getByText('As Ada (approver), on revision 14').waitFor();
    expect(actions()).toEqual([]);
  });

  it('warns of a target that is not healthy', async () => {
    collector().answer('GET', '/v1/models/credit-risk/versions', {
      body: { ...versionList, rollBackTarget: { version: '1', healthy: false, reason: 'No instance has it loaded' } },
    });
    const page = await open(`${model}/overview`);
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByText(/Version 1 is not healthy/)
      .waitFor();
    await page.getByRole('dialog').getByText('No instance has it loaded').waitFor();
  });

  it('is not sent without a reason', async () => {
    const page = await open(`${model}/overview`);
    await decide(page, 'Roll back', '  x ');
    await page.getByText('Say why, in at least 3 characters').waitFor();
    expect(actions()).toEqual([]);
  });

  it('is not sent when it is cancelled', async () => {
    const page = await open(`${model}/overview`);
    await page.getByRole('button', { name: 'Retrain', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(actions()).toEqual([]);
  });

  it('says that somebody was faster, and takes the new revision when it is decided again', async () => {
    collector().answer('POST', '/v1/actions/roll-back/credit-risk', ({ headers }) =>
      headers['if-match'] === '"15"'
        ? { body: { revision: 16, outcome: 'done', text: 'All traffic is back', approval: null } }
        : { status: 412, body: apiError('STALE_REVISION', 'The model is at revision 15, not 14.') },
    );
    const page = await open(`${model}/overview`);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    collector().answer('GET', '/v1/models/credit-risk/versions', { body: { ...versionList, revision: 15 } });
    await dialog.getByRole('textbox').fill('Error rate is up');
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByText(/Somebody changed it meanwhile/).waitFor();
    await dialog.getByText(/on revision 15/).waitFor();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('All traffic is back').waitFor();
    const keys = actions().map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });

  it('keeps its key when the same decision is sent again after a failure', async () => {
    collector().answer('POST', '/v1/actions/pause/credit-risk', {
      status: 503,
      body: apiError('STORE_UNAVAILABLE', 'The store is busy.'),
    });
    const page = await open(`${model}/overview`);
    await decide(page, 'Pause rollout', 'Looking into it');
    await page.getByText('The store is busy. (STORE_UNAVAILABLE)').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause rollout' }).click();
    await expect.poll(() => actions().length).toBe(2);
    const [first, second] = actions().map(({ headers }) => headers['idempotency-key']);
    expect(second).toBe(first);
  });

  it('shows why the collector refused, and stays open', async () => {
    collector().answer('POST', '/v1/actions/retrain/credit-risk', {
      status: 409,
      body: apiError('REFUSED', 'A retrain job is running already.', { reason: 'IN_FLIGHT' }),
    });
    const page = await open(`${model}/overview`);
    await decide(page, 'Retrain', 'Newer labels are here');
    await page.getByText('A retrain job is running already. (REFUSED)').waitFor();
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
  });

  it('may ask for a choice beside the reason', async () => {
    const page = await open(`${model}/versions`);
    await page.getByRole('button', { name: 'Raise canary', exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: '50 %' }).check({ force: true });
    await dialog.getByRole('textbox').fill('Gates look good');
    await dialog.getByRole('button', { name: 'Raise canary' }).click();
    await page.getByText('Done: canary').waitFor();
    expect(actions()[0]?.body).toEqual({ version: '2', weightBasisPoints: 5_000, reason: 'Gates look good' });
  });
});

describe('starting a version while another is on its way', () => {
  const evaluated = versionList.versions.map((version) =>
    version.version === '3' ? { ...version, state: 'evaluated' as const } : version,
  );

  it('is not offered where the rollout takes one at a time', async () => {
    collector().answer('GET', '/v1/models/credit-risk/versions', { body: { ...versionList, versions: evaluated } });
    const page = await open(`${model}/versions`, 'olu');
    await page.getByRole('button', { name: 'Shadow', exact: true }).hover();
    await page
      .getByRole('tooltip')
      .getByText(/Version 2 is on its way: one at a time/)
      .waitFor();
  });

  it('puts it into the queue where the rollout has one', async () => {
    const list = { ...versionList, versions: evaluated, newVersion: 'queue' as const };
    collector().answer('GET', '/v1/models/credit-risk/versions', { body: list });
    const page = await open(`${model}/versions`, 'olu');
    await page.getByRole('button', { name: 'Queue canary', exact: true }).click();
    await page.getByText('Version 2 is on its way: this one waits, and starts when that has ended.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await decide(page, 'Queue shadow', 'After version 2');
    await page.getByText('Done: shadow').waitFor();
    const [sent] = actions();
    expect(sent).toMatchObject({
      url: '/v1/actions/shadow/credit-risk',
      body: { version: '3', reason: 'After version 2' },
    });
    expect(sent?.headers['if-match']).toBe('"14"');
    expect(sent?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    const waiting = { version: '3', stage: 'shadow' as const, by: 'user:olu', at: 0, reason: 'After version 2' };
    collector().answer('GET', '/v1/models/credit-risk/versions', { body: { ...list, queue: [waiting] } });
    await page.getByRole('button', { name: 'Take out of the queue' }).waitFor();
    await page.getByRole('button', { name: 'Queue shadow', exact: true }).hover();
    await page.getByRole('tooltip').getByText('It waits for its turn already.').waitFor();
  });

  it('says so where it takes the place of the other', async () => {
    collector().answer('GET', '/v1/models/credit-risk/versions', {
      body: { ...versionList, versions: evaluated, newVersion: 'supersede' },
    });
    const page = await open(`${model}/versions`, 'olu');
    await page.getByRole('button', { name: 'Canary', exact: true }).click();
    await page.getByText('Version 2 is on its way: it is rolled back, and this one starts.').waitFor();
  });
});

describe('who may act', () => {
  it('a viewer sees which permission is missing, and cannot press', async () => {
    const page = await open(`${model}/overview`, 'vic');
    const button = page.getByRole('button', { name: 'Roll back', exact: true });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.getByText(/You may look, but not act\. .*plumbline-models-app\.versions:roll-back/).waitFor();
    await button.click({ force: true });
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('an operator whom the collector does not let approve sees which role it takes', async () => {
    const page = await open(`${model}/versions`, 'olu');
    const button = page.getByRole('button', { name: 'Approve', exact: true });
    await button.hover();
    await page
      .getByRole('tooltip')
      .getByText(/plumbline-models-app\.versions:approve/)
      .waitFor();
  });

  it('a person whom Grafana lets, but the collector does not, sees the role it takes', async () => {
    collector().answer('GET', '/v1/me', {
      body: { subject: 'user:ada', name: 'Ada', role: 'viewer', scopes: [], actions: [], insecure: false },
    });
    const page = await open(`${model}/overview`, 'ada');
    await page.getByText(/The collector knows you as viewer; this takes the role operator or approver/).waitFor();
  });

  it('nobody approves what they asked for themselves', async () => {
    const page = await open(`${model}/versions`, 'ada');
    const button = page.getByRole('button', { name: 'Approve', exact: true });
    await button.hover();
    await page
      .getByRole('tooltip')
      .getByText(/somebody else has to approve/)
      .waitFor();
    expect(await button.isDisabled()).toBe(true);
  });

  it('a second approver approves, on the revision of the approval', async () => {
    const page = await open(`${model}/versions`, 'grace');
    await decide(page, 'Approve', 'Numbers are convincing');
    await page.getByText('Done: approve').waitFor();
    const [sent] = actions();
    expect(sent).toMatchObject({
      url: `/v1/actions/approve/${approval.id}`,
      body: { decision: 'approve', reason: 'Numbers are convincing' },
    });
    expect(sent?.headers['if-match']).toBe(`"${approval.revision}"`);
  });

  it('a version whose promotion waits cannot be promoted again', async () => {
    const page = await open(`${model}/versions`);
    await page.getByRole('button', { name: 'Promote', exact: true }).first().hover();
    await page
      .getByRole('tooltip')
      .getByText(/waiting for approval already/)
      .waitFor();
  });
});

describe('an alert', () => {
  it('is acknowledged with a comment and an end', async () => {
    const page = await open(`${model}/alerts`, 'olu');
    const before = Date.now();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: '8 h' }).check({ force: true });
    await dialog.getByRole('textbox', { name: /Comment/ }).fill('I am looking');
    await dialog.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Done: acknowledge').waitFor();
    const [sent] = actions();
    const open8Hours = alerts[1];
    expect(sent?.url).toBe(`/v1/actions/acknowledge/${open8Hours?.id}`);
    expect(sent?.headers['if-match']).toBe(`"${open8Hours?.revision}"`);
    const body = sent?.body as { comment: string; until: number };
    expect(body.comment).toBe('I am looking');
    expect(body.until - before).toBeGreaterThanOrEqual(8 * 3_600_000);
    expect(body.until - Date.now()).toBeLessThanOrEqual(8 * 3_600_000);
  });
});
