import type { AlertList, VersionList } from '@plumbline/collector/api';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../../plugin/test/testing/decide.ts';
import { decideByKeyboard, tabTo } from '../../plugin/test/testing/keyboard.ts';
import { seriousIssues } from '../../plugin/test/testing/seriousIssues.ts';
import { startVisits, type Visits } from '../../plugin/test/testing/visits.ts';
import { type Stop, walk } from '../../plugin/test/testing/walk.ts';
import { startWatchedModels, type WatchedModels } from './watched-models.ts';

/** People's ways through the pages, in a real browser and over the real collector. */

let world: WatchedModels;
let visits: Visits;
/** The alert that somebody was sent a link to. */
let alertPath: string;

beforeAll(async () => {
  world = await startWatchedModels({
    lending: { promoted: ['1', '2'], income: 'drifts' },
    churn: { promoted: ['1'], candidates: ['2'], income: 'steady' },
  });
  visits = await startVisits(world.host.url, { width: 1440, height: 1000 });
  const { items } = await world.people.read<AlertList>('/v1/alerts?model=lending');
  alertPath = `/alerts/${items.find(({ kind }) => kind === 'drift')?.id}`;
});

afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

afterAll(async () => {
  await visits?.close();
  await world?.stop();
}, 60_000);

function open(person: string, path: string): Promise<Page> {
  return visits.open(person, path);
}

const stateOf = ({ versions }: VersionList, version: string) => versions.find((one) => one.version === version)?.state;

const pages: readonly Stop[] = [
  ['/models', 'lending'],
  ['/models/lending/overview', 'What is wrong'],
  ['/models/lending/drift', 'income'],
  ['/models/lending/performance', 'Confusion matrix'],
  ['/models/lending/fairness', 'sex'],
  ['/models/lending/data-quality', 'Checks in the latest window'],
  ['/models/lending/traces', 'Inferences to look at'],
  ['/models/lending/versions', 'Traffic'],
  ['/models/lending/alerts', 'Audit trail'],
  ['/alerts', 'lending'],
  ['/retrain', 'Retrain'],
  ['/webhooks', 'Receivers'],
  ['/audit', 'records that have been read'],
  ['/settings', 'You are Ada'],
];

describe('every page, over what a collector really says,', () => {
  // The pages' own tests look at both themes; here it is real data that counts.
  it('has no serious obstacle for anybody', async () => {
    const found: string[] = [];
    const page = await open('ada', '/models');
    await walk(page, [...pages, [alertPath, 'What changed before']], async (path) => {
      found.push(...(await seriousIssues(page)).map((issue) => `${path}: ${issue}`));
    });
    expect(found).toEqual([]);
  });
});

describe('a viewer', () => {
  it('reads what is wrong, and why it is others who act; the collector refuses what the page would not send', async () => {
    const page = await open('vic', alertPath);
    await page
      .getByText(/income moved up/)
      .first()
      .waitFor();
    await page.getByText('Nobody is on it.').waitFor();
    for (const [name, permission] of [
      ['Acknowledge', /alerts:acknowledge/],
      ['Silence', /alerts:silence/],
      ['Mark expected', /alerts:expect/],
      ['Roll back', /versions:roll-back/],
    ] as const) {
      const button = page.getByRole('button', { name, exact: true });
      expect(await button.isDisabled(), name).toBe(true);
      await button.hover();
      await page.getByRole('tooltip').getByText(permission).waitFor();
    }
    const overview = await open('vic', '/models/lending/overview');
    await overview.getByText(/You may look, but not act\./).waitFor();
    const { revision } = await world.versions('lending');
    const body = { to: '1', reason: 'I am in a hurry' };
    await expect(world.people.act('vic', 'roll-back', 'lending', revision, body)).rejects.toThrow(/403/);
    expect(stateOf(await world.versions('lending'), '2')).toBe('champion');
  });
});

describe('somebody who wonders which inferences those were', () => {
  it('pages through the newest, and is led from one to its trace where an administrator said traces are', async () => {
    const administrator = await open('ada', '/plugins/plumbline-models-app?page=configuration');
    const source = administrator.getByRole('combobox', { name: 'Tracing data source' });
    await source.fill('tempo-of-the-apps');
    await administrator.getByRole('option', { name: /tempo-of-the-apps/ }).click();
    await administrator.getByRole('button', { name: 'Save & test' }).click();
    await administrator.getByText('Connected', { exact: true }).waitFor();

    const page = await open('olu', '/models/lending/traces');
    await page.getByText(/^1 to 50 of \d+$/).waitFor();
    const links = page.getByRole('link', { name: /^[0-9a-f]{32}$/ });
    const newest = await links.allInnerTexts();
    await page.getByRole('button', { name: '2', exact: true }).click();
    await page.getByText(/^51 to /).waitFor();
    const older = await links.allInnerTexts();
    expect(newest).toHaveLength(50);
    // Traces are numbered as their inferences came.
    expect([...newest, ...older]).toEqual([...newest, ...older].sort().toReversed());

    const at = Date.parse((await page.getByRole('time').first().getAttribute('datetime')) ?? '');
    await links.first().click();
    await page.waitForURL('**/explore?*');
    const { trace } = JSON.parse(new URL(page.url()).searchParams.get('panes') ?? '{}');
    expect(trace.datasource).toBe('tempo-of-the-apps');
    expect(trace.queries).toMatchObject([{ datasource: { uid: 'tempo-of-the-apps' }, query: older[0] }]);
    expect(Number(trace.range.from)).toBeLessThan(at);
    expect(Number(trace.range.to)).toBeGreaterThan(at);
  });
});

