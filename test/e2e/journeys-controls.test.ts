import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertList, DeliveryList, Verb } from '@plumbline/collector/api';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openAs, openBrowser, type Session } from '../../plugin/test/testing/browser.ts';
import { decide } from '../../plugin/test/testing/decide.ts';
import { until } from '../demo/timeline.ts';
import { startWatchedModels, type WatchedModels } from './watched-models.ts';

/** Control actions, pressed by whom they are for, and done by the real collector. */

let world: WatchedModels;
let browser: Browser;
let context: BrowserContext;
let receiver: Server;
/** What the receiver of webhooks answers. */
let answer = 410;
const sessions: Session[] = [];

beforeAll(async () => {
  receiver = createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.writeHead(answer).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object.
  const { port } = receiver.address() as AddressInfo;
  world = await startWatchedModels(
    {
      claims: {
        promoted: ['1'],
        candidates: ['2', '3'],
        income: 'drifts',
        settings: { rollout: { approvals: 2, newVersion: 'queue', watchAfterPromotion: '0ms' } },
      },
    },
    {
      webhooks: [
        {
          name: 'trainer',
          url: `http://127.0.0.1:${port}`,
          secret: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
          allowPrivateAddresses: true,
        },
      ],
    },
  );
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1600, height: 1200 } });
}, 120_000);

afterEach(async () => {
  const problems = sessions.flatMap((session) => session.problems);
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  expect(problems).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
  receiver?.close();
  receiver?.closeAllConnections();
}, 60_000);

/** Opens a page and notes in `done` which actions the collector carried out for it. */
async function open(person: string, path: string, done: Verb[]): Promise<Page> {
  const session = await openAs(context, world.host.url, person, path);
  sessions.push(session);
  const { page } = session;
  page.setDefaultTimeout(30_000);
  page.on('response', (response) => {
    const verb = /\/v1\/actions\/([a-z-]+)\//.exec(response.url())?.[1];
    // The collector's own routes: no others answer.
    if (verb !== undefined && response.ok()) done.push(verb as Verb);
  });
  return page;
}

/**
 * Presses, says why, and waits until the collector has done it; fails with what it said instead. Whoever is told that
 * something changed meanwhile looks and decides again: a delivery under way changes its receiver at any time.
 */
async function carryOut(page: Page, button: string, looksAgain = 3): Promise<void> {
  await decide(page, button, `because of a test: ${button}`);
  const dialog = page.getByRole('dialog');
  const isDone = await dialog.waitFor({ state: 'detached', timeout: 20_000 }).then(
    () => true,
    () => false,
  );
  if (isDone) return;
  const said = await dialog.innerText();
  if (looksAgain === 0 || !said.includes('Somebody changed it meanwhile')) {
    throw new Error(`${button} was not done: ${said}`);
  }
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await carryOut(page, button, looksAgain - 1);
}

it('an operator leads a version through its rollout, and takes it out of service; only an approver lets it in again', async () => {
  const done: Verb[] = [];
  const page = await open('olu', '/models/claims/versions', done);
  await carryOut(page, 'Canary');
  await page.getByText(/On its way: version/).waitFor();
  await carryOut(page, 'Pause rollout');
  await page.getByText('The rollout is paused').waitFor();
  await carryOut(page, 'Resume rollout');
  await page.getByText('The rollout is paused').waitFor({ state: 'detached' });
  await carryOut(page, 'Quarantine');
  await page.getByText('Quarantined', { exact: true }).first().waitFor();
  expect(await page.getByRole('button', { name: 'Release', exact: true }).isDisabled()).toBe(true);
  await carryOut(page, 'Shadow');
  await page.getByText(/On its way: version/).waitFor();
  expect(done).toEqual(['canary', 'pause', 'resume', 'quarantine', 'shadow']);
  expect((await world.versions('claims')).routing).toMatchObject({ champion: '1', canary: null });
}, 120_000);

it('an approver opens an emergency and ends it', async () => {
  const done: Verb[] = [];
  const page = await open('ada', '/models/claims/versions', done);
  await carryOut(page, 'Emergency');
  await page
    .getByText(/may give traffic alone until/)
    .first()
    .waitFor();
  await carryOut(page, 'End the emergency');
  await page
    .getByText(/may give traffic alone until/)
    .first()
    .waitFor({ state: 'detached' });
  expect(done).toEqual(['break-glass', 'close-break-glass']);
}, 60_000);

it('an operator asks for a retrain and cancels it', async () => {
  const done: Verb[] = [];
  const page = await open('olu', '/models/claims/overview', done);
  await carryOut(page, 'Retrain');
  const jobs = await open('olu', '/retrain', done);
  await carryOut(jobs, 'Cancel job');
  expect(done).toEqual(['retrain', 'cancel-retrain']);
}, 60_000);

it('an operator silences an alert and ends the silence; an approver marks the change as expected', async () => {
  const done: Verb[] = [];
  const { items } = await world.people.read<AlertList>('/v1/alerts?model=claims');
  const path = `/alerts/${items.find(({ kind }) => kind === 'drift')?.id}`;
  const page = await open('olu', path, done);
  await carryOut(page, 'Silence');
  await page.getByText(/Silenced by olu until/i).waitFor();
  const silences = await open('olu', '/alerts?view=silences', done);
  await carryOut(silences, 'End');
  const approver = await open('ada', path, done);
  await carryOut(approver, 'Mark expected');
  await approver.getByText(/marked it expected/).waitFor();
  expect(done).toEqual(['silence', 'unsilence', 'expect']);
}, 60_000);

it('an approver tests a receiver; an operator sends again what it did not take', async () => {
  const done: Verb[] = [];
  const deadDeliveries = async () => {
    const { items } = await world.people.read<DeliveryList>('/v1/deliveries?webhook=trainer');
    return items.filter(({ state }) => state === 'dead').length;
  };
  const page = await open('ada', '/webhooks', done);
  await carryOut(page, 'Test');
  const dead = await until('the delivery to be dead', 20_000, deadDeliveries);
  answer = 204;
  await carryOut(page, 'Test');
  const operator = await open('olu', '/webhooks', done);
  await carryOut(operator, 'Send dead again');
  await until('what was dead to be delivered', 20_000, async () => (await deadDeliveries()) < dead);
  expect(done).toEqual(['test-webhook', 'test-webhook', 'replay-deliveries']);
}, 60_000);
