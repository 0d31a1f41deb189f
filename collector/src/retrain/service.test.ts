import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelSettings, webhookSettings } from '../config/settings.ts';
import { isPlumblineError } from '../errors.ts';
import { readAudit } from '../store/audit.ts';
import type { Store, Transaction } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { createOutbox, type Delivery, readDeliveries } from '../webhook/index.ts';
import { openRetrainKey } from './callback-key.ts';
import { readJob, readJobs } from './records.ts';
import { type ModelSituation, RetrainService, type RetrainServiceOptions } from './service.ts';

const ana = { subject: 'user:ana' };
const olu = { subject: 'user:olu' };
const control = { requestId: 'request-1', eventTime: 1_000 };

let store: Store;
let service: RetrainService;
let now: number;
let registered: string[];

const register = async (_: Transaction, job: { readonly id: string }) => {
  registered.push(job.id);
};

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  now = 5_000;
  registered = [];
  service = await makeService();
});

afterEach(() => store.close());

let ids = 0;

async function makeService(change: Partial<RetrainServiceOptions> = {}): Promise<RetrainService> {
  const webhook = webhookSettings.parse({ name: 'trainer', url: 'http://127.0.0.1:1/', secret: 'unused-here' });
  const makeId = () => String(++ids).padStart(6, '0');
  const options = {
    store,
    enqueue: createOutbox({ endpoints: [webhook], clock: () => now, makeId }).enqueue,
    clock: () => now,
    models: [settings({ approval: 'automatic' })],
    publicUrl: () => 'http://collector.test',
    randomId: () => String(++ids),
    ...change,
  };
  return new RetrainService(options, await openRetrainKey(store));
}

function settings(retrain: Record<string, unknown> = {}) {
  return modelSettings.parse({ name: 'credit-risk', retrain });
}

const deliveries = async () =>
  (await store.read((transaction) => readDeliveries(transaction, { limit: 10 }))).map(({ value }) => value);

async function tokenOf(delivery: Delivery | undefined): Promise<string> {
  const completed = service.completeEvent(delivery?.event ?? { type: '', subject: '', time: 0, data: {} });
  return (completed.callback as { token: string }).token;
}

async function dispatchedJob(): Promise<{ id: string; token: string }> {
  const { job } = await service.request(ana, settings({ approval: 'automatic' }), '1', 'seen in review', control);
  const [delivery] = await deliveries();
  return { id: job.id, token: await tokenOf(delivery) };
}

describe('a retrain job', () => {
  it('is sent at once where the policy approves by itself', async () => {
    const { job } = await service.request(ana, settings({ approval: 'automatic' }), '1', 'seen in review', control);
    expect(job.state).toBe('queued');
    expect(await deliveries()).toHaveLength(1);
  });

  it('waits for a second person where approval is required, and the requester cannot be that person', async () => {
    const { job, revision } = await service.request(ana, settings(), '1', 'seen in review', control);
    expect(job.state).toBe('awaiting_approval');
    expect(await deliveries()).toHaveLength(0);
    const approve = { expectedRevision: revision, requestId: null };
    await expect(service.approve(ana, job.id, 'approve', 'mine', approve)).rejects.toSatisfy((error) =>
      isPlumblineError(error, 'FORBIDDEN'),
    );
    expect((await service.approve(olu, job.id, 'approve', 'agreed', approve)).job.state).toBe('queued');
    expect(await deliveries()).toHaveLength(1);
  });

  it('is refused while another one is in flight', async () => {
    await dispatchedJob();
    await expect(service.request(olu, settings(), '1', 'again', control)).rejects.toMatchObject({
      code: 'REFUSED',
      details: { reason: 'job_in_flight' },
    });
  });

  it('goes through its life by reports and registers its version in the transaction of its success', async () => {
    const { id, token } = await dispatchedJob();
    await store.transaction(async (transaction) => {
      const [delivery] = await readDeliveries(transaction, { limit: 1 });
      if (delivery !== undefined) await service.deliverySettled(transaction, { ...delivery.value, state: 'delivered' });
    });
    await service.report(id, token, { state: 'accepted' }, register);
    await service.report(id, token, { state: 'running', progress: 0.5 }, register);
    const result = { version: '2', digest: 'sha256:00' };
    const { job } = await service.report(id, token, { state: 'succeeded', result }, register);
    expect(job).toMatchObject({ state: 'succeeded', progress: 1, result });
    expect(registered).toEqual([id]);
    const actions = (await store.read((transaction) => readAudit(transaction, 0, 20))).map((record) => record.action);
    expect(actions).toEqual([
      'retrain.queued',
      'retrain.dispatched',
      'retrain.accepted',
      'retrain.running',
      'retrain.succeeded',
    ]);
  });

  it('takes the same success twice as one, and nothing after its end', async () => {
    const { id, token } = await dispatchedJob();
    const result = { version: '2', digest: 'sha256:00' };
    await service.report(id, token, { state: 'succeeded', result }, register);
    await service.report(id, token, { state: 'succeeded', result }, register);
    expect(registered).toHaveLength(1);
    await expect(service.report(id, token, { state: 'failed', error: 'late' }, register)).rejects.toMatchObject({
      details: { reason: 'job_is_over' },
    });
  });

  it('does not succeed when its version cannot be registered', async () => {
    const { id, token } = await dispatchedJob();
    const failing = async () => {
      throw new Error('the registry is down');
    };
    const report = { state: 'succeeded', result: { version: '2', digest: 'sha256:00' } } as const;
    await expect(service.report(id, token, report, failing)).rejects.toThrow('the registry is down');
    expect((await store.read((transaction) => readJob(transaction, id)))?.job.state).toBe('queued');
  });

  it('refuses a wrong token and changes nothing', async () => {
    const { id, token } = await dispatchedJob();
    const before = await store.read((transaction) => readJob(transaction, id));
    for (const wrong of ['', `${token}x`, token.replace('rt_1', 'rt_2'), 'Bearer']) {
      await expect(service.report(id, wrong, { state: 'accepted' }, register)).rejects.toMatchObject({
        code: 'BAD_SIGNATURE',
      });
    }
    expect(await store.read((transaction) => readJob(transaction, id))).toEqual(before);
  });

  it('is given up after a long silence', async () => {
    const { id } = await dispatchedJob();
    now += settings().retrain.timeout - 1;
    await service.expire(settings());
    expect((await store.read((transaction) => readJobs(transaction)))[0]?.job.state).toBe('queued');
    now += 1;
    await service.expire(settings());
    expect((await store.read((transaction) => readJob(transaction, id)))?.job.state).toBe('timed_out');
  });
});