describe('somebody on call', () => {
  it('comes by the link of an alert, acknowledges it, and rolls back; others see both arrive', async () => {
    const bystander = await open('vic', '/models/lending/versions');
    await bystander.getByText('Traffic', { exact: true }).waitFor();
    const page = await open('olu', alertPath);
    await page.getByText('Nobody is on it.').waitFor();
    await decide(page, 'Acknowledge', 'I am looking at it');
    await page.getByText(/olu is on it since .*: I am looking at it/i).waitFor();
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Roll back lending to version 1').waitFor();
    await dialog.getByText('Version 1 is healthy').waitFor();
    await dialog.getByText(/As Olu \(operator\)/).waitFor();
    await dialog.getByRole('textbox').fill('Incomes are not what version 2 was made for');
    await dialog.getByRole('button', { name: 'Roll back', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(async () => (await world.versions('lending')).routing?.champion).toBe('1');
    expect(stateOf(await world.versions('lending'), '2')).toBe('rolled_back');
    // Without a reload: the collector tells every page that looks.
    await bystander.getByText('Rolled back', { exact: true }).first().waitFor();
    await page.goto(`${world.host.url}/a/plumbline-models-app/audit`);
    await page.getByText('Incomes are not what version 2 was made for').first().waitFor();
  });
});

describe('an approver', () => {
  it('asks for a promotion; a second person approves it with the keyboard alone, and the first sees the version serve', async () => {
    const asking = await open('ada', '/models/churn/versions');
    await decide(asking, 'Promote', 'It is as good and costs less');
    const own = asking.getByRole('button', { name: 'Approve', exact: true });
    await own.waitFor();
    expect(await own.isDisabled()).toBe(true);
    expect((await world.versions('churn')).routing?.champion).toBe('1');

    const operator = await open('olu', '/models/churn/versions');
    const refused = operator.getByRole('button', { name: 'Approve', exact: true });
    await refused.waitFor();
    expect(await refused.isDisabled()).toBe(true);

    const approving = await open('grace', '/models/churn/overview');
    await tabTo(approving, approving.getByRole('link', { name: 'Waiting approvals (1)' }));
    await approving.keyboard.press('Enter');
    await approving.getByText('It is as good and costs less').waitFor();
    await decideByKeyboard(approving, 'Approve', 'The numbers convince me');
    await expect.poll(async () => (await world.versions('churn')).routing?.champion).toBe('2');
    await asking.getByText('Superseded', { exact: true }).first().waitFor();
    expect(await asking.getByText(/Waiting for approval/).count()).toBe(0);
  });
});

describe('a token of another organisation', () => {
  it('is refused, however good the keys and the role are; the page says so and shows nothing', async () => {
    world.host.enterOrganisation(2);
    try {
      const page = await open('ada', '/models');
      await page
        .getByText(/X-Grafana-Id is refused/)
        .first()
        .waitFor();
      expect(await page.getByText('lending', { exact: true }).count()).toBe(0);
      const act = world.people.act('ada', 'roll-back', 'lending', 1, { reason: 'not ours to say' });
      await expect(act).rejects.toThrow(/403.*NOT_AUTHENTICATED/);
    } finally {
      world.host.enterOrganisation(1);
    }
    const page = await open('ada', '/models');
    await page.getByText('lending', { exact: true }).first().waitFor();
  });
});

describe('a collector that goes down', () => {
  it('is said to be out of reach, and shown again when it is back, without a reload', async () => {
    const page = await open('olu', '/models');
    await page.getByText('lending', { exact: true }).first().waitFor();
    const before = (await world.versions('lending')).routing;
    await world.stack.killCollector();
    const late = await open('olu', alertPath);
    await late.getByText('The collector cannot be reached').first().waitFor();
    await world.stack.restartCollector();
    // The page looks again by itself too, and may be ahead of the one who presses.
    await late.getByRole('button', { name: 'Retry' }).evaluateAll((buttons: readonly { click(): void }[]) => {
      for (const button of buttons) button.click();
    });
    await late
      .getByText(/income moved up/)
      .first()
      .waitFor();
    // What was known stays on the page that was open.
    await page.getByText('lending', { exact: true }).first().waitFor();
    expect((await world.versions('lending')).routing).toEqual(before);
  });
});
