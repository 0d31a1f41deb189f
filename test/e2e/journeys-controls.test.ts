import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import type { AlertList, DeadLetterList, DeliveryList, Verb } from '@plumbline/collector/api';
import { inferenceSubject, jsonLinesContentType } from '@plumbline/sdk/subjects';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { decide } from '../../plugin/test/testing/decide.ts';
import { startVisits, type Visits } from '../../plugin/test/testing/visits.ts';
import { until } from '../demo/timeline.ts';
import { startWatchedModels, type WatchedModels } from './watched-models.ts';

/** Control actions, pressed by whom they are for, and done by the real collector. */

let world: WatchedModels;
let visits: Visits;
let receiver: Server;
/** What the receiver of webhooks answers. */
let answer = 410;

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
  visits = await startVisits(world.host.url, { width: 1600, height: 1200 });
});

afterEach(async () => {
  expect(await visits.end()).toEqual([]);
});

afterAll(async () => {
  await visits?.close();
  await world?.stop();
  receiver?.close();
  receiver?.closeAllConnections();
});

/** Opens a page and notes in `done` which actions the collector carried out for it. */
async function open(person: string, path: string, done: Verb[]): Promise<Page> {
  const page = await visits.open(person, path);
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

it('an operator leads a version through its rollout, takes others out of the queue and out of service, and back', async () => {
  const done: Verb[] = [];
  const page = await open('olu', '/models/claims/versions', done);
  await carryOut(page, 'Canary');
  await page.getByText(/On its way: version/).waitFor();
  await carryOut(page, 'Pause rollout');
  await page.getByText('The rollout is paused').waitFor();
  await carryOut(page, 'Resume rollout');
  await page.getByText('The rollout is paused').waitFor({ state: 'detached' });
  await carryOut(page, 'Queue shadow');
  await page.getByText('Waiting for their turn').waitFor();
  await carryOut(page, 'Take out of the queue');
  await page.getByText('Waiting for their turn').waitFor({ state: 'detached' });
  await carryOut(page, 'Roll back');
  await page.getByText('Rolled back', { exact: true }).first().waitFor();
  await carryOut(page, 'Shadow');
  await page.getByText(/On its way: version/).waitFor();
  await carryOut(page, 'Quarantine');
  await page.getByText('Quarantined', { exact: true }).first().waitFor();
  expect(await page.getByRole('button', { name: 'Release', exact: true }).isDisabled()).toBe(true);
  expect(done).toEqual(['canary', 'pause', 'resume', 'shadow', 'dequeue', 'roll-back', 'shadow', 'quarantine']);
  const { routing, queue } = await world.versions('claims');
  expect(routing).toMatchObject({ champion: '1', canary: null, shadow: null });
  expect(queue).toEqual([]);
});

it('an approver lets a version in again, refuses it, and ends the life of one', async () => {
  const done: Verb[] = [];
  const page = await open('ada', '/models/claims/versions', done);
  await carryOut(page, 'Release');
  expect(await versionIn('quarantined')).toBe('');
  await carryOut(page, 'Reject');
  await page.getByText('Rejected', { exact: true }).first().waitFor();
  expect(await versionIn('rejected')).not.toBe('');
  await carryOut(page, 'Retire');
  await page.getByText('Retired', { exact: true }).first().waitFor();
  expect(await versionIn('retired')).not.toBe('');
  expect(done).toEqual(['release', 'reject', 'retire']);
});

/** The version of claims that is in a state; empty when none is. */
async function versionIn(wanted: string): Promise<string> {
  return (await world.versions('claims')).versions.find(({ state }) => state === wanted)?.version ?? '';
}

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
});

it('an operator asks for a retrain and cancels it', async () => {
  const done: Verb[] = [];
  const page = await open('olu', '/models/claims/overview', done);
  await carryOut(page, 'Retrain');
  const jobs = await open('olu', '/retrain', done);
  await carryOut(jobs, 'Cancel job');
  expect(done).toEqual(['retrain', 'cancel-retrain']);
});

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
});

it('an approver tests a receiver; an operator sends again what it did not take', async () => {
  const done: Verb[] = [];
  const deadDeliveries = async () => {
    const { items } = await world.people.read<DeliveryList>('/v1/deliveries?webhook=trainer');
    return items.filter(({ state }) => state === 'dead').length;
  };
  const page = await open('ada', '/webhooks', done);
  const before = await deadDeliveries();
  await carryOut(page, 'Test');
  await carryOut(page, 'Test');
  await until('both deliveries to be dead', 20_000, async () => (await deadDeliveries()) >= before + 2);
  answer = 204;
  await carryOut(page, 'Test');
  const operator = await open('olu', '/webhooks', done);
  const dead = await deadDeliveries();
  await carryOut(operator, 'Send again');
  await until('one of them to be delivered', 20_000, async () => (await deadDeliveries()) < dead);
  await carryOut(operator, 'Send dead again');
  await until('all that was dead to be delivered', 20_000, async () => (await deadDeliveries()) === 0);
  expect(done).toEqual(['test-webhook', 'test-webhook', 'test-webhook', 'replay-delivery', 'replay-deliveries']);
});

it('an operator who has batches read again learns that their cause is not mended, and nothing is lost', async () => {
  const done: Verb[] = [];
  await publishOfUnknownModel();
  const letters = () => world.people.read<DeadLetterList>('/v1/dead-letters');
  await until('the batch to be a dead letter', 20_000, async () => (await letters()).items.length === 1);
  const page = await open('olu', '/webhooks', done);
  await decide(page, 'Try again', 'because of a test: one');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/it still cannot be read: no model named "nobody-declared-this"/).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await carryOut(page, 'Try all UNKNOWN_MODEL again');
  expect(done).toEqual(['replay-dead-letters']);
  expect(await letters()).toMatchObject({ total: 1, items: [{ replayed: null }] });
});

async function publishOfUnknownModel(): Promise<void> {
  const admin = world.stack.natsServer?.admin;
  if (admin === undefined) throw new Error('this test starts its own broker');
  const { servers, user, pass, inboxPrefix } = admin;
  const broker = await connect({ servers, user, pass, inboxPrefix });
  const head = headers();
  head.set('content-type', jsonLinesContentType);
  const event = { kind: 'inference', id: randomUUID(), time: Date.now(), model: 'nobody-declared-this', version: '1' };
  const rest = { role: 'champion', features: { income: 1 }, prediction: 'yes', score: 0.8, groups: {} };
  const body = JSON.stringify({ ...event, ...rest, latencyMs: 1, traceId: null, error: null });
  await jetstream(broker).publish(inferenceSubject(3, 'nobody-declared-this'), body, {
    msgID: `${randomUUID()}:1`,
    headers: head,
  });
  await broker.close();
}