describe('what earlier jobs did', () => {
  const close = (version: string, change: Partial<ModelSituation> = {}) =>
    store.transaction((transaction) =>
      service.consider(
        transaction,
        { settings: settings({ on: ['drift'], outcomeWindows: 2 }), version, to: now, at: now },
        { alerts: [], rolloutActive: false, servesSince: 0, stateOf: () => 'champion', ...change },
      ),
    );

  async function succeeded(version: string): Promise<string> {
    now += 100_000;
    const asked = { ...control, eventTime: now };
    const { job } = await service.request(ana, settings({ approval: 'automatic' }), '1', 'seen', asked);
    const [delivery] = await deliveries();
    const result = { version, digest: `sha256:${version}` };
    await service.report(job.id, await tokenOf(delivery), { state: 'succeeded', result }, register);
    return job.id;
  }

  const outcomeOf = async (id: string) => (await store.read((transaction) => readJob(transaction, id)))?.job.outcome;

  it('is judged as its version serves: it helped', async () => {
    const id = await succeeded('2');
    expect(await outcomeOf(id)).toMatchObject({ verdict: 'pending', windows: 0 });
    await close('1');
    await close('2');
    expect(await outcomeOf(id)).toMatchObject({ verdict: 'pending', windows: 1 });
    await close('2');
    expect(await outcomeOf(id)).toMatchObject({ verdict: 'helped', windows: 2 });
  });

  it('tells people once when two in a row did not help', async () => {
    const told: string[] = [];
    service = await makeService({
      tellPeople: async (_, { text }) => {
        told.push(text);
      },
    });
    const rejected = { stateOf: () => 'rejected' };
    await succeeded('2');
    await close('1', rejected);
    expect(told).toEqual([]);
    const second = await succeeded('3');
    await close('1', rejected);
    await close('1', rejected);
    expect(await outcomeOf(second)).toMatchObject({ verdict: 'did_not_help' });
    expect(told).toEqual([expect.stringMatching(/^2 retrains in a row did not help/)]);
    const actions = (await store.read((transaction) => readAudit(transaction, 0, 99))).map(({ action }) => action);
    expect(actions.filter((action) => action === 'retrain.did_not_help')).toHaveLength(2);
  });
});

describe('a retrain job that has no end', () => {
  it('is given up at its deadline, however often its trainer says that it runs', async () => {
    const { id, token } = await dispatchedJob();
    const model = settings({ deadline: '3d' });
    for (let hours = 0; hours < 72; hours += 12) {
      await service.report(id, token, { state: 'running', progress: 0.5, externalRunId: 'run-7' }, register);
      await service.expire(model);
      now += 12 * 3_600_000;
    }
    const stored = async () => (await store.read((transaction) => readJob(transaction, id)))?.job;
    expect(await stored()).toMatchObject({ state: 'running', externalRunId: 'run-7' });
    await service.expire(model);
    expect(await stored()).toMatchObject({ state: 'timed_out', error: 'not done after 72 h' });
  });

  it('has a callback token that ends with its deadline', async () => {
    const { id, token } = await dispatchedJob();
    now += 7 * 86_400_000 + 1;
    await expect(service.report(id, token, { state: 'accepted' }, register)).rejects.toMatchObject({
      details: { reason: 'expired' },
    });
  });

  it('comes back to life when its request is sent again by hand and taken', async () => {
    const { id } = await dispatchedJob();
    const settle = (state: 'dead' | 'delivered') =>
      store.transaction(async (transaction) => {
        const [delivery] = await readDeliveries(transaction, { limit: 1 });
        if (delivery !== undefined) await service.deliverySettled(transaction, { ...delivery.value, state });
      });
    const stateOf = async () => (await store.read((transaction) => readJob(transaction, id)))?.job.state;
    await settle('dead');
    expect(await stateOf()).toBe('dead_lettered');
    await settle('delivered');
    expect(await stateOf()).toBe('dispatched');
  });
});
